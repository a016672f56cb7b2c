// Opens the records database: a small pool in which nothing waits for ever and a connection that failed is never used again.
import {
  CamelCasePlugin,
  Kysely,
  Migrator,
  type Migration,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
} from 'kysely';
import pg from 'pg';
import { AppError } from '../../errors.js';
import * as records from './migrations/0001-records.js';
import * as accounts from './migrations/0002-accounts.js';
import * as shiftWork from './migrations/0003-shift-work.js';
import * as messages from './migrations/0004-messages.js';
import * as numberStates from './migrations/0005-number-states.js';
import * as survey from './migrations/0006-survey.js';
import * as cases from './migrations/0007-cases.js';
import * as confidential from './migrations/0008-confidential.js';
import * as callerWishes from './migrations/0009-caller-wishes.js';
import * as eventPromptsAndVoicemail from './migrations/0011-event-prompts-and-voicemail.js';
import * as subCentres from './migrations/0012-sub-centres.js';
import * as cameFrom from './migrations/0013-came-from.js';
import * as dutyChanges from './migrations/0014-duty-changes.js';
import * as otherCities from './migrations/0015-other-cities.js';
import * as consults from './migrations/0016-consults.js';
import * as regionPicked from './migrations/0018-region-picked.js';
import * as packets from './migrations/0019-packets.js';
import type { Tables } from './tables.js';

/** The records database; `destroy()` closes it. */
export type Database = Kysely<Tables>;

/** Where it is and how long anything may take; every time has a default. */
export interface DatabaseOptions {
  readonly url: string;
  /** Connections at most; 4. */
  readonly connections?: number;
  /** To get a connection; 3 s. */
  readonly connectMs?: number;
  /** For one statement; 5 s. Ours gives up a little later than the server, so that a frozen server is noticed too. */
  readonly statementMs?: number;
}

/** Every change of the tables by its name, which is its place in the order. What a release has is never changed: a later one mends it. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-records': records,
  '0002-accounts': accounts,
  '0003-shift-work': shiftWork,
  '0004-messages': messages,
  '0005-number-states': numberStates,
  '0006-survey': survey,
  '0007-cases': cases,
  '0008-confidential': confidential,
  '0009-caller-wishes': callerWishes,
  '0011-event-prompts-and-voicemail': eventPromptsAndVoicemail,
  '0012-sub-centres': subCentres,
  '0013-came-from': cameFrom,
  '0014-duty-changes': dutyChanges,
  '0015-other-cities': otherCities,
  '0016-consults': consults,
  '0018-region-picked': regionPicked,
  '0019-packets': packets,
};

const int8Oid = 20;

/** Opens a pool; no connection is made yet, so this works while the database is away. */
export function openDatabase({
  url,
  connections = 4,
  connectMs = 3000,
  statementMs = 5000,
}: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'yihao',
    max: connections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + 500,
    // A transaction whose client froze must not hold its locks.
    idle_in_transaction_session_timeout: statementMs * 2,
    keepAlive: true,
    types: { getTypeParser: typeParser },
  });
  // A resting connection that breaks is replaced by the pool; whoever needs one next learns the rest.
  pool.on('error', () => undefined);
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: withoutBrokenClients(pool) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}

/** Every int8 of ours is an epoch ms, a count or a size: safe as a number. */
function typeParser(oid: number, format?: 'text' | 'binary'): ReturnType<typeof pg.types.getTypeParser> {
  if (oid === int8Oid) return Number;
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid);
}

/** A client whose query ended without the server's word may hold half a transaction: it is closed, not given back. */
function withoutBrokenClients(pool: pg.Pool): PostgresPool {
  return {
    connect: async () => {
      const client = await pool.connect();
      let broken: Error | undefined;
      const onBroken = (error: Error): void => void (broken ??= error);
      client.on('error', onBroken); // between two statements nobody else listens
      const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
        if (broken !== undefined) throw broken;
        try {
          return await client.query(text, [...values]);
        } catch (error) {
          if (!isServersWord(error))
            onBroken(error instanceof Error ? error : new Error('connection broken'));
          throw error;
        }
      };
      return {
        query: query as PostgresPoolClient['query'],
        release: () => {
          client.off('error', onBroken);
          client.release(broken !== undefined);
        },
      };
    },
    end: () => pool.end(),
  };
}

/** True where the server itself refused the statement and the connection lives on. */
export function isServersWord(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && !/^(?:08|57P)/.test(error.code ?? '08');
}

/** The reason of a failure without any value in it: the server's or the system's code. */
export function failureCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error && /timeout/i.test(error.message) ? 'timeout' : 'unknown';
}

/** A query for a page or a report. @throws DATABASE_UNAVAILABLE with the reason's code */
export async function asked<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw new AppError('DATABASE_UNAVAILABLE', { reason: failureCode(error) }, { cause: error });
  }
}

/** The names of all migrations this program knows, oldest first. */
export function migrationNames(): readonly string[] {
  return Object.keys(migrations).sort();
}

/**
 * Brings the tables up to date, or, with `last`, to an older state; safe to repeat, and two at once wait for each other.
 * @throws the failure of the database
 */
export async function migrate(database: Database, last?: string): Promise<void> {
  const migrator = new Migrator({
    db: database.withoutPlugins(),
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await (last === undefined ? migrator.migrateToLatest() : migrator.migrateTo(last));
  if (error !== undefined) throw error;
}
