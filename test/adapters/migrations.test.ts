// Every earlier state of the tables, with rows in each, is brought up to date by today's program, and no row is lost on the way.
import { sql } from 'kysely';
import t from 'tap';
import {
  migrate,
  migrationNames,
  openDatabase,
  type Database,
} from '../../src/adapters/postgres/database.js';
import { startTestPostgres } from '../postgres-instance.js';

type Row = Readonly<Record<string, unknown>>;
interface Column {
  readonly table_name: string;
  readonly column_name: string;
  readonly data_type: string;
}

const postgres = await startTestPostgres(14_690);
const database: Database = openDatabase({ url: postgres.url });
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});
const rowsEach = 3;

/** Rows that a rule of a table (a check, a list of values) asks for, in place of the made-up ones: by table and column. */
const examples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {};

/** Some value of a type, another for each `n`; the same in every table, so that what refers to a row finds it. */
function valueOf({ table_name: table, column_name: column, data_type: type }: Column, n: number): unknown {
  const example = examples[table]?.[column];
  if (example !== undefined) return example;
  if (/^(?:bigint|integer|smallint|numeric|double precision|real)$/.test(type)) return n + 1;
  if (type === 'boolean') return n % 2 === 0;
  if (type.startsWith('json')) return JSON.stringify({ n, nested: { word: '一号' } });
  if (type === 'ARRAY') return `{a,b${String(n)}}`;
  if (type === 'bytea') return Buffer.from([n, 255]);
  if (type === 'uuid') return `00000000-0000-4000-8000-00000000000${String(n)}`;
  if (type.startsWith('timestamp') || type === 'date') return '2026-11-23';
  return `值 ${String(n)}`;
}

async function columnsNow(): Promise<ReadonlyMap<string, readonly Column[]>> {
  const { rows } = await sql<Column>`
    select c.table_name, c.column_name, c.data_type
    from information_schema.columns c join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'kysely%'
      and is_generated = 'NEVER' and is_identity = 'NO'
    order by table_name, ordinal_position`.execute(database.withoutPlugins());
  const tables = new Map<string, readonly Column[]>();
  for (const row of rows) tables.set(row.table_name, [...(tables.get(row.table_name) ?? []), row]);
  return tables;
}

async function addRow(table: string, columns: readonly Column[], n: number): Promise<void> {
  const values = columns.map((column) => sql`${valueOf(column, n)}`);
  const names = columns.map(({ column_name }) => sql.ref(column_name));
  await sql`insert into ${sql.table(table)} (${sql.join(names)}) values (${sql.join(values)})`.execute(
    database.withoutPlugins(),
  );
}

/** A table that refers to another is filled after it: whoever is refused comes again. */
async function fill(): Promise<void> {
  let left = [...(await columnsNow())];
  while (left.length > 0) {
    const refused: typeof left = [];
    let reason: unknown;
    for (const [table, columns] of left) {
      try {
        for (let n = 0; n < rowsEach; n += 1) await addRow(table, columns, n);
      } catch (error) {
        await sql`truncate ${sql.table(table)} cascade`.execute(database);
        refused.push([table, columns]);
        reason = error;
      }
    }
    if (refused.length === left.length)
      throw new Error(`no made-up row fits into ${String(refused[0]?.[0])}: give it an example`, {
        cause: reason,
      });
    left = refused;
  }
}

async function everyRow(): Promise<ReadonlyMap<string, readonly Row[]>> {
  const found = new Map<string, readonly Row[]>();
  for (const table of (await columnsNow()).keys()) {
    const { rows } = await sql<{ row: Row }>`select to_jsonb(t) as row from ${sql.table(table)} t`.execute(
      database.withoutPlugins(),
    );
    found.set(
      table,
      rows.map(({ row }) => row),
    );
  }
  return found;
}

async function emptySchema(): Promise<void> {
  await sql`drop schema public cascade`.execute(database);
  await sql`create schema public`.execute(database);
}

/** Every old row is there once, each column that still exists as it was. */
function keeps(before: readonly Row[], after: readonly Row[]): boolean {
  const [sample = {}] = after;
  const old = (row: Row) =>
    JSON.stringify(
      Object.entries(row)
        .filter(([column]) => column in sample && column in (before[0] ?? {}))
        .sort(([one], [other]) => one.localeCompare(other)),
    );
  return JSON.stringify(before.map(old).sort()) === JSON.stringify(after.map(old).sort());
}

for (const [at, name] of migrationNames().entries()) {
  t.test(`tables as of ${name}, with rows, are migrated to today's and keep every row`, async (t) => {
    await emptySchema();
    await migrate(database, name);
    await fill();
    const before = await everyRow();
    t.ok(before.size > 0 && [...before.values()].every((rows) => rows.length === rowsEach));
    await Promise.all([migrate(database), migrate(database)]);
    const after = await everyRow();
    for (const [table, rows] of before) t.ok(keeps(rows, after.get(table) ?? []), `${table} is kept`);
    const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
      database,
    );
    t.same(
      applied.rows.map((row) => row.name),
      migrationNames(),
      `${String(migrationNames().length - at - 1)} migrations later`,
    );
    await migrate(database);
    t.same(await everyRow(), after, 'and a second start changes nothing');
  });
}

t.test('a database that a newer program has migrated is refused, and left as it is', async (t) => {
  await emptySchema();
  await migrate(database);
  await fill();
  await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2027')`.execute(database);
  const before = await everyRow();
  await t.rejects(migrate(database), { message: /9999-future/ });
  t.same(await everyRow(), before);
});
