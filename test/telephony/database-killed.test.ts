// The database stops and freezes: calls go on as if nothing were, and every journaled fact is in its table afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import t, { type Test } from 'tap';
import { layoutOf } from '../../scripts/run/layout.mjs';
import { databaseUrl } from '../../scripts/run/postgres.mjs';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { startStation } from './station.js';

const awayMs = 60_000;
const portBase = 18_560;

const station = await startStation({
  portBase,
  sipPort: 18_590,
  rtpStart: 23_600,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

const seat = await station.seat('1001');
const database = station.parts.postgres;

/** A call with the agent; returns once both talk. */
async function talk(last4: string): Promise<Call> {
  const before = (await station.facts('AgentConnected')).length;
  const call = await (await station.citizen(last4)).call('12345');
  await station.until(
    'a talk',
    async () => (await station.facts('AgentConnected')).length > before || undefined,
    20_000,
  );
  return call;
}

async function alarmStands(): Promise<boolean> {
  const { body } = await station.api('GET', '/api/v1/live');
  const { alarms } = body['condition'] as { alarms: readonly { alarm: string }[] };
  return alarms.some(({ alarm }) => alarm === 'databaseAway');
}

/** `stream id seq type` of every fact, sorted: as spooled, and as the journal's table has it. */
async function bothJournals(): Promise<{
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

async function outage(
  t: Test,
  lastMs: number,
  names: readonly [string, string, string],
  away: () => Promise<void>,
  back: () => Promise<void>,
): Promise<void> {
  const talking = await talk(names[0]);
  const awayAtMs = Date.now();
  await away();
  await station.until('the alarm', async () => (await alarmStands()) || undefined, 15_000);
  await sleep(2_000);
  t.ok(heard(talking, { hz: 700, fromMs: awayAtMs, toMs: Date.now() - 300 }) > 0.9, 'the talk goes on');
  await talking.hangUp();
  await seat.untilState('ready');
  const next = await talk(names[1]);
  await next.hangUp();
  await seat.untilState('ready');
  const last = await talk(names[2]);
  await sleep(Math.max(0, lastMs - (Date.now() - awayAtMs)));
  await back();
  await station.until('no alarm', async () => !(await alarmStands()) || undefined, 20_000);
  await last.hangUp();
  await seat.untilState('ready');

  const whole = await station.until(
    'everything carried',
    async () => {
      const journals = await bothJournals();
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

t.test('stopped for a minute', { timeout: 150_000 }, (t) =>
  outage(
    t,
    awayMs,
    ['0001', '0002', '0003'],
    () => database.stop(),
    () => database.start(),
  ),
);

t.test('frozen for a minute', { timeout: 150_000 }, (t) =>
  outage(
    t,
    awayMs,
    ['0011', '0012', '0013'],
    () => database.kill('SIGSTOP'),
    () => database.kill('SIGCONT'),
  ),
);
