// 进度查询 on real parts: told by oneself, wrong codes, a database that is away, a restart between two digits; nothing keyed in is written down.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { Call } from '../phones/call.js';
import { startStation, type JournaledFact } from './station.js';

const station = await startStation({
  portBase: 18_780,
  sipPort: 18_790,
  rtpStart: 28_000,
  policies: [
    ['menu: false', 'menu: true'],
    ['greeting: full', 'greeting: short'],
  ],
});
t.teardown(() => station.close());

/** Long ones: six figures are found by chance in an instant of the spool. */
const known = { caseNumber: '250912108115', queryCode: '8241360917' };
const entered = await station.api('POST', '/api/v1/cases', {
  cases: [
    { ...known, state: 'handling', department: '市城管局', due: '2026-12-01' },
    { caseNumber: '250912108116', queryCode: '7130259482', state: 'done' },
  ],
});
if (entered.status !== 200) throw new Error(JSON.stringify(entered));

interface Query {
  readonly call: Call;
  readonly contactId: string;
  facts(type: string): Promise<readonly JournaledFact[]>;
  /** Waits for a prompt said after this moment of the call. */
  hears(promptId: string, sinceMs?: number, slot?: string): Promise<number>;
  untilQueued(): Promise<JournaledFact>;
}

let callers = 0;

/** Calls, and presses 1 in the menu. */
async function begin(): Promise<Query> {
  callers += 1;
  const citizen = await station.citizen(String(700 + callers).padStart(4, '0'));
  const call = await citizen.call('12345');
  await call.untilUp();
  const arrived = await station.until('arrival', async () =>
    (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
  );
  const facts = async (type: string) =>
    (await station.facts(type)).filter(({ stream, id }) => stream === 'contact' && id === arrived.id);
  const hears = async (promptId: string, sinceMs = call.answeredAtMs ?? 0, slot?: string) =>
    (
      await station.hears(call, promptId, {
        sinceMs,
        timeoutMs: 20_000,
        ...(slot !== undefined && { slot }),
      })
    ).atMs;
  await hears('greet.short');
  await call.sendDigits('1');
  await hears('prog.case');
  return {
    call,
    contactId: arrived.id,
    facts,
    hears,
    untilQueued: () =>
      station.until('a place in line', async () => (await facts('ContactQueued')).at(-1), 20_000),
  };
}

const results = async ({ facts }: Query) => (await facts('CaseLookedUp')).map(({ result }) => result);

/** Two calls at a time: a service that is killed, and a database that is frozen, are for one alone. */
t.test('by keys', async (t) => {
  t.jobs = 2;

  void t.test(
    'number and code: department and day are told, and whoever stays on comes to a person',
    { buffered: true },
    async (t) => {
      const query = await begin();
      await query.call.sendDigits(`${known.caseNumber}#`);
      await query.hears('prog.ask');
      const askedAtMs = Date.now();
      await query.call.sendDigits(`${known.queryCode}#`);
      await query.hears('prog.state', askedAtMs, '市城管局');
      await query.hears('prog.more', askedAtMs);
      t.same(await results(query), ['handling']);
      t.match(await query.untilQueued(), { queueId: 'general' });
      await query.call.hangUp();
    },
  );

  void t.test(
    'wrong number, wrong code: the same words; the third time a person',
    { buffered: true },
    async (t) => {
      const query = await begin();
      const wrong = [
        ['999999999999', known.queryCode],
        [known.caseNumber, '000000'],
        [known.caseNumber, '000001'],
      ] as const;
      for (const [index, [number, code]] of wrong.entries()) {
        const sinceMs = Date.now();
        await query.call.sendDigits(`${number}#`);
        await query.hears('prog.ask', sinceMs);
        const askedAtMs = Date.now();
        await query.call.sendDigits(`${code}#`);
        await query.hears(index < 2 ? 'prog.none' : 'menu.noinput', askedAtMs);
      }
      t.same(await results(query), ['none', 'none', 'none']);
      t.match(await query.untilQueued(), { queueId: 'general' });
      await query.call.hangUp();
    },
  );

  void t.test('who hangs up while he keys in leaves nothing behind', { buffered: true }, async (t) => {
    const query = await begin();
    await query.call.sendDigits(`${known.caseNumber}#`);
    await query.hears('prog.ask');
    await query.call.sendDigits('82');
    await query.call.hangUp();
    t.match((await station.closedRecord(query.contactId)).record, { missed: true, abandonedDuring: 'flow' });
    t.same(await results(query), [], 'nothing was asked');
  });

  void t.test('a lone 0 while a number is asked for leads to a person', { buffered: true }, async (t) => {
    const query = await begin();
    await query.call.sendDigits('0');
    t.match(await query.untilQueued(), { queueId: 'general' });
    await query.call.hangUp();
  });
});

t.test(
  'the service is killed in the middle of the code: the number is still known, the code asked anew',
  async (t) => {
    const query = await begin();
    await query.call.sendDigits('250912108116#');
    await query.hears('prog.ask');
    await query.call.sendDigits('71');
    const restartedAtMs = Date.now();
    await station.killService();
    await query.hears('menu.resume', restartedAtMs);
    await query.hears('prog.ask', restartedAtMs);
    await query.call.sendDigits('7130259482#');
    await query.hears('prog.done', restartedAtMs);
    t.same(await results(query), ['done']);
    await query.call.sendDigits('0');
    t.match(await query.untilQueued(), { queueId: 'general' });
    await query.call.hangUp();
  },
);

t.test('with the database frozen a person takes over within the deadline, and it is said', async (t) => {
  const query = await begin();
  await query.call.sendDigits(`${known.caseNumber}#`);
  await query.hears('prog.ask');
  await station.parts.postgres.kill('SIGSTOP');
  t.teardown(() => station.parts.postgres.kill('SIGCONT'));
  const askedAtMs = Date.now();
  await query.call.sendDigits(`${known.queryCode}#`);
  const toldAtMs = await query.hears('prog.away', askedAtMs);
  t.ok(toldAtMs - askedAtMs < 9_000, `${String(toldAtMs - askedAtMs)} ms, keying included`);
  t.match(await query.untilQueued(), { queueId: 'general' });
  await station.parts.postgres.kill('SIGCONT');
  t.same(await results(query), ['failed']);
  await query.call.hangUp();
});

t.test('nothing that was keyed in is in the spool, the logs or the facts', async (t) => {
  const files = await readdir(station.home, { recursive: true, withFileTypes: true });
  const written = files.filter(
    (file) => file.isFile() && /spool|log/.test(path.join(file.parentPath, file.name)),
  );
  t.ok(written.length > 0);
  for (const file of written) {
    const name = path.join(file.parentPath, file.name);
    const text = await readFile(name, 'latin1').catch(() => '');
    for (const secret of ['8241360917', '7130259482', '250912108115', '250912108116'])
      t.notOk(text.includes(secret), `${name} ${secret}`);
  }
  const keys = (await station.facts('FlowStepped')).flatMap(({ digit }) =>
    digit === undefined ? [] : [digit],
  );
  t.ok(keys.length > 0);
  t.same(
    keys.filter((key) => !['1', '0'].includes(String(key))),
    [],
    'the menu’s own keys alone',
  );
});
