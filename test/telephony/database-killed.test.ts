// The database stops and freezes: calls go on as if nothing were, and every journaled fact is in its table afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import t, { type Test } from 'tap';
import { layoutOf } from '../../scripts/run/layout.mjs';
import { databaseUrl } from '../../scripts/run/postgres.mjs';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { startStation, type Seat, type Station } from './station.js';

const awayMs = 60_000;

const places = {
  stopped: { portBase: 18_560, sipPort: 18_590, rtpStart: 23_600 },
  frozen: { portBase: 19_000, sipPort: 19_010, rtpStart: 30_300 },
};

/** A station with one agent, to take the database from. */
async function begin(t: Test, place: keyof typeof places): Promise<{ station: Station; seat: Seat }> {
  const station = await startStation({
    ...places[place],
    policies: [
      ['wrapUp: 60s', 'wrapUp: 1s'],
      ['greeting: full', 'greeting: short'],
      ['announceAgent: true', 'announceAgent: false'],
    ],
  });
  t.teardown(() => station.close());
  return { station, seat: await station.seat('1001') };
}

/** A call with the agent; returns once both talk. */
async function talk(station: Station, last4: string): Promise<Call> {
  const before = (await station.facts('AgentConnected')).length;
  const call = await (await station.citizen(last4)).call('12345');
  await station.until(
    'a talk',
    async () => (await station.facts('AgentConnected')).length > before || undefined,
    20_000,
  );
  return call;
}

async function alarmStands(station: Station): Promise<boolean> {
  const { body } = await station.api('GET', '/api/v1/live');
  const { alarms } = body['condition'] as { alarms: readonly { alarm: string }[] };
  return alarms.some(({ alarm }) => alarm === 'databaseAway');
}

/** `stream id seq type` of every fact, sorted: as spooled, and as the journal's table has it. */
async function bothJournals(
  station: Station,
  { portBase }: (typeof places)['frozen'],
): Promise<{
  readonly spooled: readonly string[];
  readonly kept: readonly string[];
}> {
  const layout = layoutOf({ YIHAO_HOME: station.home, YIHAO_PORT_BASE: String(portBase) });
  const client = new pg.Client({ connectionString: await databaseUrl(layout) });
  await client.connect();
  const { rows } = await client.query<{ fact: string }>(
    `select concat_ws(' ', stream, id, seq, type) as fact from journal`,
  );
  await client.end();
  const facts = await station.facts();
  return {
    spooled: facts.map(({ stream, id, seq, type }) => [stream, id, seq, type].join(' ')).sort(),
    kept: rows.map(({ fact }) => fact).sort(),
  };
}

type Database = Station['parts']['postgres'];

async function outage(
  t: Test,
  place: keyof typeof places,
  names: readonly [string, string, string],
  away: (database: Database) => Promise<void>,
  back: (database: Database) => Promise<void>,
): Promise<void> {
  const { station, seat } = await begin(t, place);
  const database = station.parts.postgres;
  const talking = await talk(station, names[0]);
  const awayAtMs = Date.now();
  await away(database);
  await station.until('the alarm', async () => (await alarmStands(station)) || undefined, 15_000);
  await sleep(2_000);
  t.ok(heard(talking, { hz: 700, fromMs: awayAtMs, toMs: Date.now() - 300 }) > 0.9, 'the talk goes on');
  await talking.hangUp();
  await seat.untilState('ready');
  const next = await talk(station, names[1]);
  await next.hangUp();
  await seat.untilState('ready');
  const last = await talk(station, names[2]);
  await sleep(Math.max(0, awayMs - (Date.now() - awayAtMs)));
  await back(database);
  await station.until('no alarm', async () => !(await alarmStands(station)) || undefined, 20_000);
  await last.hangUp();
  await seat.untilState('ready');

  const whole = await station.until(
    'everything carried',
    async () => {
      const journals = await bothJournals(station, places[place]);
      return journals.kept.length >= journals.spooled.length ? journals : undefined;
    },
    20_000,
  );
  t.ok(whole.spooled.length > 20);
  t.same(whole.kept, whole.spooled, 'every fact of the spool is in the table, once');
  const { body } = await station.api('GET', '/api/v1/contacts?answered=true');
  const records = body['contacts'] as readonly { readonly callerMasked: string }[];
  for (const name of names)
    t.ok(
      records.some(({ callerMasked }) => callerMasked.endsWith(name)),
      `the record of ${name}`,
    );
}

t.test('the database is away while calls go on, at two stations side by side', async (t) => {
  t.jobs = 2;

  void t.test('stopped for a minute', { buffered: true, timeout: 150_000 }, (t) =>
    outage(
      t,
      'stopped',
      ['0001', '0002', '0003'],
      (database) => database.stop(),
      (database) => database.start(),
    ),
  );

  void t.test('frozen for a minute', { buffered: true, timeout: 150_000 }, (t) =>
    outage(
      t,
      'frozen',
      ['0011', '0012', '0013'],
      (database) => database.kill('SIGSTOP'),
      (database) => database.kill('SIGCONT'),
    ),
  );
});
