// Rows over the API: none is written over what has come to stand there since it was seen, whatever its table; and a file that held no row gets its first.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { formTables } from '../../src/site/draft.js';
import { openOffice } from './office.js';

type Body = Readonly<Record<string, unknown>>;

interface RowView {
  readonly id: string;
  readonly fields: Body;
  readonly inForce: Body | null;
  readonly changed: boolean;
  readonly conflict: boolean;
  readonly seen: string;
}

async function openRows() {
  const office = await openOffice();
  await office.versions.publisher.look();
  const [supervisor, hotlineAdmin] = await Promise.all(
    ['1001', 'hotline'].map(async (user) => (await office.logIn(user)).cookie),
  );
  const cookies = { supervisor: supervisor ?? '', hotlineAdmin: hotlineAdmin ?? '' };
  const ask = async (who: keyof typeof cookies, route: string, body?: unknown) =>
    (await office.call(route, { cookie: cookies[who], body })).json<Body>();
  const rowOf = async (table: string, id: string): Promise<RowView> => {
    const { rows } = await ask('supervisor', `GET /api/v1/draft/rows/${table}`);
    const row = (rows as RowView[]).find((one) => one.id === id);
    if (row === undefined) throw new Error(`${table} ${id}`);
    return row;
  };
  const put = (table: string, id: string, fields: Body, seen: string | null) =>
    ask('supervisor', `PUT /api/v1/draft/rows/${table}/${id}`, { fields, seen });
  return { ...office, ask, rowOf, put };
}

const readings = ['chong2 xin2', 'chong2 xin3', 'chong2 xin4', 'chong2 xin5'] as const;
const dialled = ['031088800001', '031088800002', '031088800003', '031088800004'] as const;
/** A field of a row of each table, and four texts it may hold. */
const rowsOfTables = [
  ['numbers', '12358', 'former', readings],
  ['calendar', '2026', 'document', readings],
  ['prompts', 'greet.main', 'when', readings],
  ['lexicon', '重新', 'value', readings],
  ['legalRoutes', 'court', 'basis', readings],
  ['otherCities', '0310', 'number', dialled],
] as const;

t.test('no form that is open for long writes over what has come to stand there meanwhile', async (t) => {
  const { ask, rowOf, put, versions } = await openRows();
  t.same(rowsOfTables.map(([table]) => table).toSorted(), [...formTables].toSorted());
  const { publisher, folder } = versions;
  const trunks = await readFile(path.join(folder.dir, 'trunks.yaml'), 'utf8');
  const province = "trunks:\n  - { id: province, kind: address, contact: 'sip:192.0.2.10:5060' }\n";
  await writeFile(path.join(folder.dir, 'trunks.yaml'), trunks.replace('trunks:\n', province));
  await writeFile(path.join(folder.dir, 'other-cities.yaml'), "- areaCode: '0310'\n  trunk: province\n");
  versions.reload(await readSiteFiles(folder.dir));
  await publisher.look();
  const before = new Map<string, RowView>();
  for (const [table, id] of rowsOfTables) before.set(table, await rowOf(table, id));

  /** Somebody publishes all tables while the forms are open. */
  const publishAll = async (which: 1 | 3) => {
    for (const [table, id, field, texts] of rowsOfTables) {
      const seen = (await publisher.rows('deputy', table)).find((one) => one.id === id)?.seen ?? '';
      await publisher.putRow({ author: 'deputy', table, id, fields: { [field]: texts[which] }, seen });
    }
    const { seen } = (await publisher.judge('deputy')).judged;
    const act = { author: 'deputy', by: 'hotline', emergency: false, reason: '先一步', seen };
    await publisher.publish(act);
  };
  await publishAll(1);
  const drafted = new Map<string, RowView>();
  for (const [table, id, field, [mine, theirs, other]] of rowsOfTables) {
    const stale = before.get(table)?.seen ?? '';
    const changed = { code: 'ROW_CHANGED', details: { table, id } };
    t.match(await put(table, id, { [field]: mine }, null), { code: 'ROW_EXISTS' }, table);
    t.match(await put(table, id, { [field]: mine }, stale), changed, table);
    t.match(
      await ask('supervisor', `DELETE /api/v1/draft/rows/${table}/${id}?seen=${stale}`),
      changed,
      table,
    );
    const standing = await rowOf(table, id);
    t.match(standing, { fields: { [field]: theirs }, changed: false, conflict: false }, table);
    t.match(await put(table, id, { [field]: mine }, standing.seen), { findings: [] }, `${table}: chosen`);
    // The draft's own row, from another window.
    t.match(await put(table, id, { [field]: other }, standing.seen), changed, table);
    const own = await rowOf(table, id);
    t.match(own, { fields: { [field]: mine }, inForce: { [field]: theirs }, changed: true }, table);
    drafted.set(table, own);
  }
  // Published over what is drafted: both are shown, and a choice goes over what stands.
  await publishAll(3);
  for (const [table, id, field, [mine, , , last]] of rowsOfTables) {
    const torn = await rowOf(table, id);
    const both = { fields: { [field]: mine }, inForce: { [field]: last }, changed: true, conflict: true };
    t.match(torn, both, table);
    t.match(await put(table, id, { [field]: mine }, drafted.get(table)?.seen ?? ''), { code: 'ROW_CHANGED' });
  }
  for (const [table, id, field, [mine]] of rowsOfTables) {
    const torn = await rowOf(table, id);
    t.match(await put(table, id, { [field]: mine }, torn.seen), { findings: [] }, `${table}: chosen`);
    t.match(await rowOf(table, id), { fields: { [field]: mine }, conflict: false }, table);
  }
  const { changed } = await ask('hotlineAdmin', 'GET /api/v1/drafts/1001');
  t.same(
    (changed as { kind: string; conflict: boolean }[]).map(({ kind, conflict }) => [kind, conflict]),
    rowsOfTables.map(([table]) => [table, false]),
  );
  t.match(await ask('supervisor', 'DELETE /api/v1/draft/rows/lexicon/重新'), { code: 'REQUEST_INVALID' });
});

t.test('a city is added to a file that holds none, found wanting at its field, and taken out', async (t) => {
  const { ask } = await openRows();
  const put = (fields: Body) =>
    ask('supervisor', 'PUT /api/v1/draft/rows/otherCities/0310', { fields, seen: null });
  const wanting = (fields: Body, field: string) =>
    put(fields).then((answer) =>
      t.match(answer, { code: 'SITE_INVALID', details: { findings: [{ field }] } }, field),
    );
  await wanting({ areaCode: '0310', trunk: 'carrier' }, 'trunk');
  await wanting({ areaCode: '0310', trunk: 'none' }, 'trunk');
  await wanting({ areaCode: '0310', trunk: 'carrier', number: '110' }, 'trunk');
  t.match(await ask('supervisor', 'GET /api/v1/draft/rows/otherCities'), { writable: true, rows: [] });
  const wrong = { areaCode: '0999', trunk: 'carrier' };
  const route = 'POST /api/v1/draft/rows/otherCities/0999/preview';
  const { findings } = await ask('supervisor', route, { fields: wrong });
  const fields = (findings as { field: string }[]).map(({ field }) => field);
  t.same(fields.toSorted(), ['areaCode', 'areaCode', 'areaCode', 'areaCode', 'trunk']);
});
