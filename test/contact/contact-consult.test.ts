// A consult of an expert, or of an emergency line or utility: what ends well, what does not, and what holds whatever happens.
import fc from 'fast-check';
import t from 'tap';
import { offerOutcome } from '../../src/acd/offer-outcome.js';
import { expertCallsIn, expertThere, type ExpertCall } from '../../src/contact/consult.js';
import { contactStep, newContact } from '../../src/contact/contact-life.js';
import type { Arrival, Contact, ContactPolicy } from '../../src/contact/contact.js';
import type { ContactEffect, ContactFact, ContactSignal } from '../../src/contact/contact-signals.js';
import type { ContactContext } from '../../src/contact/contact-step.js';
import type { HandOverTarget } from '../../src/contact/hand-over-target.js';
import type { FlowCursor, FlowTurn } from '../../src/contact/flow-turn.js';
import type {
  AgentId,
  BridgeId,
  CallerKey,
  ChannelId,
  ConsultId,
  ContactId,
  DeviceId,
  FlowId,
  NodeId,
  OfferId,
  PlayId,
  QueueId,
} from '../../src/contact/ids.js';

const id = 'c1' as ContactId;
const agentId = '1001' as AgentId;
const queueId = 'general' as QueueId;
const offerId = 'o1' as OfferId;
const main = 'o1' as BridgeId;
const consultId = 'k1' as ConsultId;

const arrival: Arrival = {
  ...{ node: 'n1' as NodeId, bootId: 'boot-1', channelId: '1700000000.1' as ChannelId },
  ...{ sipCallId: 'call@carrier', trunkId: 'carrier', dnis: '12345', redirectedFrom: '' },
  ...{ callerKey: 'k' as CallerKey, callerMasked: '138****8000', callerShown: true },
  ...{ entryId: '12345', kpiLine: '12345', tag: '', arrivedAtMs: 0, siteVersion: 'v1' },
};
const policy: ContactPolicy = {
  ...{ ringMs: 8_000, progressMs: 2_000, playMs: 30_000, lookUpMs: 4_000, joinMs: 3_000 },
  ...{ resumePreferMs: 10_000, recordingPauseMs: 120_000, holdNoticeMs: 120_000, holdLimitMs: 600_000 },
  ...{ centreRingMs: 20_000, talkMs: 14_400_000, leavingMs: 30_000, retireMs: 600_000 },
  ...{ record: true, announceAgent: false, eventHangUpMs: 10_000 },
  consult: { ringMs: 15_000, acceptMs: 20_000, queueMs: 600_000, parkMs: 300_000 },
  survey: {
    ...{ enabled: false, minTalkMs: 0, limitMs: 120_000 },
    exempt: { tags: [], categories: [], outcomes: [] },
  },
};
const cursor = (nodeId: string): FlowCursor => ({
  ...{ flowId: '12345' as FlowId, siteVersion: 'v1', nodeId, tries: 0, keys: 0, digits: '' },
});
const queueTurn: FlowTurn = {
  cursor: cursor('queue'),
  say: [{ prompt: { id: 'greet.main' }, mustHear: true }],
  next: { type: 'enqueue', request: { queueId, requires: [], priority: 0 } },
};
const exitTurn: FlowTurn = {
  cursor: cursor('exit'),
  say: [{ prompt: { id: 'exit.timeout' }, mustHear: false }],
  next: { type: 'hangUp', reason: 'queueTimeout' },
};

function context(nowMs: number, there = true): ContactContext {
  return {
    ...{ nowMs, policy, offerOutcome },
    beginFlow: () => queueTurn,
    beginSurvey: () => queueTurn,
    flow: (_cursor, input) => (input.type === 'queueExit' ? exitTurn : { ...queueTurn, say: [] }),
    nextTurn: 1,
    queue: () => ({ waiting: 0, signedIn: 1, limit: 100, timeoutMs: 600_000, nobodyMs: 60_000 }),
    placeIn: () => 1,
    expectedWait: () => undefined,
    treatment: (told) => ({ say: [], told, nextAtMs: nowMs + 30_000 }),
    events: () => [],
    seat: () => undefined,
    holdsSeat: () => false,
    comesFree: () => false,
    city: () => undefined,
    takesBack: () => there,
    whisper: { prompt: { id: 'a.w.entry' }, mayDelay: false },
  };
}

type Timed = readonly (readonly [number, ContactSignal])[];

function live(signals: Timed) {
  let contact: Contact = newContact(id, arrival);
  const facts: ContactFact[] = [];
  const effects: ContactEffect[] = [];
  let refused: string | undefined;
  for (const [nowMs, signal] of signals) {
    const step = contactStep(contact, signal, context(nowMs));
    contact = step.contact;
    facts.push(...step.facts);
    effects.push(...step.effects);
    refused = step.refused;
  }
  const said = effects.flatMap((effect) => (effect.do === 'play' ? [effect.part.prompt.id] : []));
  return { contact, facts, effects, refused, said, types: facts.map(({ type }) => type) };
}

const talking: Timed = [
  [0, { type: 'Arrived' }],
  [
    1_000,
    {
      ...{ type: 'OfferMade', offerId, agentId, deviceId: 'd1001' as DeviceId },
      decision: {
        ...{ contactId: id, agentId, queueId, requires: [], rule: 'longestIdle', waitedMs: 0, place: 1 },
        ...{ eligible: [], eligibleCount: 1 },
      },
    },
  ],
  [3_000, { type: 'LegAnswered', offerId }],
  [6_000, { type: 'PlayEnded', playId: 'c1.1' as PlayId, ok: true }],
  [6_050, { type: 'Joined', offerId }],
  [6_100, { type: 'RecordingStarted', file: 'x-1.wav' }],
];
type Reserved = Pick<ExpertCall, 'legId' | 'expertId' | 'departmentId' | 'line'>;
const desk = (n: number): Reserved => ({
  ...{ legId: `e${String(n)}` as ChannelId, expertId: `80${String(n)}`, departmentId: 'fund' },
  line: { agentId: `2${String(n)}` as AgentId, deviceId: `d2${String(n)}` as DeviceId },
});
const outside = (n: number): Reserved => ({ ...desk(n), line: { outside: true } });
const reserved = (...experts: readonly Reserved[]): ContactSignal => ({
  ...{ type: 'ExpertsReserved', consultId, experts },
});
const sought: Timed = [
  ...talking,
  [20_000, { type: 'SeekExpert', consultId, agentId, wish: { departmentId: 'fund' }, note: '提取条件' }],
];
const leg = 'e1' as ChannelId;
const resynced = (agentLeg: 'gone' | 'up', joined: boolean, expert: 'gone' | 'up'): ContactSignal => ({
  ...{ type: 'Resynced', citizenUp: true, leg: agentLeg, joined, expert, nodeRestarted: false },
});
const both = [offerId as string as ChannelId, leg];
const ringing: Timed = [...sought, [20_010, reserved(desk(1))]];
const noticed: Timed = [...ringing, [25_000, { type: 'ExpertAnswered', legId: leg }]];
const consulting: Timed = [
  ...noticed,
  [30_000, { type: 'ExpertPlayEnded', legId: leg, playId: 'e1.notice' as PlayId }],
  [30_050, { type: 'Gathered', bridgeId: 'k1' as BridgeId, legIds: both, ok: true }],
  [30_100, { type: 'ConsultRecordingStarted', consult: 1, file: 'x-c1.wav' }],
];
const conferring: Timed = [
  ...consulting,
  [40_000, { type: 'ConferConsult', agentId }],
  [40_050, { type: 'Gathered', bridgeId: main, legIds: both, ok: true }],
];
const police: HandOverTarget = {
  ...{ targetId: 'police', kind: 'emergency', mode: 'oneKey', ringMs: 12_000, asksKey: false },
  ...{ releaseAfterMs: 10_000, packet: true, packetTaken: false },
};
const number = (nth: number, legId = `e${String(nth)}`): Reserved => ({
  ...{ legId: legId as ChannelId, expertId: `police.${String(nth)}`, departmentId: 'police' },
  line: { outside: true, target: { targetId: 'police', nth } },
});
const seekTarget = (target: HandOverTarget): ContactSignal => ({
  ...{ type: 'SeekExpert', consultId, agentId, wish: { targetId: target.targetId }, note: '', target },
});
const calling = (target: HandOverTarget): Timed => [
  ...talking,
  [20_000, seekTarget(target)],
  [20_010, reserved(number(1))],
];
const together = (target: HandOverTarget): Timed => [
  ...calling(target),
  [25_000, { type: 'ExpertAnswered', legId: leg }],
  [30_000, { type: 'ExpertPlayEnded', legId: leg, playId: 'e1.notice' as PlayId }],
  [30_050, { type: 'Gathered', bridgeId: main, legIds: both, ok: true }],
];
const handedOver: Timed = [...conferring, [50_000, { type: 'HandOver', agentId }]];
const released = ({ effects }: { readonly effects: readonly ContactEffect[] }) =>
  effects.flatMap((effect) => (effect.do === 'releaseExpert' ? [effect.call.expertId] : []));

t.test('a recording that is told of late is of the consult that is over, not of the next one', (t) => {
  const again = live([
    ...consulting.slice(0, -1),
    [31_000, { type: 'EndConsult', agentId }],
    [32_000, { type: 'SeekExpert', consultId, agentId, wish: { departmentId: 'fund' }, note: '' }],
    [32_010, reserved(desk(2))],
    [32_500, { type: 'ConsultRecordingStarted', consult: 1, file: 'x-c1.wav' }],
  ]);
  t.notOk(again.types.includes('ConsultRecordingStarted'));
  t.end();
});

t.test(
  'reserved first; the citizen is told and hears music; one story from the asking to the end',
  async (t) => {
    const asked = live(sought);
    t.match(asked.effects.at(-1), { do: 'reserveExperts', wish: { departmentId: 'fund' }, tried: [] });
    t.notOk(
      asked.effects.some((effect) => effect.do === 'takeOut'),
      'he stays with his agent until somebody is reserved',
    );
    const rung = live(ringing);
    t.equal(rung.said.at(-1), 'expert.seek');
    t.equal(rung.contact.deadlines.parkOver, 20_010 + policy.consult.parkMs);
    t.match(
      rung.effects.filter((effect) => effect.do === 'tellAgent').at(-1),
      { agentId: '21', signal: { type: 'OwnCall', up: true } },
      'who is an agent too is offered nothing',
    );
    const music = live([...ringing, [24_000, { type: 'PlayEnded', playId: 'c1.2' as PlayId, ok: true }]]);
    t.match(music.effects.at(-1), { do: 'music', on: true });
    const told = live(noticed);
    t.match(told.effects.at(-1), { do: 'tellExpert', prompt: { id: 'expert.join' } });
    t.notOk(
      told.effects.some((effect) => effect.do === 'gather'),
      'he hears of the recording before anybody hears him',
    );
    const over = live([
      ...handedOver,
      [90_000, { type: 'ExpertGone', legId: leg, causeCode: 16, phoneLost: false }],
      [95_000, { type: 'CallerGone', causeCode: 16, inGap: false }],
    ]);
    t.same(over.types.slice(over.types.indexOf('ConsultSought')), [
      ...['ConsultSought', 'CitizenParked', 'ExpertRung', 'ExpertAnswered', 'ConsultJoined'],
      ...['ConsultRecordingStarted', 'CitizenParked', 'ConferenceJoined', 'ConsultEnded', 'TalkEnded'],
      ...['ExpertConnected', 'ExpertReleased', 'ContactEnded'],
    ]);
    t.match(
      over.facts.find(({ type }) => type === 'ConsultEnded'),
      { outcome: 'handedOver', talkMs: 19_900 },
    );
    t.match(
      over.facts.find(({ type }) => type === 'ExpertReleased'),
      { by: 'expert', talkMs: 40_000 },
    );
    t.same(released(over), ['801']);
    const stops = (signals: Timed) =>
      live(signals).effects.filter((effect) => effect.do === 'stopRecording').length;
    t.equal(stops(handedOver), 0, 'the recording follows the citizen');
  },
);

t.test('who does not come: the next one, then a place in line or the agent again', async (t) => {
  const silent = live([...ringing, [35_010, { type: 'TimerFired', timer: 'consultOver' }]]);
  t.match(silent.effects.at(-1), { do: 'reserveExperts', tried: ['801'] });
  t.same(released(silent), ['801']);
  t.match(
    silent.facts.find(({ type }) => type === 'ExpertMissed'),
    { outcome: 'noAnswer', rangMs: 15_000 },
  );
  const next: Timed = [
    ...ringing,
    [22_000, { type: 'ExpertGone', legId: leg, causeCode: 17, phoneLost: false }],
  ];
  const nobody = live([
    ...next,
    [22_010, { type: 'ExpertsBusy', consultId, mayCome: false, expectedMs: null }],
  ]);
  t.match(nobody.facts.at(-1), { type: 'CitizenParked', parked: false });
  t.match(
    nobody.effects.slice(-2),
    [
      { do: 'gather', bridgeId: main, citizen: true, legIds: ['o1'] },
      { do: 'whisper', prompt: { id: 'a.back' } },
    ],
    'with his agent, who is told',
  );
  const waits = live([
    ...next,
    [22_010, { type: 'ExpertsBusy', consultId, mayCome: true, expectedMs: 90_000 }],
  ]);
  t.match(waits.contact.stage, { talk: { consult: { phase: 'queued', parkedSinceMs: null } } });
  t.equal(waits.contact.deadlines.consultOver, 20_000 + policy.consult.queueMs);
  t.match(waits.facts.at(-1), { type: 'ConsultQueued', expectedMs: 90_000 });

  const all = live([
    ...sought,
    [20_010, reserved(desk(1), desk(2), outside(3))],
    [22_000, { type: 'ExpertAnswered', legId: 'e2' as ChannelId }],
  ]);
  t.same(released(all), ['801', '803'], 'all at once: the quickest has it');
  t.match(
    all.facts.filter(({ type }) => type === 'ExpertMissed'),
    [{ outcome: 'elsewhere' }, { outcome: 'elsewhere' }],
  );
});

t.test('outside, a machine that answers is joined to nobody', async (t) => {
  const answered: Timed = [
    ...sought,
    [20_010, reserved(outside(1))],
    [24_000, { type: 'ExpertAnswered', legId: leg }],
  ];
  const asked = live(answered);
  t.match(asked.effects.at(-1), { do: 'tellExpert', prompt: { id: 'expert.accept', slots: { d: 'fund' } } });
  const other = live([...answered, [26_000, { type: 'ExpertPressed', legId: leg, digit: '5' }]]);
  t.match(other.contact.stage, { talk: { consult: { phase: 'ringing' } } });
  const taken = live([...answered, [26_000, { type: 'ExpertPressed', legId: leg, digit: '1' }]]);
  t.match(taken.contact.stage, { talk: { consult: { phase: 'noticed' } } });
  const declined = live([...answered, [26_000, { type: 'ExpertPressed', legId: leg, digit: '2' }]]);
  t.match(declined.effects.at(-1), { do: 'reserveExperts', tried: ['801'] });
  const machine = live([...answered, [44_000, { type: 'TimerFired', timer: 'consultOver' }]]);
  t.match(machine.effects.at(-1), { do: 'reserveExperts', tried: ['801'] });
  t.same(released(machine), ['801']);
});

t.test('the agent leaves or dies: the expert has him, or he is first in line', async (t) => {
  const gone = (phoneLost: boolean): ContactSignal => ({
    type: 'LegGone',
    offerId,
    causeCode: 16,
    phoneLost,
  });
  t.match(live([...conferring, [50_000, gone(false)]]).contact.stage, {
    at: 'expert',
    talk: { phase: 'talking' },
  });
  const died = live([...consulting, [50_000, gone(true)]]);
  t.match(died.contact.stage, { at: 'expert', talk: { phase: 'joining' } });
  t.equal(died.contact.deadlines.joinOver, 53_000);
  const failed = live([
    ...consulting,
    [50_000, gone(false)],
    [50_100, { type: 'Gathered', bridgeId: main, legIds: [leg], ok: false }],
  ]);
  t.match(failed.contact.place, { resumed: true, prefer: { agentId } });
  t.match(
    failed.effects.findLast((effect) => effect.do === 'tellAgent'),
    { signal: { type: 'CameBack' } },
  );
  for (const [signals, prefer] of [
    [[...ringing, [22_000, gone(false)]], null],
    [[...ringing, [22_000, gone(true)]], { agentId }],
  ] as readonly (readonly [Timed, object | null])[]) {
    const line = live(signals);
    t.equal(line.contact.stage.at, 'waiting');
    t.match(line.contact.place, { resumed: true, prefer });
    t.same(released(line), ['801']);
  }
});

t.test(
  'the agent leaves while who has taken it hears of the recording: they are joined when he has heard it',
  async (t) => {
    for (const before of [
      noticed,
      calling(police).concat([[25_000, { type: 'ExpertAnswered', legId: leg }]]),
    ]) {
      const left: Timed = [
        ...before,
        [26_000, { type: 'LegGone', offerId, causeCode: 16, phoneLost: false }],
      ];
      const hears = live(left);
      t.match(hears.contact.stage, { at: 'expert', talk: { phase: 'noticed' } });
      t.notOk(hears.effects.some((effect) => effect.do === 'gather' && effect.legIds.length === 1));
      t.same(released(hears), [], 'he is kept');
      for (const over of [
        { type: 'ExpertPlayEnded', legId: leg, playId: 'e1.notice' as PlayId },
        { type: 'TimerFired', timer: 'joinOver' },
        resynced('up', false, 'up'),
      ] satisfies readonly ContactSignal[]) {
        const joining = live([...left, [29_000, over]]);
        t.match(joining.contact.stage, { at: 'expert', talk: { phase: 'joining' } });
        t.match(joining.effects.at(-1), { do: 'gather', citizen: true, legIds: [leg] });
      }
      const lost = live([
        ...left,
        [27_000, { type: 'ExpertGone', legId: leg, causeCode: 16, phoneLost: false }],
      ]);
      t.equal(lost.contact.stage.at, 'waiting', 'gone before they were joined');
    }
  },
);

t.test(
  'the agent hangs up as all three are being joined: the citizen is theirs, whichever is told first',
  async (t) => {
    const gathering: Timed = together(police).slice(0, -1);
    const gone: ContactSignal = { type: 'LegGone', offerId, causeCode: 16, phoneLost: false };
    const failed: ContactSignal = { type: 'Gathered', bridgeId: main, legIds: both, ok: false };
    for (const order of [
      [gone, failed],
      [failed, gone],
    ]) {
      const signals = order.map((signal, at): Timed[number] => [30_040 + at * 20, signal]);
      const theirs = live([...gathering, ...signals]);
      t.match(theirs.contact.stage, { at: 'expert', talk: { phase: 'joining' } });
      t.same(released(theirs), []);
    }
    const agentThere = live([
      ...gathering,
      [30_040, failed],
      [30_600, { type: 'TimerFired', timer: 'consultOver' }],
    ]);
    t.match(agentThere.facts.at(-1), { type: 'ConsultEnded', outcome: 'failed' });
    t.match(agentThere.contact.stage, { at: 'talking' }, 'his agent has him');
  },
);

t.test('a line that fails is no goodbye: the citizen is his agent’s again', async (t) => {
  const ended = (causeCode: number) =>
    live([
      ...handedOver,
      [51_000, { type: 'Gathered', bridgeId: main, legIds: [leg], ok: true }],
      [60_000, { type: 'ExpertGone', legId: leg, causeCode, phoneLost: false }],
    ]);
  for (const causeCode of [27, 38, 41, 102])
    t.equal(ended(causeCode).contact.stage.at, 'waiting', String(causeCode));
  t.not(ended(16).contact.stage.at, 'waiting');
});

t.test('refused: a second one, on hold, and what is for two alone', async (t) => {
  const refusal = (signals: Timed) => live(signals).refused;
  const again = sought.at(-1)?.[1] ?? { type: 'Arrived' };
  t.equal(refusal([...sought, [21_000, again]]), 'CONSULT_RUNNING');
  t.equal(
    refusal([...talking, [19_000, { type: 'HoldContact', agentId, on: true }], [20_000, again]]),
    'CONTACT_HELD',
  );
  for (const signal of [
    { type: 'HoldContact', agentId, on: true },
    { type: 'AgentReleased', agentId },
    { type: 'SeekCity', agentId, areaCode: '0310' },
  ] as const)
    t.equal(refusal([...consulting, [35_000, signal]]), 'CONSULT_RUNNING', signal.type);
  t.equal(refusal([...ringing, [21_000, { type: 'ConferConsult', agentId }]]), 'CONSULT_NONE');
  t.equal(refusal([...talking, [21_000, { type: 'EndConsult', agentId }]]), 'CONSULT_NONE');
  const late = live([...sought, [20_005, { type: 'EndConsult', agentId }], [20_010, reserved(desk(1))]]);
  t.same(released(late), ['801'], 'reserved too late, he is let go at once');
});

t.test(
  'a target by one key: told, joined as three, and the agent is released once it is accepted',
  async (t) => {
    const rung = live(calling(police));
    t.match(
      rung.facts.find(({ type }) => type === 'ConsultSought'),
      { targetId: 'police', mode: 'oneKey', packet: true },
    );
    t.equal(rung.said.at(-1), 'em.transfer');
    t.match(rung.effects.at(-1), { do: 'ringExpert', ringMs: 12_000 });
    t.equal(rung.contact.deadlines.consultOver, 32_010);
    const answered = live([...calling(police), [25_000, { type: 'ExpertAnswered', legId: leg }]]);
    t.match(answered.effects.at(-1), { do: 'tellExpert', prompt: { id: 'em.receiver' } });
    t.notOk(
      answered.effects.some((effect) => effect.do === 'gather'),
      'nobody is heard before the notice is over',
    );
    const three = live(together(police));
    t.match(three.effects.at(-1), { do: 'announce', prompt: { id: 'em.joined', slots: { t: 'police' } } });
    t.same(three.contact.stage.at, 'talking', 'the agent is with them');
    t.equal(three.contact.deadlines.consultOver, 40_050);
    t.notOk(three.types.includes('ConsultJoined'), 'never the two without the citizen');
    const over: ContactSignal = { type: 'TimerFired', timer: 'consultOver' };
    const theirs = live([...together(police), [40_050, over]]);
    t.match(theirs.contact.stage, {
      at: 'expert',
      talk: { phase: 'talking', target: { kind: 'emergency' } },
    });
    t.match(theirs.facts.slice(-3), [
      { type: 'ConsultEnded', outcome: 'handedOver', targetId: 'police' },
      { type: 'TalkEnded', by: 'agent' },
      { type: 'ExpertConnected', targetId: 'police' },
    ]);
    const gone: ContactSignal = { type: 'ExpertGone', legId: leg, causeCode: 16, phoneLost: false };
    t.match(live([...together(police), [40_050, over], [90_000, gone]]).said.at(-1), 'bye', 'no survey');
    const given = live([...together(police), [35_000, gone]]);
    t.match(given.contact.stage, { at: 'talking' }, 'not accepted: the citizen is with his agent');
    t.match(given.facts.at(-1), { type: 'ConsultEnded', outcome: 'left' });
    const stays = live([...together(police), [35_000, { type: 'ConferConsult', agentId }], [40_050, over]]);
    t.match(stays.contact.stage, { at: 'talking', talk: { consult: { phase: 'conference' } } }, 'he stays');
    t.match(live([...together(police), [32_000, { type: 'HandOver', agentId }]]).contact.stage, {
      ...{ at: 'expert', talk: { phase: 'talking' } },
    });
  },
);

t.test(
  'three parties with a target: the agent stays until he says so; a key is asked for where its row has it',
  async (t) => {
    const three = { ...police, mode: 'threeParty', releaseAfterMs: null } as const;
    t.equal(live(together(three)).contact.deadlines.consultOver, undefined);
    const keyed = { ...police, asksKey: true };
    const asked = live([...calling(keyed), [25_000, { type: 'ExpertAnswered', legId: leg }]]);
    t.match(asked.effects.at(-1), { do: 'tellExpert', prompt: { id: 'em.accept', slots: { t: 'police' } } });
    const utility = { ...police, kind: 'utility' } as const;
    t.equal(live(calling(utility)).said.at(-1), 'util.transfer');
    const sent = live([
      ...calling(police),
      [22_000, { type: 'PacketTaken', consultId }],
      [25_000, { type: 'ExpertAnswered', legId: leg }],
    ]);
    t.match(sent.effects.at(-1), { prompt: { id: 'em.receiver.sent' } }, 'they have what is known');
  },
);

t.test('a target that does not come: its next number, and at the end of them the same agent', async (t) => {
  const next: Timed = [...calling(police), [32_010, { type: 'TimerFired', timer: 'consultOver' }]];
  t.match(live(next).effects.at(-1), { do: 'reserveExperts', tried: ['police.1'] });
  const second: Timed = [...next, [32_020, reserved(number(2))]];
  t.same(
    live([...second, [33_000, { type: 'PlayEnded', playId: 'c1.2' as PlayId, ok: true }]]).said.slice(-2),
    [...['em.transfer', 'em.fail']],
  );
  const busy: ContactSignal = {
    ...{ type: 'ExpertGone', legId: 'e2' as ChannelId },
    causeCode: 17,
    phoneLost: false,
  };
  const end: ContactSignal = { type: 'ExpertsBusy', consultId, mayCome: false, expectedMs: null };
  const nobody = live([...second, [34_000, busy], [34_010, end]]);
  t.match(nobody.contact.stage, { at: 'talking', talk: { agentId } });
  t.match(nobody.facts.slice(-2), [
    { type: 'ConsultEnded', outcome: 'nobody' },
    { type: 'CitizenParked', parked: false },
  ]);
  t.match(nobody.effects.slice(-2), [
    { do: 'gather', bridgeId: main, citizen: true, legIds: ['o1'] },
    { do: 'announce', prompt: { id: 'em.fail' } },
  ]);
});

t.test('after a restart: a talk goes on, whatever had not come to one is over', async (t) => {
  const on = live([...consulting, [60_000, resynced('up', false, 'up')]]);
  t.match(on.contact.stage, { talk: { consult: { phase: 'talking' } } });
  t.match(on.effects.at(-1), { do: 'music', on: true });
  t.match(live([...conferring, [60_000, resynced('up', true, 'up')]]).effects.at(-1), {
    ...{ do: 'gather', bridgeId: main, legIds: ['o1', 'e1'] },
  });
  t.match(live([...ringing, [22_000, resynced('up', false, 'gone')]]).facts.slice(-2), [
    { type: 'ConsultEnded', outcome: 'restart' },
    { type: 'CitizenParked', parked: false },
  ]);
  t.match(live([...consulting, [60_000, resynced('up', false, 'gone')]]).facts.at(-2), { outcome: 'left' });
  t.equal(live([...consulting, [60_000, resynced('gone', false, 'up')]]).contact.stage.at, 'expert');
  t.equal(live([...handedOver, [60_000, resynced('gone', false, 'gone')]]).contact.stage.at, 'waiting');
});

type Make = (contact: Contact) => ContactSignal;
const legIn = (contact: Contact): ChannelId => expertCallsIn(contact.stage)[0]?.legId ?? leg;
const fixed = (...signals: readonly ContactSignal[]): fc.Arbitrary<Make> =>
  fc.constantFrom(...signals).map((signal) => () => signal);

/** No leg has the id of another. */
let serial = 0;
const anySignal: fc.Arbitrary<Make> = fc.oneof(
  {
    weight: 3,
    arbitrary: fixed({ type: 'SeekExpert', consultId, agentId, wish: { departmentId: 'fund' }, note: '' }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(null, 0, 10_000), fc.boolean(), fc.constantFrom('emergency', 'utility'))
      .map(
        ([releaseAfterMs, asksKey, kind]): Make =>
          () =>
            seekTarget({ ...police, releaseAfterMs, asksKey, kind: kind as HandOverTarget['kind'] }),
      ),
  },
  fixed({ type: 'PacketTaken', consultId }),
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.boolean())
      .map(([count, isOutside]): Make => (contact) => {
        serial += 1;
        const consult = contact.stage.at === 'talking' ? contact.stage.talk.consult : undefined;
        if (consult?.target !== undefined) return reserved(number(1, `e${String(serial)}.0`));
        const experts = Array.from({ length: count }, (_, at) => ({
          ...(isOutside ? outside(at + 1) : desk(at + 1)),
          legId: `e${String(serial)}.${String(at)}` as ChannelId,
        }));
        return reserved(...experts);
      }),
  },
  fc.boolean().map((mayCome): Make => () => ({ type: 'ExpertsBusy', consultId, mayCome, expectedMs: null })),
  fixed({ type: 'ExpertMayBeFree', consultId }),
  {
    weight: 3,
    arbitrary: fc.constant<Make>((contact) => ({ type: 'ExpertAnswered', legId: legIn(contact) })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('1', '2', '5')
      .map((digit): Make => (contact) => ({ type: 'ExpertPressed', legId: legIn(contact), digit })),
  },
  {
    weight: 3,
    arbitrary: fc.constant<Make>((contact) => {
      const legId = legIn(contact);
      return { type: 'ExpertPlayEnded', legId, playId: `${legId}.notice` as PlayId };
    }),
  },
  fc
    .tuple(fc.constantFrom(-1, 0, 16, 17, 19, 41, 44), fc.boolean())
    .map(([causeCode, phoneLost]): Make => (contact) => ({
      ...{ type: 'ExpertGone', legId: legIn(contact), causeCode, phoneLost },
    })),
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(main, 'k1' as BridgeId), fc.boolean(), fc.integer({ min: 0, max: 4 }))
      .map(([bridgeId, withAgent, chance]): Make => (contact) => {
        const legIds = [...(withAgent ? both.slice(0, 1) : []), legIn(contact)];
        return { type: 'Gathered', bridgeId, legIds, ok: chance > 0 };
      }),
  },
  { weight: 2, arbitrary: fixed({ type: 'ConferConsult', agentId }, { type: 'HandOver', agentId }) },
  fixed({ type: 'EndConsult', agentId }, { type: 'ConsultRecordingStarted', consult: 1, file: 'x-c1.wav' }),
  fc
    .constantFrom('consultOver', 'parkOver', 'joinOver', 'talkOver', 'playOver', 'queueTimeout', 'nobody')
    .map((timer): Make => () => ({ type: 'TimerFired', timer: timer as 'consultOver' })),
  fc.boolean().map((phoneLost): Make => () => ({ type: 'LegGone', offerId, causeCode: 16, phoneLost })),
  fc.boolean().map((held): Make => () => ({ type: 'LegHeld', offerId, held })),
  fc
    .tuple(
      fc.constantFrom('gone' as const, 'up' as const),
      fc.boolean(),
      fc.constantFrom('gone' as const, 'up' as const),
    )
    .map(
      (seen): Make =>
        () =>
          resynced(...seen),
    ),
  fixed({ type: 'AgentReleased', agentId }, { type: 'HoldContact', agentId, on: true }),
);

t.test(
  'whatever comes: every reservation ends once, nobody is in two talks, no music without a deadline, no goodbye instead of an expert',
  async (t) => {
    const seen = { parked: 0, conference: 0, handedOver: 0, inLine: 0, withTarget: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.boolean(), anySignal), {
          minLength: 20,
          maxLength: 60,
        }),
        fc.constantFrom(
          talking,
          ringing,
          consulting,
          conferring,
          handedOver,
          calling(police),
          together(police),
        ),
        (plan, begun) => {
          let nowMs = 60_000;
          let contact = live(begun).contact;
          const inHand = expertCallsIn(contact.stage).map(({ legId }) => legId);
          const held = new Set<ChannelId>(inHand);
          const up = new Set<ChannelId>(inHand);
          const step = (signal: ContactSignal, isThere: boolean) => {
            const before = contact;
            const done = contactStep(before, signal, context(nowMs, isThere));
            contact = done.contact;
            if (signal.type === 'ExpertsReserved') for (const { legId } of signal.experts) held.add(legId);
            for (const effect of done.effects) {
              if (effect.do === 'ringExpert') up.add(effect.call.legId);
              if (effect.do === 'hangUpExpert') up.delete(effect.legId);
              if (effect.do === 'releaseExpert' && !held.delete(effect.call.legId))
                throw new Error('let go twice');
            }
            const calls = expertCallsIn(contact.stage);
            const legs = calls.map(({ legId }) => legId);
            if (legs.length !== held.size || legs.some((one) => !held.has(one) || !up.has(one)))
              throw new Error(`reserved and in hand differ at ${contact.stage.at}`);
            if (up.size !== legs.length) throw new Error('a phone rings on');
            const { stage, deadlines } = contact;
            if (stage.at !== 'ended' && Object.keys(deadlines).length === 0) throw new Error('no deadline');
            const consult = stage.at === 'talking' ? stage.talk.consult : undefined;
            if (consult !== undefined && consult.parkedSinceMs !== null) {
              seen.parked += 1;
              if ((deadlines.parkOver ?? Infinity) > consult.parkedSinceMs + policy.consult.parkMs)
                throw new Error('music without an end');
            }
            if (
              consult !== undefined &&
              !['talking', 'conference'].includes(consult.phase) &&
              deadlines.consultOver === undefined
            )
              throw new Error(`${consult.phase} without a deadline`);
            if (calls.filter(({ state }) => state === 'there').length > 1) throw new Error('two experts');
            if (consult?.phase === 'conference') seen.conference += 1;
            if (before.stage.at === 'talking' && stage.at === 'expert') seen.handedOver += 1;
            if (stage.at === 'expert' && stage.talk.target !== undefined) seen.withTarget += 1;
            if (consult?.target !== undefined && consult.phase === 'queued')
              throw new Error('a target is waited for');
            if (consult?.target !== undefined && ['joining', 'talking'].includes(consult.phase))
              throw new Error('a target without the citizen');
            const was = before.stage.at === 'talking' ? before.stage.talk.consult : undefined;
            if (was === undefined || was.parkedSinceMs === null || stage.at === 'talking') return;
            if (stage.at === 'waiting') seen.inLine += 1;
            const isOver = signal.type === 'TimerFired' && signal.timer === 'talkOver';
            if (stage.at === 'leaving' && !isOver) throw new Error(`a goodbye by ${signal.type}`);
            if (expertThere(was) === undefined && stage.at === 'expert') throw new Error('with nobody');
          };
          for (const [laterMs, isThere, make] of plan) {
            nowMs += laterMs;
            step(make(contact), isThere);
          }
          step({ type: 'CallerGone', causeCode: 16, inGap: false }, true);
          if (held.size + up.size > 0) throw new Error('somebody is left');
        },
      ),
      { numRuns: 1_500 },
    );
    t.ok(Math.min(...Object.values(seen)) > 100, JSON.stringify(seen));
  },
);
