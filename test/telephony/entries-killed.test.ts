// Entries whose callers are in the middle of them when the service is killed: the elderly, repeat calls, the enterprise key, a foreign language, the survey's second question.
import t from 'tap';
import type { Call } from '../phones/call.js';
import { startStation, type JournaledFact } from './station.js';

const station = await startStation({
  portBase: 16_920,
  sipPort: 16_925,
  rtpStart: 22_800,
  survey: true,
  repeats: true,
  policies: [
    ['menu: false', 'menu: true'],
    ['greeting: full', 'greeting: short'],
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

interface Caller {
  readonly call: Call;
  readonly arrived: JournaledFact;
  facts(type: string): Promise<readonly JournaledFact[]>;
  fact(type: string): Promise<JournaledFact>;
  hears(promptId: string, sinceMs?: number, firstMs?: number): Promise<number>;
  untilQueued(queueId: string): Promise<unknown>;
}

async function dial(last4: string): Promise<Caller> {
  const citizen = await station.citizen(last4);
  const call = await citizen.call('12345');
  await call.untilUp();
  const arrived = await station.until('arrival', async () =>
    (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
  );
  const facts = async (type: string) =>
    (await station.facts(type)).filter(({ stream, id }) => stream === 'contact' && id === arrived.id);
  return {
    call,
    arrived,
    facts,
    fact: (type) => station.until(type, async () => (await facts(type)).at(-1), 20_000),
    hears: async (promptId, sinceMs = call.answeredAtMs ?? 0, firstMs) =>
      (
        await station.hears(call, promptId, {
          sinceMs,
          ...(firstMs !== undefined && { firstMs }),
          timeoutMs: 30_000,
        })
      ).atMs,
    untilQueued: (queueId) =>
      station.until(
        `in ${queueId}`,
        async () => (await facts('ContactQueued')).find((fact) => fact['queueId'] === queueId),
        20_000,
      ),
  };
}

/** Where these callers stand, and since when. */
async function placesOf(callers: readonly Caller[]) {
  const { body } = await station.api('GET', '/api/v1/live');
  const contacts = body['contacts'] as {
    contactId: string;
    queueId: string | null;
    queuedAtMs: number | null;
  }[];
  return callers.map(({ arrived }) => {
    const found = contacts.find(({ contactId }) => contactId === arrived.id);
    return { queueId: found?.queueId, queuedAtMs: found?.queuedAtMs };
  });
}

/** The service is gone, and back with all that Asterisk has. */
async function killed(): Promise<number> {
  const killedAtMs = Date.now();
  await station.killService();
  await station.until(
    'the node again',
    async () => (await station.api('GET', '/readyz')).status === 200 || undefined,
    20_000,
  );
  return killedAtMs;
}

const talker = await station.seat('1007');
const [business, linguist] = await Promise.all([
  station.seat('1006', { ready: false }),
  station.seat('1002', { ready: false }),
]);
await station.api('POST', '/api/v1/caller-wishes', {
  callers: ['031100000401', '031100000402'].map((number) => ({ number, wish: 'person' })),
});
const earlier = await dial('0403');
await earlier.call.hangUp();
await station.closedRecord(earlier.arrived.id);

/** Who has talked, and is asked how it was. */
async function askedForGrade(): Promise<Caller> {
  const rated = await dial('0400');
  await rated.hears('greet.short');
  await rated.call.sendDigits('0');
  const leg = await talker.phone.incoming(20_000);
  await rated.fact('RecordingStarted');
  // His talk over, he takes nobody.
  await talker.act('break', { reason: 'other' });
  await leg.hangUp();
  await rated.fact('SurveyOffered');
  return rated;
}

const rated = await askedForGrade();
const [old, older, again, firm, guest] = await Promise.all([
  dial('0401'),
  dial('0402'),
  dial('0403'),
  dial('0404'),
  dial('0405'),
]);
const waiting = [old, older, again];

t.test('killed while they are greeted, before a key, and while the survey asks why', async (t) => {
  t.equal(old.arrived['wish'], 'person');
  t.equal(again.arrived['callsBefore'], 1);
  await Promise.all(waiting.map((one) => one.untilQueued('general')));
  const before = await placesOf(waiting);
  await rated.call.sendDigits('5');
  await rated.fact('SurveyAnswered');
  const killedAtMs = await killed();
  t.same(await placesOf(waiting), before, 'the elderly and who calls again stand where they stood');
  for (const { call } of [...waiting, firm, guest, rated]) t.equal(call.state, 'up', 'nobody was hung up on');

  const keyed = async ({ hears, call }: Caller, keys: string) => {
    await hears('menu.main', killedAtMs, 2_000);
    await call.sendDigits(keys);
  };
  await Promise.all([
    (async () => {
      await rated.hears('survey.why', killedAtMs, 2_000);
      await rated.call.sendDigits('3');
      await rated.hears('survey.bye', killedAtMs);
      await rated.call.untilEnded();
    })(),
    keyed(firm, '2'),
    (async () => {
      await keyed(guest, '7');
      await guest.hears('menu.badinput', killedAtMs);
      await guest.call.sendDigits('4');
      await guest.untilQueued('foreign');
      await guest.hears('foreign.seek', killedAtMs);
    })(),
  ]);
  t.match((await station.closedRecord(rated.arrived.id)).record, {
    ...{ surveyOffered: true, grade: 1, unhappyReason: 'waiting', endReason: 'surveyed' },
  });
  t.equal((await rated.facts('SurveyOffered')).length, 1, 'offered once');
  t.equal((await rated.facts('SurveyAnswered')).length, 2, 'the grade was not asked again');
  await firm.untilQueued('enterprise');
  await guest.untilQueued('foreign');
  t.match(await guest.fact('WishKept'), { wish: 'foreign', by: 'caller' });
});

t.test('killed while they wait: their places, their keys and their seats', async (t) => {
  const everybody = [...waiting, firm, guest];
  const before = await placesOf(everybody);
  t.same(
    before.map(({ queueId }) => queueId),
    ['general', 'general', 'general', 'enterprise', 'foreign'],
  );
  const killedAtMs = await killed();
  t.same(await placesOf(everybody), before);
  for (const one of everybody)
    t.equal((await one.facts('NoticeHeard')).length, 1, 'told of the recording once');

  await older.call.sendDigits('5');
  await older.call.sendDigits('*');
  await older.hears('menu.main', killedAtMs, 2_000);
  t.match(await older.fact('WishKept'), { wish: null, by: 'caller' }, 'the menu, by his own key');
  await older.call.hangUp();

  await talker.act('ready');
  t.match(await old.fact('AgentConnected'), { agentId: '1007' });
  await old.call.hangUp();
  t.match(await again.fact('AgentConnected'), { agentId: '1007' });
  await again.call.hangUp();
  await business.act('ready');
  t.match(await firm.fact('AgentConnected'), { agentId: '1006' });
  await linguist.act('ready');
  t.match(await guest.fact('AgentConnected'), { agentId: '1002' });
  await Promise.all([firm, guest].map(({ call }) => call.hangUp()));

  const next = await dial('0405');
  t.equal(next.arrived['wish'], 'foreign', 'remembered through both');
  t.match(await next.fact('AgentConnected'), { agentId: '1002' }, 'straight to those seats');
  await next.call.hangUp();
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
});
