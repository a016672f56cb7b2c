// 外呼: an agent's own call from the order to its end, with the agent's life beside it; and what holds whatever happens.
import fc from 'fast-check';
import t from 'tap';
import { offerOutcome } from '../../src/acd/offer-outcome.js';
import { agentStep, newAgent } from '../../src/contact/agent-life.js';
import {
  isOfferable,
  shownState,
  type Agent,
  type AgentFact,
  type AgentPolicy,
  type AgentSignal,
} from '../../src/contact/agent.js';
import { contactStep, newContact } from '../../src/contact/contact-life.js';
import type { Arrival, Contact, ContactPolicy } from '../../src/contact/contact.js';
import type { ContactEffect, ContactFact, ContactSignal } from '../../src/contact/contact-signals.js';
import type { ContactContext } from '../../src/contact/contact-step.js';
import type { FlowTurn } from '../../src/contact/flow-turn.js';
import type {
  AgentId,
  CallerKey,
  ChannelId,
  ContactId,
  DeviceId,
  NodeId,
  OfferId,
} from '../../src/contact/ids.js';
import { foldContact } from '../../src/metrics/contact-record.js';
import { defaultTallyRules, figuresOf, tallyOf } from '../../src/metrics/tally.js';

const id = 'c1' as ContactId;
const agentId = '1001' as AgentId;
const deviceId = 'd1001' as DeviceId;
const offerId = 'o1' as OfferId;
const legId = 'o1' as ChannelId;
const out = {
  ...({ agentId, deviceId, offerId, purpose: 'callBack', about: 'c0' as ContactId } as const),
  ...{ fromPhone: false, agentRingMs: 15_000, ringMs: 45_000 },
};
const arrival: Arrival = {
  ...{ node: 'n1' as NodeId, bootId: 'boot-1', channelId: 'c1.out' as ChannelId, sipCallId: '' },
  ...{ trunkId: 'carrier', dnis: '12345', redirectedFrom: '' },
  ...{ callerKey: 'k' as CallerKey, callerMasked: '138****8000', callerShown: true },
  ...{ entryId: '12345', kpiLine: 'outbound', tag: 'outbound', arrivedAtMs: 0, siteVersion: 'v1', out },
};
const policy: ContactPolicy = {
  ...{ ringMs: 8_000, progressMs: 2_000, playMs: 30_000, lookUpMs: 4_000, joinMs: 3_000 },
  ...{ resumePreferMs: 10_000, recordingPauseMs: 120_000, holdNoticeMs: 120_000, holdLimitMs: 600_000 },
  ...{ centreRingMs: 20_000, talkMs: 14_400_000, leavingMs: 30_000, retireMs: 600_000 },
  ...{ record: true, announceAgent: true, eventHangUpMs: 10_000 },
  consult: { ringMs: 15_000, acceptMs: 20_000, queueMs: 600_000, parkMs: 300_000 },
  survey: {
    enabled: true,
    minTalkMs: 0,
    limitMs: 120_000,
    exempt: { tags: [], categories: [], outcomes: [] },
  },
};
const agentPolicy: AgentPolicy = {
  ...{ wrapUpMs: 60_000, wrapUpExtendMs: 30_000, wrapUpExtensions: 1, noteEndsWrapUp: 'extended' as const },
  ...{ restMs: 10_000, missedRestsMs: [30_000], breakMs: 1_800_000, leaseMarginMs: 5_000 },
  ...{ talkMs: 14_400_000, forgottenMs: 50_400_000 },
};
/** No flow is ever asked: a call made from here has none. */
const noFlow = (): FlowTurn => {
  throw new Error('a flow was asked');
};
const context = (nowMs: number): ContactContext => ({
  ...{ nowMs, policy, offerOutcome, beginFlow: noFlow, beginSurvey: noFlow, flow: noFlow, nextTurn: 1 },
  queue: () => ({ waiting: 0, signedIn: 1, limit: 100, timeoutMs: 600_000, nobodyMs: 60_000 }),
  placeIn: () => 1,
  expectedWait: () => undefined,
  treatment: (told) => ({ say: [], told, nextAtMs: nowMs + 30_000 }),
  events: () => [],
  seat: () => ({ queueId: 'minors' as never, requires: [], priority: 0 }),
  holdsSeat: () => false,
  comesFree: () => false,
  city: () => ({ trunkId: 'province', number: '031012345', showsCaller: false }),
  takesBack: () => true,
  whisper: { prompt: { id: 'a.w.entry' }, mayDelay: false },
});

type Timed = readonly (readonly [number, ContactSignal])[];

/** The contact's life, and the agent's, who is told what the contact tells him. */
function live(signals: Timed, of: Partial<typeof out> = {}, before: readonly AgentSignal[] = []) {
  const contactFacts: { seq: number; atMs: number; fact: ContactFact }[] = [];
  const agentFacts: AgentFact[] = [];
  const effects: ContactEffect[] = [];
  let contact: Contact = newContact(id, { ...arrival, out: { ...out, ...of } });
  let agent: Agent = newAgent(agentId, 0);
  let refused: string | undefined;
  const tell = (signal: AgentSignal, nowMs: number) => {
    const step = agentStep(agent, signal, nowMs, agentPolicy);
    agent = step.agent;
    agentFacts.push(...step.facts);
  };
  tell({ type: 'SignIn', deviceId, reachable: true, by: 'phone' }, 0);
  tell({ type: 'GoReady', by: 'agent' }, 0);
  for (const signal of before) tell(signal, 0);
  tell({ type: 'CallOut', offerId, contactId: id, leaseMs: 100_000, by: 'agent' }, 0);
  for (const [nowMs, signal] of signals) {
    const step = contactStep(contact, signal, context(nowMs));
    step.facts.forEach((fact, at) => contactFacts.push({ seq: contact.version + at, atMs: nowMs, fact }));
    contact = step.contact;
    effects.push(...step.effects);
    refused = step.refused;
    for (const effect of step.effects) if (effect.do === 'tellAgent') tell(effect.signal, nowMs);
  }
  const did = effects.map((effect) => effect.do);
  const types = contactFacts.map(({ fact }) => fact.type);
  return { contact, agent, contactFacts, agentFacts, effects, did, types, refused };
}

const order: Timed = [[0, { type: 'Arrived' }]];
const picked: Timed = [...order, [3_000, { type: 'LegAnswered', offerId }]];
const answered: Timed = [...picked, [13_000, { type: 'CalleeAnswered' }]];
const notice: ContactSignal = { type: 'PlayEnded', playId: 'c1.1' as never, ok: true };
const told: Timed = [...answered, [19_000, notice]];
const talking: Timed = [...told, [19_100, { type: 'Joined', offerId }]];
const gone = (causeCode: number): ContactSignal => ({
  type: 'LegGone',
  offerId,
  causeCode,
  phoneLost: false,
});
const calleeGone = (causeCode: number): ContactSignal => ({ type: 'CallerGone', causeCode, inGap: false });
const fired = (timer: 'callOver' | 'talkOver' | 'retire'): ContactSignal => ({ type: 'TimerFired', timer });

t.test('his phone first, then the number, the notice, and only then the joining', async (t) => {
  t.same(live(order).did, ['ring']);
  t.match(live(order).contact.deadlines, { callOver: 15_000 });
  t.same(live(picked).did.slice(1), ['ringBack', 'dial']);
  const heard = live(answered);
  t.notOk(heard.did.includes('join'), 'not before the notice is over');
  t.match(heard.effects.at(-1), { do: 'play', part: { prompt: { id: 'out.notice' }, mustHear: true } });
  const joining = live(told);
  t.match(joining.effects.at(-1), { do: 'join', legId, bridgeId: 'o1' });
  const talk = live(talking);
  t.ok(talk.did.includes('record'), 'he was told: it is recorded');
  t.equal(shownState(talk.agent), 'outbound');
  t.match(talk.agent.activity, { is: 'talking', outbound: true });
  t.match(talk.agentFacts.at(-1), {
    type: 'AgentActivityChanged',
    from: 'outbound',
    to: 'talking',
    outbound: true,
  });
  const unheard = live([
    ...answered,
    [19_000, { ...notice, ok: false } as ContactSignal],
    [19_100, { type: 'Joined', offerId }],
  ]);
  t.notOk(unheard.did.includes('record'), 'without the notice nothing is recorded');
});

t.test('ordered by his phone, it is rung when that call is over, or soon in any case', async (t) => {
  const byPhone = { fromPhone: true };
  t.same(live(order, byPhone).did, []);
  t.same(live([...order, [2_000, { type: 'PhoneFree' }]], byPhone).did, ['ring']);
  t.same(live([...order, [8_000, fired('callOver')]], byPhone).did, ['ring']);
  t.same(live([...order, [2_000, { type: 'PhoneFree' }], [2_100, { type: 'PhoneFree' }]], byPhone).did, [
    'ring',
  ]);
});

t.test(
  'however it ends before the joining: both legs let go, the agent in his wrap-up, the reason told',
  async (t) => {
    const cases: readonly (readonly [string, Timed])[] = [
      ['agentNoAnswer', [...order, [15_000, fired('callOver')]]],
      ['agentNoAnswer', [...order, [2_000, gone(17)]]],
      ['agentGone', [...picked, [5_000, gone(16)]]],
      ['agentGone', [...answered, [15_000, gone(16)]]],
      ['agentGone', [...picked, [5_000, { type: 'AgentReleased', agentId }]]],
      ['busy', [...picked, [4_000, calleeGone(17)]]],
      ['noSuchNumber', [...picked, [4_000, calleeGone(1)]]],
      ['noAnswer', [...picked, [48_000, calleeGone(19)]]],
      ['noAnswer', [...picked, [48_000, fired('callOver')]]],
      ['failed', [...picked, [4_000, calleeGone(38)]]],
      ['failed', [...picked, [4_000, calleeGone(0)]]],
      ['calleeGone', [...answered, [15_000, calleeGone(16)]]],
      ['calleeGone', [...told, [19_050, calleeGone(16)]]],
      ['failed', [...told, [19_050, { type: 'JoinFailed', offerId }]]],
      ['failed', [...told, [22_000, fired('callOver')]]],
      [
        'restart',
        [
          ...picked,
          [5_000, { type: 'Resynced', citizenUp: true, leg: 'up', joined: false, nodeRestarted: false }],
        ],
      ],
      [
        'restart',
        [
          ...order,
          [
            5_000,
            { type: 'Resynced', citizenUp: false, leg: 'ringing', joined: false, nodeRestarted: false },
          ],
        ],
      ],
      [
        'failed',
        [
          ...picked,
          [5_000, { type: 'Resynced', citizenUp: false, leg: 'gone', joined: false, nodeRestarted: true }],
        ],
      ],
    ];
    for (const [outcome, signals] of cases) {
      const { contact, agent, contactFacts, did, effects } = live(signals);
      t.equal(contact.stage.at, 'ended', outcome);
      t.match(contactFacts.map(({ fact }) => fact).slice(-2), [
        { type: 'CallOutEnded', outcome },
        { type: 'ContactEnded', during: 'calling', reason: outcome },
      ]);
      t.ok(did.includes('hangUpLeg'), 'his leg');
      t.equal(did.includes('hangUp'), did.includes('dial'), 'the other, if it was dialled');
      t.equal(shownState(agent), 'wrapup');
      t.same(Object.keys(contact.deadlines), ['retire'], 'its note stays open, no deadline else');
      const wasTold = effects.some((effect) => effect.do === 'whisper' && effect.prompt.id === 'a.out.none');
      t.equal(
        wasTold,
        ['busy', 'noSuchNumber', 'noAnswer'].includes(outcome) ||
          (outcome === 'failed' &&
            did.includes('dial') &&
            !signals.some(([, { type }]) => type === 'Resynced')),
        outcome,
      );
      const record = foldContact(id, contactFacts);
      t.match(record, {
        excluded: 'outbound',
        missed: false,
        answered: false,
        missedCause: null,
        incomplete: false,
      });
      t.match(tallyOf(record!, defaultTallyRules), {
        offered: 0,
        answered: 0,
        undecided: 0,
        excludedBy: { outbound: 1 },
        outboundReached: 0,
      });
    }
  },
);

t.test(
  'a talk ends by either, without a goodbye that thanks for calling, and never back into a line',
  async (t) => {
    const byAgent = live([...talking, [60_000, gone(16)]]);
    t.match(byAgent.contact.stage, { at: 'leaving', by: 'agent', hangingUp: true });
    t.notOk(byAgent.effects.some((effect) => effect.do === 'play' && effect.part.prompt.id === 'bye'));
    t.equal(shownState(byAgent.agent), 'wrapup');
    const over = live([...talking, [60_000, gone(16)], [60_100, calleeGone(16)]]);
    const record = foldContact(id, over.contactFacts);
    t.match(record, {
      answered: true,
      excluded: 'outbound',
      endedBy: 'agent',
      talkMs: 40_900,
      surveyOffered: false,
    });
    const tally = tallyOf(record!, defaultTallyRules);
    t.match(figuresOf(tally, defaultTallyRules), {
      outboundReach: { text: '100.0%' },
      averageOutboundTalk: { numerator: 40_900 },
      answerRate: { denominator: 0 },
      within15OfOffered: { denominator: 0 },
      within15OfAnswered: { denominator: 0 },
      averageTalk: { denominator: 0 },
    });
    const lost = live([...talking, [60_000, { type: 'LegGone', offerId, causeCode: 44, phoneLost: true }]]);
    t.match(lost.contact.stage, { at: 'leaving', reason: 'phoneLost' });
    t.equal(shownState(lost.agent), 'wrapup', 'nobody waits for him');
    t.match(live([...talking, [14_419_100, fired('talkOver')]]).contact.stage, { at: 'leaving' });
  },
);

t.test('what is for callers alone is refused; hold, pause and a note are not', async (t) => {
  const at = (signal: ContactSignal) => live([...talking, [30_000, signal]]);
  for (const signal of [
    { type: 'SeekSeat', agentId, seat: 'minor' },
    { type: 'SeekCity', agentId, areaCode: '0310' },
    { type: 'AskSilentCaller', agentId },
  ] as const)
    t.equal(at(signal).refused, 'CALLED_OUT', signal.type);
  t.ok(at({ type: 'HoldContact', agentId, on: true }).did.includes('hold'));
  t.ok(
    at({ type: 'PauseRecording', agentId, paused: true }).refused === 'RECORDING_OFF',
    'it does not run yet',
  );
  t.equal(at({ type: 'SetDisposition', agentId, disposition: { outcome: 'direct' } }).refused, undefined);
  const note: ContactSignal = { type: 'SetDisposition', agentId, disposition: { outcome: 'direct' } };
  t.equal(live([...picked, [4_000, calleeGone(17)], [5_000, note]]).refused, undefined, 'after a try, too');
});

t.test(
  'an agent is reserved from the order on, out of every state but a call, and goes back to his break',
  async (t) => {
    const wish: AgentSignal = { type: 'CallOut', offerId, contactId: id, leaseMs: 90_000, by: 'agent' };
    const step = (agent: Agent, signal: AgentSignal, nowMs = 0) =>
      agentStep(agent, signal, nowMs, agentPolicy);
    const signedIn = step(newAgent(agentId, 0), {
      type: 'SignIn',
      deviceId,
      reachable: true,
      by: 'phone',
    }).agent;
    const ready = step(signedIn, { type: 'GoReady', by: 'agent' }).agent;
    const calling = step(ready, wish).agent;
    t.notOk(isOfferable(calling));
    t.ok(calling.version > ready.version, 'a proposal made before is refused');
    t.equal(calling.deadlines.lease, 90_000);
    t.equal(step(newAgent(agentId, 0), wish).refused, 'AGENT_NOT_SIGNED_IN');
    t.equal(step(calling, wish).refused, 'AGENT_WRONG_STATE', 'once at a time');
    const ringing = step(ready, { type: 'OfferMade', offerId, contactId: id, ringMs: 8_000 }).agent;
    t.equal(step(ringing, wish).refused, 'AGENT_WRONG_STATE');
    t.equal(step({ ...ready, reachable: false }, wish).refused, 'AGENT_WRONG_STATE');
    t.equal(step({ ...ready, ownCalls: ['x' as ChannelId] }, wish).refused, 'AGENT_WRONG_STATE');
    t.equal(
      step(calling, { type: 'SignIn', deviceId: 'd2' as DeviceId, reachable: true, by: 'phone' }).refused,
      'AGENT_WRONG_STATE',
    );
    const lapsed = step(calling, { type: 'TimerFired', timer: 'lease' }, 100_000);
    t.equal(shownState(lapsed.agent), 'wrapup');
    t.same(lapsed.lapsed, { contactId: id, offerId }, 'and the call goes with it');
    t.match(lapsed.facts[0], { type: 'AgentLeaseExpired', activity: 'outbound' });
    const resting = step(ready, { type: 'GoBreak', reason: 'meal', by: 'agent' }).agent;
    const called = step(resting, wish).agent;
    const wrapped = step(called, { type: 'Released', contactId: id, interrupted: false }, 5_000).agent;
    const back = step(wrapped, { type: 'EndWrapUp', by: 'agent' }, 6_000).agent;
    t.match(back.activity, { is: 'break', reason: 'meal' });
    t.match(step(called, { type: 'SignOut', by: 'agent' }).agent.plan, { is: 'signOut' });
    const late = step(ready, { type: 'Released', contactId: 'other' as ContactId, interrupted: false });
    t.equal(late.agent, ready);
  },
);

t.test(
  'whatever happens in whatever order: no joining before the notice, no stage without a deadline, nobody kept',
  async (t) => {
    const any: readonly ContactSignal[] = [
      { type: 'PhoneFree' },
      { type: 'LegRinging', offerId },
      { type: 'LegAnswered', offerId },
      { type: 'CalleeAnswered' },
      notice,
      { type: 'Joined', offerId },
      { type: 'JoinFailed', offerId },
      gone(16),
      { type: 'LegGone', offerId, causeCode: 0, phoneLost: true },
      calleeGone(17),
      calleeGone(16),
      fired('callOver'),
      fired('talkOver'),
      fired('retire'),
      { type: 'AgentReleased', agentId },
      { type: 'HoldContact', agentId, on: true },
      { type: 'Digit', digit: '1' },
      { type: 'SeekSeat', agentId, seat: 'minor' },
      { type: 'SeekCity', agentId, areaCode: '0310' },
      { type: 'Seal', kind: 'confidential', by: '1001', agentId },
      { type: 'Resynced', citizenUp: true, leg: 'up', joined: true, nodeRestarted: false },
      { type: 'Resynced', citizenUp: false, leg: 'gone', joined: false, nodeRestarted: false },
      { type: 'Resynced', citizenUp: true, leg: 'up', joined: false, nodeRestarted: true },
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...any), { maxLength: 30 }),
        fc.boolean(),
        (signals, fromPhone) => {
          const timed: Timed = [
            ...order,
            ...signals.map((signal, at) => [1_000 * (at + 1), signal] as const),
          ];
          const { contact, agent, did, types, contactFacts } = live(timed, { fromPhone });
          const join = did.indexOf('join');
          const isTold = join < 0 || did.slice(0, join).includes('play');
          const isBounded = contact.stage.at === 'ended' || Object.keys(contact.deadlines).length > 0;
          const isOver = contact.stage.at === 'ended' || contact.stage.at === 'leaving';
          const isFree = !isOver || (agent.activity.is !== 'talking' && agent.activity.is !== 'outbound');
          const isLetGo = !isOver || did.includes('hangUpLeg');
          const dialledOnce = did.filter((one) => one === 'dial').length <= 1;
          const once = types.filter((type) => type === 'ContactEnded').length <= 1;
          const neverInLine = !types.includes('ContactQueued') && !types.includes('ContactRequeued');
          const record = foldContact(id, contactFacts);
          const apart = record?.excluded === 'outbound' && !record.missed;
          return isTold && isBounded && isFree && isLetGo && dialledOnce && once && neverInLine && apart;
        },
      ),
      { numRuns: 3_000 },
    );
    t.pass('held');
  },
);
