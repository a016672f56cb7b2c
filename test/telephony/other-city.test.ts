// 转外地12345 on real parts, with a phone of ours in the other city's place: answered there, or back with the agent; nobody is lost on the way.
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { createPhone } from '../phones/phone.js';
import { headerOf } from '../phones/sip-message.js';
import { startStation, type JournaledFact, type Seat } from './station.js';

const sipPort = 19_820;
const cityHost = '127.0.0.3';
const cityPort = 19_835;
const areaCode = '0310';
const number = '031012345';
const talkHz = { citizen: 500, agent: 700, city: 900 };

// It is there before Asterisk asks whether the trunk lives.
const city = await createPhone({
  user: number,
  server: { host: '127.0.0.1', port: sipPort },
  bind: { host: cityHost, port: cityPort },
  toneHz: talkHz.city,
});
t.teardown(() => city.close());

const station = await startStation({
  portBase: 19_800,
  sipPort,
  rtpStart: 32_000,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['centreRing: 20s', 'centreRing: 5s'],
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
  files: {
    'trunks.yaml': [
      [
        'trunks:\n',
        `trunks:\n  - id: province\n    kind: address\n    addresses: ['${cityHost}']\n    contact: sip:${cityHost}:${String(cityPort)}\n    maxLines: 20\n`,
      ],
    ],
    'other-cities.yaml': [['\n[]\n', `\n- { areaCode: '${areaCode}', trunk: province }\n`]],
  },
});
t.teardown(() => station.close());
const [first, second] = await Promise.all(
  ['1001', '1002'].map((agentId) => station.seat(agentId, { toneHz: talkHz.agent })),
);
if (first === undefined || second === undefined) throw new Error('no seats');

interface Talk {
  readonly call: Call;
  readonly seat: Seat;
  readonly leg: Call;
  readonly id: string;
}

/** A citizen in talk with whoever of the two is free. */
async function talk(last4: string): Promise<Talk> {
  const call = await (await station.citizen(last4, { toneHz: talkHz.citizen })).call('12345');
  const joined = await station.until(`the talk of ${last4}`, async () => {
    const arrived = await station.facts('ContactArrived');
    const own = arrived.find(({ sipCallId }) => sipCallId === call.sipCallId);
    return own && (await factsOf(own.id, 'AgentConnected'))[0];
  });
  const seat = joined['agentId'] === '1001' ? first : second;
  if (seat === undefined) throw new Error('nobody');
  return { call, seat, leg: await seat.phone.incoming(), id: joined.id };
}

async function bothFree(): Promise<void> {
  for (const seat of [first, second]) {
    if ((await seat?.state()) === 'wrapup') await seat?.act('wrap-up/end');
    await seat?.untilState('ready');
  }
}

async function lead(t: Test, { seat, id }: Talk): Promise<void> {
  const asAgent = await station.apiAs(seat.agentId);
  const { status, body } = await asAgent('POST', `/api/v1/contacts/${id}/city`, { areaCode });
  t.match({ status, body }, { status: 200, body: { stage: 'led' } });
}

/** The next calls that ring in the other city, by the contact they tell. */
async function ringThere(count: number): Promise<ReadonlyMap<string, Call>> {
  const legs = await Promise.all(Array.from({ length: count }, () => city.incoming(20_000)));
  return new Map(legs.map((leg) => [headerOf(leg.invite, 'X-Yihao-Contact') ?? '', leg]));
}

function legOf(legs: ReadonlyMap<string, Call>, { id }: Talk): Call {
  const leg = legs.get(id);
  if (leg === undefined) throw new Error(`nobody rings for ${id}`);
  return leg;
}

const factsOf = async (id: string, type: string): Promise<readonly JournaledFact[]> =>
  (await station.facts(type)).filter((fact) => fact.id === id);
const factOf = (id: string, type: string, which = 0): Promise<JournaledFact> =>
  station.until(`${type} of ${id}`, async () => (await factsOf(id, type))[which], 20_000);

const share = (listener: Call, hz: number): number =>
  heard(listener, { hz, fromMs: Date.now() - 600, toMs: Date.now() - 100 });

async function hearEachOther(t: Test, one: Call, oneHz: number, other: Call, otherHz: number): Promise<void> {
  await sleep(1_000);
  t.ok(share(one, otherHz) > 0.8, 'he hears them');
  t.ok(share(other, oneHz) > 0.8, 'they hear him');
}

async function nothingLeft(t: Test): Promise<void> {
  await station.until('no channel and no bridge left', async () => {
    const [channels, bridges] = await Promise.all([station.channels(), station.bridges()]);
    return (channels.length === 0 && bridges.length === 0) || undefined;
  });
  t.pass('no channel and no bridge left');
}

t.test(
  'answered there: told first, context along, the agent wraps up, their release is the end',
  async (t) => {
    city.setOnInvite('manual');
    const own = await talk('8001');
    const { call, seat, leg, id } = own;
    const sinceMs = Date.now();
    await lead(t, own);
    await leg.untilEnded();
    await seat.untilState('wrapup');
    const words = await station.hears(call, 'scope.region', { sinceMs, slot: areaCode, timeoutMs: 15_000 });
    const out = await city.incoming(15_000);
    t.ok(out.invitedAtMs >= words.endsAtMs - 500, 'dialled when the words are over');
    t.equal(out.dialled, number);
    t.equal(headerOf(out.invite, 'X-Yihao-Contact'), id);
    t.equal(headerOf(out.invite, 'X-Yihao-Region'), areaCode);
    const arrived = await factOf(id, 'ContactArrived');
    t.equal(headerOf(out.invite, 'X-Yihao-Caller'), arrived['callerMasked'], 'the masked number');
    t.notMatch(JSON.stringify(out.invite), '031100008001', 'never the whole one, unless set so');
    await out.answer();
    await factOf(id, 'CityConnected');
    await hearEachOther(t, call, talkHz.citizen, out, talkHz.city);
    t.equal(await seat.state(), 'wrapup', 'kept, though a wrap-up lasts a second here');
    await out.hangUp();
    await station.hears(call, 'bye', { sinceMs: Date.now() - 500, timeoutMs: 15_000 });
    await call.untilEnded(15_000);
    const { record } = await station.closedRecord(id);
    t.match(record, {
      ...{ answered: true, excluded: null, missed: false, outcome: 'transfer', scopeKind: 'region' },
      ...{ cityLedTo: areaCode, cityOutcome: 'released', recordingFailed: false },
    });
    t.equal((record['recordings'] as string[]).length, 1, 'what the other city said is not recorded by us');
    await nothingLeft(t);
  },
);

t.test('not answered in time: with his own agent again, or first in line if that one has left', async (t) => {
  city.setOnInvite('noAnswer');
  await bothFree();
  const kept = await talk('8002');
  const left = await talk('8003');
  const asAgent = await station.apiAs(kept.seat.agentId);
  await asAgent('POST', `/api/v1/contacts/${kept.id}/seal`, {});
  await Promise.all([lead(t, kept), lead(t, left)]);
  const legs = await ringThere(2);
  const out = legOf(legs, kept);
  t.notOk(headerOf(out.invite, 'X-Yihao-Caller'), 'a confidential caller is nobody there');
  t.notMatch(JSON.stringify(out.invite), '8002', 'not even masked');
  await left.seat.act('sign-out');
  const outcome = await factOf(kept.id, 'CityLeft');
  t.equal(outcome['outcome'], 'noAnswer');
  t.ok(outcome.atMs - out.invitedAtMs < 6_500, `rung for ${String(outcome.atMs - out.invitedAtMs)} ms`);
  const again = await kept.seat.phone.incoming(15_000);
  t.match(await factOf(kept.id, 'AgentConnected', 1), { agentId: kept.seat.agentId }, 'the same agent');
  await legOf(legs, left).untilEnded();
  t.equal((await factOf(left.id, 'ContactRequeued'))['preferAgentId'], null);
  await station.signIn('1003', left.seat.deviceId);
  const other = await left.seat.phone.incoming(15_000);
  t.match(await factOf(left.id, 'AgentConnected', 1), { agentId: '1003' }, 'first in line');
  await hearEachOther(t, kept.call, talkHz.citizen, again, talkHz.agent);
  await hearEachOther(t, left.call, talkHz.citizen, other, talkHz.agent);
  await Promise.all([kept.call.hangUp(), left.call.hangUp()]);
  t.match((await station.closedRecord(kept.id)).record, {
    ...{ agentIds: [kept.seat.agentId], cityOutcome: 'noAnswer', sealed: 'confidential' },
  });
  await nothingLeft(t);
  await station.signIn(left.seat.agentId, left.seat.deviceId);
});

t.test('the service is killed while it rings there, and one hangs up meanwhile', async (t) => {
  city.setOnInvite('manual');
  // A restart on a busy machine must not outlast the ringing.
  await station.editSite('policies.yaml', [['centreRing: 5s', 'centreRing: 50s']]);
  await bothFree();
  const served = await talk('8004');
  const gone = await talk('8005');
  await Promise.all([lead(t, served), lead(t, gone)]);
  const legs = await ringThere(2);
  await station.parts.service.kill('SIGKILL');
  await gone.call.hangUp();
  await station.parts.service.whenReady();
  const out = legOf(legs, served);
  t.equal(out.state, 'ringing', 'still rung for');
  await legOf(legs, gone).untilEnded(15_000);
  await out.answer();
  await factOf(served.id, 'CityConnected');
  await hearEachOther(t, served.call, talkHz.citizen, out, talkHz.city);
  await out.hangUp();
  await served.call.untilEnded(15_000);
  t.match((await station.closedRecord(served.id)).record, { cityOutcome: 'released' });
  t.match((await station.closedRecord(gone.id)).record, {
    ...{ answered: true, missed: false, cityOutcome: 'callerGone', endedBy: 'citizen' },
  });
  await nothingLeft(t);
});
