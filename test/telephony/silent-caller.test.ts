// 无声处理 on real parts: a caller who cannot speak answers by keys, through a restart of the service; nobody hangs up on him.
import t from 'tap';
import { startStation } from './station.js';

const station = await startStation({
  portBase: 18_960,
  sipPort: 18_970,
  rtpStart: 29_800,
  policies: [
    ['menu: false', 'menu: true'],
    ['greeting: full', 'greeting: short'],
  ],
});
t.teardown(() => station.close());

/** A call in a talk with 1002, who asks the silent caller by this. */
async function silentTalk(last4: string, number: string | undefined, ask: 'page' | 'phone') {
  const seat = await station.seat('1002');
  const citizen = await station.citizen(last4, number === undefined ? {} : { number });
  const call = await citizen.call('12345');
  await call.untilUp();
  const arrived = await station.until('arrival', async () =>
    (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
  );
  const facts = async (type: string) =>
    (await station.facts(type)).filter(({ stream, id }) => stream === 'contact' && id === arrived.id);
  await station.hears(call, 'greet.short', { sinceMs: call.answeredAtMs ?? 0, timeoutMs: 20_000 });
  await call.sendDigits('0');
  const leg = await seat.phone.incoming();
  const connected = await station.until(
    'AgentConnected',
    async () => (await facts('AgentConnected'))[0],
    20_000,
  );
  call.say({ kind: 'silence' });
  leg.say({ kind: 'silence' });
  await station.hears(call, 'agent.number', { sinceMs: connected.atMs, slot: '1002', timeoutMs: 15_000 });
  const api = await station.apiAs('1002');
  const askedAtMs = Date.now();
  if (ask === 'phone') await leg.sendDigits('*30');
  else t.equal((await api('POST', `/api/v1/contacts/${arrived.id}/silent`)).status, 200);
  await station.hears(call, 'silent.1', { sinceMs: askedAtMs, timeoutMs: 20_000 });
  const fact = (type: string) => station.until(type, async () => (await facts(type))[0], 15_000);
  return { seat, call, leg, api, askedAtMs, facts, fact, contactId: arrived.id };
}

t.test('a mobile that cannot speak is written to, across a restart, and stays with the agent', async (t) => {
  const talk = await silentTalk('0001', '13000000001', 'page');
  const restartedAtMs = Date.now();
  await station.killService();
  await station.hears(talk.call, 'silent.1', { sinceMs: restartedAtMs, timeoutMs: 25_000 });
  await talk.call.sendDigits('2');
  t.match(await talk.fact('SilentCallerAnswered'), { answer: 'cannotSpeak' });
  t.match(await talk.fact('SilentCallerTexted'), { sent: true });
  await station.hears(talk.call, 'silent.2', { sinceMs: restartedAtMs, timeoutMs: 20_000 });
  const queued = (await station.facts('MessageQueued')).filter(
    (fact) => fact['contactId'] === talk.contactId,
  );
  t.match(queued, [{ templateId: 'sms.text', callerMasked: '130****0001' }]);
  t.equal((await talk.facts('TalkEnded')).length, 0, 'the talk goes on');
  await talk.leg.hangUp();
  await talk.call.untilEnded();
  await talk.seat.act('sign-out');
});

t.test('by *30: who is no mobile is told so; a key says that he hears; asked again', async (t) => {
  const talk = await silentTalk('0002', undefined, 'phone');
  await talk.call.sendDigits('2');
  t.match(await talk.fact('SilentCallerTexted'), { sent: false });
  await station.hears(talk.call, 'silent.3', { sinceMs: talk.askedAtMs, timeoutMs: 25_000 });
  const againAtMs = Date.now();
  t.equal((await talk.api('POST', `/api/v1/contacts/${talk.contactId}/silent`)).status, 200);
  await station.hears(talk.call, 'silent.1', { sinceMs: againAtMs, timeoutMs: 20_000 });
  await talk.call.sendDigits('1');
  const answers = async () => (await talk.facts('SilentCallerAnswered')).map(({ answer }) => answer);
  await station.until('the second answer', async () => (await answers()).length === 2 || undefined);
  t.same(await answers(), ['cannotSpeak', 'hears']);
  t.equal((await talk.facts('TalkEnded')).length, 0);
  await talk.call.hangUp();
  await talk.leg.untilEnded();
  t.match((await station.closedRecord(talk.contactId)).record, { answered: true, endedBy: 'citizen' });
});
