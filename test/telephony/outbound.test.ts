// 外呼 on real parts, with a phone of ours in the place of the network outside: who is called hears the notice first, sees our number, and
// nothing is left behind, however it ends.
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { createPhone } from '../phones/phone.js';
import { headerOf } from '../phones/sip-message.js';
import { startStation, type JournaledFact } from './station.js';

const sipPort = 25_520;
const outsideHost = '127.0.0.3';
const outsidePort = 25_535;
const talkHz = { citizen: 500, agent: 700, outside: 900 };

// It is there before Asterisk asks whether the trunk lives.
const outside = await createPhone({
  user: '13900008001',
  server: { host: '127.0.0.1', port: sipPort },
  bind: { host: outsideHost, port: outsidePort },
  toneHz: talkHz.outside,
});
t.teardown(() => outside.close());

const station = await startStation({
  portBase: 25_500,
  sipPort,
  rtpStart: 16_700,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 30s'],
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
  files: {
    'trunks.yaml': [
      [
        'trunks:\n',
        `trunks:\n  - id: outside\n    kind: address\n    addresses: ['${outsideHost}']\n    contact: sip:${outsideHost}:${String(outsidePort)}\n    maxLines: 20\n    outboundNumbers: ['12345', '031112345']\n`,
      ],
    ],
    'dial-out.yaml': [
      [
        '# trunk: carrier\n',
        "trunk: outside\nshown: { callBack: '12345', visit: '12345', verify: '031112345', other: '12345' }\nring: 12s\n",
      ],
    ],
  },
});
t.teardown(() => station.close());
const seat = await station.seat('1002', { toneHz: talkHz.agent });
const asAgent = await station.apiAs('1002');

interface Ordered {
  readonly id: string;
  /** The agent's own leg. */
  readonly leg: Call;
}

async function order(t: Test, body: object): Promise<Ordered> {
  const answer = await asAgent('POST', '/api/v1/agents/1002/calls', body);
  t.match(answer, { status: 200, body: { stage: 'calling', agentId: '1002' } }, JSON.stringify(answer.body));
  return { id: String(answer.body['contactId']), leg: await seat.phone.incoming(15_000) };
}

const factsOf = async (id: string, type: string): Promise<readonly JournaledFact[]> =>
  (await station.facts(type)).filter((fact) => fact.id === id);
const factOf = (id: string, type: string): Promise<JournaledFact> =>
  station.until(`${type} of ${id}`, async () => (await factsOf(id, type))[0], 20_000);

const share = (listener: Call, hz: number): number =>
  heard(listener, { hz, fromMs: Date.now() - 600, toMs: Date.now() - 100 });

async function nothingLeft(t: Test): Promise<void> {
  await station.until('no channel and no bridge left', async () => {
    const [channels, bridges] = await Promise.all([station.channels(), station.bridges()]);
    return (channels.length === 0 && bridges.length === 0) || undefined;
  });
  t.pass('no channel and no bridge left');
}

async function free(): Promise<void> {
  if ((await seat.state()) === 'wrapup') await seat.act('wrap-up/end');
  await seat.untilState('ready');
}

/** A citizen who talked with the agent, under a number that could be called. */
async function callerOf(
  last4: string,
): Promise<{ readonly id: string; readonly call: Call; readonly leg: Call }> {
  await free();
  const citizen = await station.citizen(last4, { toneHz: talkHz.citizen, number: `1390000${last4}` });
  const call = await citizen.call('12345');
  const leg = await seat.phone.incoming(15_000);
  const arrived = await station.until(`the arrival of ${last4}`, async () =>
    (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
  );
  await factOf(arrived.id, 'AgentConnected');
  return { id: arrived.id, call, leg };
}

t.test(
  'cut off, he is called back with one key: our number shown, the notice before the joining',
  async (t) => {
    outside.setOnInvite('manual');
    const { id: about, call, leg: first } = await callerOf('8001');
    await call.hangUp();
    await first.untilEnded();
    await seat.untilState('wrapup');
    const { id, leg } = await order(t, { contactId: about });
    t.equal(await seat.state(), 'outbound', 'a state of its own');
    const out = await outside.incoming(15_000);
    t.equal(out.dialled, '13900008001', 'his own number, which no agent typed');
    t.match(headerOf(out.invite, 'From') ?? '', /sip:12345@/, 'the number shown');
    t.notMatch(JSON.stringify(leg.invite), '13900008001', 'the agent does not see it');
    t.match(JSON.stringify(leg.invite), /139\*{4}8001/);
    const ringingSinceMs = Date.now();
    await sleep(1_500);
    const ringback = heard(leg, { hz: 450, fromMs: ringingSinceMs, toMs: Date.now() });
    t.ok(ringback > 0.1, `he hears that it rings: ${ringback.toFixed(2)}`);
    t.ok(share(leg, talkHz.outside) < 0.1);
    const answeredAtMs = Date.now();
    await out.answer();
    const notice = await station.hears(out, 'out.notice', { sinceMs: answeredAtMs, timeoutMs: 15_000 });
    const whileToldMs = { fromMs: notice.atMs, toMs: notice.endsAtMs - 300 };
    t.ok(
      heard(leg, { hz: talkHz.outside, ...whileToldMs }) < 0.1,
      'the agent does not hear him before the notice is over',
    );
    t.ok(heard(out, { hz: talkHz.agent, ...whileToldMs }) < 0.1, 'nor he the agent');
    const connected = await factOf(id, 'AgentConnected');
    t.ok(connected.atMs >= notice.endsAtMs - 800, 'joined when it was over');
    await sleep(1_000);
    t.ok(share(leg, talkHz.outside) > 0.8, 'the agent hears him');
    t.ok(share(out, talkHz.agent) > 0.8, 'he hears the agent');
    t.equal(await seat.state(), 'outbound', 'in the talk, too');
    await out.hangUp();
    await leg.untilEnded();
    await seat.untilState('wrapup');
    const { record } = await station.closedRecord(id);
    t.match(record, {
      ...{ excluded: 'outbound', tag: 'outbound', kpiLine: 'outbound', answered: true, missed: false },
      ...{ endedBy: 'citizen', agentIds: ['1002'], recordingFailed: false, dnis: '12345' },
    });
    t.equal((record['recordings'] as string[]).length, 1, 'recorded');
    t.match(await factOf(id, 'ContactArrived'), { out: { about, purpose: 'callBack', agentId: '1002' } });
    const kpis = await station.api('GET', '/api/v1/kpis');
    t.notMatch(JSON.stringify(kpis.body), '13900008001');
    await nothingLeft(t);
  },
);

t.test('an office is called by its number, which is shown another one; the agent hangs up', async (t) => {
  outside.setOnInvite({ autoAnswerMs: 300 });
  await free();
  const { id, leg } = await order(t, { number: '0311-86123456', purpose: 'verify' });
  const out = await outside.incoming(15_000);
  t.equal(out.dialled, '031186123456');
  t.match(headerOf(out.invite, 'From') ?? '', /sip:031112345@/);
  await factOf(id, 'AgentConnected');
  await leg.hangUp();
  await out.untilEnded();
  await seat.untilState('wrapup');
  t.match((await station.closedRecord(id)).record, { endedBy: 'agent', excluded: 'outbound' });
  await nothingLeft(t);
});

t.test(
  'busy, not answered, hung up in the notice, given up by the agent: told, freed, nothing left',
  async (t) => {
    const endOf = async (id: string): Promise<unknown> => (await factOf(id, 'CallOutEnded'))['outcome'];
    for (const [how, expected] of [
      ['busy', 'busy'],
      ['noAnswer', 'noAnswer'],
      ['hungUp', 'calleeGone'],
      ['agent', 'agentGone'],
    ] as const) {
      await free();
      outside.setOnInvite(how === 'busy' ? 'busy' : how === 'hungUp' ? { autoAnswerMs: 200 } : 'manual');
      const { id, leg } = await order(t, { number: '13900008002', purpose: 'visit' });
      const sinceMs = Date.now();
      // A busy phone does not ring.
      const out = how === 'busy' ? null : await outside.incoming(15_000);
      if (how === 'hungUp') {
        await sleep(1_200);
        await out?.hangUp();
      }
      if (how === 'agent') await leg.hangUp();
      t.equal(await endOf(id), expected, how);
      if (how === 'busy') await station.hears(leg, 'a.out.none', { sinceMs, timeoutMs: 15_000 });
      await leg.untilEnded(15_000);
      await out?.untilEnded(15_000);
      await seat.untilState('wrapup');
      t.match((await station.closedRecord(id)).record, {
        answered: false,
        missed: false,
        excluded: 'outbound',
      });
      await nothingLeft(t);
    }
  },
);

t.test('no toll fraud: what is not allowed is refused before any phone rings', async (t) => {
  await free();
  const before = outside.history.length;
  for (const [number, because] of [
    ['0085212345678', 'foreign'],
    ['+85212345678', 'foreign'],
    ['16812345', 'premium'],
    ['031196118', 'premium'],
    ['17909123456', 'premium'],
    ['95588', 'unknown'],
    ['02086123456', 'unknown'],
    ['110', 'emergency'],
    ['12345', 'own'],
  ] as const) {
    const { status, body } = await asAgent('POST', '/api/v1/agents/1002/calls', { number });
    t.match({ status, body }, { status: 422, body: { code: 'DIAL_REFUSED', details: { because } } }, number);
  }
  t.equal(await seat.state(), 'ready', 'the agent is free');
  t.equal(outside.history.length, before, 'nothing reached the network');
  await nothingLeft(t);
});

t.test('a confidential caller is not called without his word; with it nobody sees who he is', async (t) => {
  outside.setOnInvite({ autoAnswerMs: 300 });
  const { id: about, call, leg: first } = await callerOf('8003');
  await asAgent('POST', `/api/v1/contacts/${about}/seal`, {});
  await call.hangUp();
  await first.untilEnded();
  const refused = await asAgent('POST', '/api/v1/agents/1002/calls', { contactId: about });
  t.match(refused, { status: 403, body: { code: 'CALLER_CONFIDENTIAL' } });
  const { id, leg } = await order(t, { contactId: about, citizenAgreed: true });
  t.notMatch(JSON.stringify(leg.invite), '8003', 'not even masked');
  const out = await outside.incoming(15_000);
  t.equal(out.dialled, '13900008003');
  await factOf(id, 'AgentConnected');
  await out.hangUp();
  t.match((await station.closedRecord(id)).record, { sealed: 'confidential', callerMasked: '保密来电' });
  await nothingLeft(t);
});

t.test(
  'the service is killed while it rings, and in a talk: the one is let go, the other goes on',
  async (t) => {
    outside.setOnInvite('manual');
    await free();
    const ringing = await order(t, { number: '13900008004', purpose: 'visit' });
    const out = await outside.incoming(15_000);
    await station.killService();
    await Promise.all([out.untilEnded(20_000), ringing.leg.untilEnded(20_000)]);
    t.equal((await factOf(ringing.id, 'CallOutEnded'))['outcome'], 'restart');
    await seat.untilState('wrapup', 20_000);
    await nothingLeft(t);
    await free();
    outside.setOnInvite({ autoAnswerMs: 300 });
    const { id, leg } = await order(t, { number: '13900008005', purpose: 'visit' });
    const talking = await outside.incoming(15_000);
    await factOf(id, 'AgentConnected');
    await station.killService();
    await sleep(1_500);
    t.ok(share(leg, talkHz.outside) > 0.8, 'they hear one another still');
    t.ok(share(talking, talkHz.agent) > 0.8);
    await station.until(
      'outbound again',
      async () => (await seat.state()) === 'outbound' || undefined,
      20_000,
    );
    await talking.hangUp();
    await leg.untilEnded();
    t.match((await station.closedRecord(id)).record, { answered: true, excluded: 'outbound' });
    await nothingLeft(t);
  },
);

t.test('by the phone: *42 and a number, refused in words where nobody may dial it', async (t) => {
  outside.setOnInvite({ autoAnswerMs: 300 });
  await free();
  const sinceMs = Date.now();
  const denied = await seat.phone.call('*4216812345');
  await station.hears(denied, 'a.out.deny', { sinceMs, timeoutMs: 15_000 });
  await denied.untilEnded(15_000);
  t.equal(await seat.state(), 'ready');
  const asked = await seat.phone.call('*4213900008006');
  const leg = await seat.phone.incoming(20_000);
  t.equal(asked.state, 'ended', 'rung when that call was over');
  const out = await outside.incoming(15_000);
  t.equal(out.dialled, '13900008006');
  await leg.hangUp();
  await out.untilEnded(15_000);
  await nothingLeft(t);
});
