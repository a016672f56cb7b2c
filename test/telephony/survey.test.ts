// The survey after the talk on real parts: a good key, bad keys, silence, a hang-up in the middle, the service killed in the middle.
import t, { type Test } from 'tap';
import type { Call } from '../phones/call.js';
import { startStation, type JournaledFact, type Seat } from './station.js';

const station = await startStation({
  portBase: 18_860,
  sipPort: 18_870,
  rtpStart: 28_800,
  survey: true,
  policies: [
    // Whoever has talked gets no more calls here.
    ['wrapUp: 60s', 'wrapUp: 10m'],
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

interface Rated {
  readonly call: Call;
  readonly contactId: string;
  readonly seat: Seat;
  readonly hungUpAtMs: number;
  facts(type: string): Promise<readonly JournaledFact[]>;
  untilFact(type: string): Promise<JournaledFact>;
}

let callers = 0;

/** A talk that the agent has ended, by his phone or by page. */
async function talkOver(agentId: string, by: 'phone' | 'page' = 'phone', number = '12345'): Promise<Rated> {
  const seat = await station.seat(agentId);
  callers += 1;
  const citizen = await station.citizen(String(60 + callers).padStart(4, '0'));
  const call = await citizen.call(number);
  const leg = await seat.phone.incoming();
  const arrived = await station.until('arrival', async () =>
    (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
  );
  const contactId = arrived.id;
  const facts = async (type: string) =>
    (await station.facts(type)).filter(({ stream, id }) => stream === 'contact' && id === contactId);
  const untilFact = (type: string) => station.until(type, async () => (await facts(type))[0], 30_000);
  await untilFact('RecordingStarted');
  const hungUpAtMs = Date.now();
  if (by === 'phone') await leg.hangUp();
  else {
    const api = await station.apiAs(agentId);
    const answer = await api('POST', `/api/v1/contacts/${contactId}/release`);
    if (answer.status !== 200 || answer.body['stage'] !== 'survey') throw new Error(JSON.stringify(answer));
  }
  await seat.untilState('wrapup');
  return { call, contactId, seat, hungUpAtMs, facts, untilFact };
}

async function recordOf(t: Test, rated: Rated, expected: object): Promise<void> {
  await rated.call.untilEnded();
  const { record } = await station.closedRecord(rated.contactId);
  t.match(record, { answered: true, surveyOffered: true, surveyExempt: false, ...expected });
}

t.test(
  '转评价 and a good key: thanks, the end; the agent is in wrap-up before the question is over',
  async (t) => {
    const rated = await talkOver('1002', 'page');
    const asked = await station.hears(rated.call, 'survey.ask', {
      sinceMs: rated.hungUpAtMs,
      timeoutMs: 25_000,
    });
    t.ok(asked.score >= 0.8);
    await rated.call.sendDigits('2');
    await station.hears(rated.call, 'survey.bye', { sinceMs: asked.atMs });
    await recordOf(t, rated, { grade: 4, unhappyReason: null, endedBy: 'agent', endReason: 'surveyed' });
    const [talk] = await rated.facts('TalkEnded');
    t.equal((await rated.facts('RecordingStarted')).length, 1, 'the talk alone is recorded');
    t.ok(Number(talk?.atMs) < asked.endsAtMs);
  },
);

t.test('the agent’s phone hangs up: not content, asked why, a reason', async (t) => {
  const rated = await talkOver('1003');
  await rated.untilFact('SurveyOffered');
  await rated.call.sendDigits('5');
  await rated.untilFact('SurveyAnswered');
  const why = await station.hears(rated.call, 'survey.why', { sinceMs: rated.hungUpAtMs, firstMs: 2_000 });
  await rated.call.sendDigits('3', { method: 'info' });
  await station.hears(rated.call, 'survey.bye', { sinceMs: why.atMs });
  await recordOf(t, rated, { grade: 1, unhappyReason: 'waiting' });
});

t.test('a wrong key, then silence: asked once more, then the goodbye', async (t) => {
  const rated = await talkOver('1004');
  await station.hears(rated.call, 'survey.ask', { sinceMs: rated.hungUpAtMs, firstMs: 2_000 });
  await rated.call.sendDigits('7');
  const wrong = await station.until('the wrong key', async () =>
    (await rated.facts('FlowStepped')).find(({ digit }) => digit === '7'),
  );
  const again = await station.hears(rated.call, 'survey.ask', { sinceMs: wrong.atMs, timeoutMs: 25_000 });
  t.ok(again.atMs - wrong.atMs < 1_000, 'the question from its beginning at once');
  const goodbye = await station.hears(rated.call, 'bye', { sinceMs: again.endsAtMs, timeoutMs: 20_000 });
  const silentMs = goodbye.atMs - again.endsAtMs;
  t.ok(Math.abs(silentMs - 6_000) < 1_500, `after 6 s without a key: ${silentMs} ms`);
  await recordOf(t, rated, { grade: null, endReason: 'notRated' });
  t.match(await rated.facts('SurveyEnded'), [{ by: 'system' }]);
});

t.test('an old number’s farewell is the last word, rated or not', async (t) => {
  const rated = await talkOver('1001', 'phone', '12358');
  const asked = await station.hears(rated.call, 'survey.ask', {
    sinceMs: rated.hungUpAtMs,
    firstMs: 2_000,
  });
  await rated.call.sendDigits('1');
  const farewell = await station.hears(rated.call, 'trans.after', { sinceMs: asked.atMs, timeoutMs: 20_000 });
  t.ok(farewell.score >= 0.8);
  await recordOf(t, rated, { entryId: '12358', grade: 5, endReason: 'surveyed' });

  const unrated = await talkOver('1005', 'phone', '12358');
  await unrated.untilFact('SurveyOffered');
  await unrated.call.sendDigits('*');
  await station.hears(unrated.call, 'trans.after', { sinceMs: unrated.hungUpAtMs, timeoutMs: 20_000 });
  await recordOf(t, unrated, { entryId: '12358', grade: null, endReason: 'notRated' });
});

t.test('who hangs up in the middle leaves what he keyed', async (t) => {
  const rated = await talkOver('1006');
  await rated.untilFact('SurveyOffered');
  await rated.call.sendDigits('4');
  await rated.untilFact('SurveyAnswered');
  await rated.call.hangUp();
  await recordOf(t, rated, { grade: 2, unhappyReason: null, endedBy: 'citizen' });
  t.match(await rated.facts('SurveyEnded'), [{ by: 'citizen' }]);
});

t.test('the service killed in the middle: the same question again, and the key counts', async (t) => {
  const rated = await talkOver('1007');
  await rated.untilFact('SurveyOffered');
  const killedAtMs = Date.now();
  await station.killService();
  t.equal(rated.call.state, 'up', 'nobody was hung up on');
  const again = await station.hears(rated.call, 'survey.ask', {
    sinceMs: killedAtMs,
    firstMs: 2_000,
    timeoutMs: 30_000,
  });
  await rated.call.sendDigits('1');
  await station.hears(rated.call, 'survey.bye', { sinceMs: again.atMs });
  await recordOf(t, rated, { grade: 5 });
  t.equal((await rated.facts('SurveyOffered')).length, 1, 'offered once');
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
});
