// A citizen led to another city's 12345 out of a talk: every way there, every way back to his agent, and what holds whatever happens.
import fc from 'fast-check';
import t from 'tap';
import { offerOutcome } from '../../src/acd/offer-outcome.js';
import { contactStep, newContact } from '../../src/contact/contact-life.js';
import type { Arrival, Contact, ContactPolicy } from '../../src/contact/contact.js';
import type { ContactEffect, ContactFact, ContactSignal } from '../../src/contact/contact-signals.js';
import type { ContactContext } from '../../src/contact/contact-step.js';
import type { FlowCursor, FlowTurn } from '../../src/contact/flow-turn.js';
import type {
  AgentId,
  CallerKey,
  ChannelId,
  ContactId,
  DeviceId,
  FlowId,
  NodeId,
  OfferId,
  QueueId,
} from '../../src/contact/ids.js';
import type { MatchDecision } from '../../src/contact/offer.js';

const id = 'c1' as ContactId;
const agentId = '1001' as AgentId;
const queueId = 'general' as QueueId;
const first = 'o1' as OfferId;
const second = 'o2' as OfferId;
/** Of the lead out of the first talk. */
const led = 'c1.led.1' as OfferId;
const target = { trunkId: 'province', number: '031012345', showsCaller: false };

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
  ...{ record: true, announceAgent: true, eventHangUpMs: 10_000 },
  consult: { ringMs: 15_000, acceptMs: 20_000, queueMs: 600_000, parkMs: 300_000 },
  survey: {
    enabled: true,
    minTalkMs: 0,
    limitMs: 120_000,
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
const surveyTurn: FlowTurn = {
  cursor: { ...cursor('ask'), flowId: 'survey' as FlowId },
  say: [{ prompt: { id: 'survey.ask' }, mustHear: false }],
  next: { type: 'collect', timeoutMs: 5_000, bargeIn: true },
};

/** `there`: the agent can take him back. */
function context(nowMs: number, there = true): ContactContext {
  return {
    ...{ nowMs, policy, offerOutcome },
    beginFlow: () => queueTurn,
    beginSurvey: () => surveyTurn,
    flow: (_cursor, input) => (input.type === 'queueExit' ? exitTurn : { ...queueTurn, say: [] }),
    nextTurn: 1 + Math.floor(nowMs / 1_000),
    queue: () => ({ waiting: 0, signedIn: 1, limit: 100, timeoutMs: 600_000, nobodyMs: 60_000 }),
    placeIn: () => 1,
    expectedWait: () => undefined,
    treatment: (told) => ({ say: [], told, nextAtMs: nowMs + 30_000 }),
    events: () => [],
    seat: () => undefined,
    holdsSeat: () => false,
    comesFree: () => false,
    city: (areaCode) => (areaCode === '0310' ? target : undefined),
    takesBack: () => there,
    whisper: { prompt: { id: 'a.w.entry' }, mayDelay: false },
  };
}

const decision: MatchDecision = {
  ...{ contactId: id, agentId, queueId, requires: [], rule: 'longestIdle', waitedMs: 0, place: 1 },
  ...{ eligible: [], eligibleCount: 1 },
};

type Timed = readonly (readonly [number, ContactSignal])[];

function live(signals: Timed, there = true) {
  let contact: Contact = newContact(id, arrival);
  const facts: ContactFact[] = [];
  const effects: ContactEffect[] = [];
  let refused: string | undefined;
  for (const [nowMs, signal] of signals) {
    const step = contactStep(contact, signal, context(nowMs, there));
    contact = step.contact;
    facts.push(...step.facts);
    effects.push(...step.effects);
    refused = step.refused;
  }
  const said = effects.flatMap((effect) => (effect.do === 'play' ? [effect.part.prompt.id] : []));
  const told = effects.flatMap((effect) => (effect.do === 'tellAgent' ? [effect.signal] : []));
  return { contact, facts, effects, refused, said, told, types: facts.map(({ type }) => type) };
}

const offer = (offerId: OfferId): ContactSignal => ({
  ...{ type: 'OfferMade', offerId, agentId, deviceId: 'd1001' as DeviceId, decision },
});
const played = (n: number): ContactSignal => ({
  ...{ type: 'PlayEnded', playId: `c1.${String(n)}` as never, ok: true },
});
const gone = (causeCode: number, phoneLost = false): ContactSignal => ({
  ...{ type: 'LegGone', offerId: led, causeCode, phoneLost },
});
const resynced = (leg: 'gone' | 'ringing' | 'up', joined = false): ContactSignal => ({
  ...{ type: 'Resynced', citizenUp: true, leg, joined, nodeRestarted: false },
});
const seek = (areaCode = '0310', by = agentId): ContactSignal => ({
  ...{ type: 'SeekCity', agentId: by, areaCode },
});
const talking: Timed = [
  [0, { type: 'Arrived' }],
  [1_000, offer(first)],
  [3_000, { type: 'LegAnswered', offerId: first }],
  [6_000, played(1)],
  [6_050, { type: 'Joined', offerId: first }],
  [6_100, { type: 'RecordingStarted', file: 'x-1.wav' }],
];
const sought: Timed = [...talking, [20_000, seek()]];
const dialled: Timed = [...sought, [26_000, played(2)]];
const there: Timed = [
  ...dialled,
  [30_000, { type: 'LegAnswered', offerId: led }],
  [30_050, { type: 'Joined', offerId: led }],
];

t.test('the agent leaves, he is told and led; answered there, their release is the end', async (t) => {
  const told = live(sought);
  t.match(told.contact.stage, { at: 'led', lead: { phase: 'told', from: { agentId, areaCode: '0310' } } });
  t.same(told.said, ['greet.main', 'scope.region']);
  t.match(
    told.facts.find(({ type }) => type === 'DispositionSet'),
    { outcome: 'transfer' },
    'noted for the agent, who may note something else',
  );
  t.match(told.told.at(-1), {
    type: 'Released',
    interrupted: false,
    backWithinMs: policy.playMs + policy.centreRingMs + policy.joinMs,
  });
  const done = told.effects.map((effect) => effect.do);
  for (const effect of ['stopRecording', 'hangUpLeg', 'part'] as const) t.ok(done.includes(effect), effect);
  t.notOk(done.includes('lead'), 'nobody is dialled while he is being told');

  const ringing = live(dialled);
  t.match(
    ringing.effects.find((effect) => effect.do === 'lead'),
    { offerId: led, ringMs: policy.centreRingMs, target, region: '0310' },
  );
  t.equal(ringing.contact.deadlines.centreOver, 26_000 + policy.centreRingMs);
  t.ok(ringing.contact.place, 'his place is kept');

  const talk = live(there);
  t.match(talk.facts.at(-1), { type: 'CityConnected', areaCode: '0310', rangMs: 4_050 });
  t.equal(
    talk.effects.filter((effect) => effect.do === 'record').length,
    1,
    'what the other city says is not ours to record',
  );
  t.equal(talk.contact.deadlines.talkOver, 30_050 + policy.talkMs);

  const over = live([
    ...there,
    [90_000, gone(16)],
    [92_000, played(3)],
    [92_100, { type: 'CallerGone', causeCode: 16, inGap: false }],
  ]);
  t.same(over.types.slice(-7), [
    ...['CitySought', 'DispositionSet', 'TalkEnded', 'CityDialled', 'CityConnected', 'CityLeft'],
    'ContactEnded',
  ]);
  t.match(
    over.facts.find(({ type }) => type === 'CityLeft'),
    { outcome: 'released', talkMs: 59_950, areaCode: '0310' },
  );
  t.same(over.said, ['greet.main', 'scope.region', 'bye'], 'nobody asks him how another city was');
});

t.test(
  'not served there: told so, at the head of the queue, and his own agent is free for him',
  async (t) => {
    const ways: readonly (readonly [string, Timed, string])[] = [
      ['no answer in time', [[46_000, { type: 'TimerFired', timer: 'centreOver' }]], 'noAnswer'],
      ['no answer, by SIP', [[40_000, gone(19)]], 'noAnswer'],
      ['busy', [[26_200, gone(17)]], 'busy'],
      ['refused', [[26_200, gone(21)]], 'failed'],
      ['the trunk is down', [[26_200, gone(0)]], 'failed'],
      ['gone while the service was away', [[30_000, resynced('gone')]], 'failed'],
      [
        'answered, never joined',
        [
          [30_000, { type: 'LegAnswered', offerId: led }],
          [33_000, { type: 'TimerFired', timer: 'joinOver' }],
        ],
        'failed',
      ],
    ];
    for (const [name, signals, outcome] of ways) {
      const back = live([...dialled, ...signals]);
      const atMs = signals.at(-1)?.[0] ?? 0;
      t.equal(back.contact.stage.at, 'waiting', name);
      t.match(
        back.contact.place,
        { resumed: true, queuedAtMs: 0, request: { queueId }, prefer: { agentId, untilMs: atMs + 10_000 } },
        name,
      );
      t.match(back.facts.slice(-2), [
        { type: 'CityLeft', outcome, talkMs: 0 },
        { type: 'ContactRequeued', queueId, preferAgentId: agentId },
      ]);
      t.equal(back.said.at(-1), 'scope.region.back', name);
      t.match(back.told.at(-1), { type: 'CameBack', contactId: id }, name);
      t.ok(back.contact.deadlines.queueTimeout !== undefined && back.contact.deadlines.nobody !== undefined);
    }
    const away = live([...dialled, [26_200, gone(17)]], false);
    t.match(
      away.contact.place,
      { resumed: true, prefer: null },
      'that agent has gone: whoever is free first',
    );
    t.match(away.facts.at(-1), { type: 'ContactRequeued', preferAgentId: null });
    t.notOk(away.told.some(({ type }) => type === 'CameBack'));

    const lost = live([...there, [60_000, gone(44, true)]]);
    t.match(lost.contact.place, { resumed: true, prefer: { agentId } });
    t.equal(
      lost.said.at(-1),
      'queue.resume',
      'cut off in the talk there: the same words as for our own lines',
    );
  },
);

t.test('back with his agent it is an ordinary talk, and another city may be tried from it', async (t) => {
  const again: Timed = [
    ...dialled,
    [26_200, gone(17)],
    [26_300, offer(second)],
    [27_000, { type: 'LegAnswered', offerId: second }],
    [27_050, { type: 'Joined', offerId: second }],
  ];
  const talk = live(again);
  t.match(talk.contact.stage, { at: 'talking', talk: { agentId, offerId: second } });
  t.match(
    talk.effects.findLast((effect) => effect.do === 'record'),
    { talk: 2 },
    'recorded as a talk of its own',
  );
  const released = live([...again, [40_000, { type: 'AgentReleased', agentId }]]);
  t.equal(released.contact.stage.at, 'survey', 'asked how his agent was, as ever');

  const next = live([...again, [40_000, seek()], [44_000, played(4)]]);
  const leads = next.effects.flatMap((effect) => (effect.do === 'lead' ? [effect.offerId] : []));
  t.same(
    leads,
    ['c1.led.1', 'c1.led.2'],
    'each by ids of its own: a late word about the first is no word about the second',
  );
  const late = contactStep(next.contact, gone(16), context(45_000));
  t.equal(late.contact, next.contact);
});

t.test('refused: what the table does not have, whose talk it is not, while he is on hold', async (t) => {
  const refusalOf = (signals: Timed) => {
    const { refused, contact } = live(signals);
    return [refused, contact.stage.at];
  };
  t.same(refusalOf([...talking, [20_000, seek('0311')]]), ['CITY_UNKNOWN', 'talking']);
  t.same(refusalOf([...talking, [20_000, seek('0310', '9' as AgentId)]]), ['CONTACT_NOT_YOURS', 'talking']);
  t.same(refusalOf([...talking, [19_000, { type: 'HoldContact', agentId, on: true }], [20_000, seek()]]), [
    ...['CONTACT_HELD', 'talking'],
  ]);
  t.same(
    refusalOf([
      [0, { type: 'Arrived' }],
      [1_000, seek()],
    ]),
    ['CONTACT_NOT_TALKING', 'waiting'],
  );
  t.same(refusalOf([...sought, [21_000, seek()]]), ['CONTACT_NOT_TALKING', 'led'], 'once is enough');
});

t.test('hung up on the way there or in the talk: no leg or bridge is left', async (t) => {
  const hangUp: Timed = [[50_000, { type: 'CallerGone', causeCode: 16, inGap: false }]];
  t.notOk(live([...sought, ...hangUp]).types.includes('CityLeft'), 'nobody was dialled yet');
  for (const signals of [dialled, there.slice(0, -1), there]) {
    const { contact, facts, effects } = live([...signals, ...hangUp]);
    t.equal(contact.stage.at, 'ended');
    t.same(Object.keys(contact.deadlines), ['retire']);
    t.match(
      facts.find(({ type }) => type === 'CityLeft'),
      { outcome: 'callerGone' },
    );
    const after = effects.slice(live(signals).effects.length).map((effect) => effect.do);
    t.ok(after.includes('hangUpLeg'));
    t.equal(after.includes('part'), signals !== dialled);
  }
});

t.test('after a restart, what was under way goes on', async (t) => {
  const told = live([...sought, [22_000, resynced('gone')]]);
  t.same(told.said, ['greet.main', 'scope.region', 'scope.region'], 'told anew');
  t.match(told.contact.stage, { at: 'led', lead: { phase: 'told', from: { agentId } } });
  t.ok(
    told.effects.slice(live(sought).effects.length).some((effect) => effect.do === 'stopRecording'),
    'the end of the talk may not have been carried out',
  );
  t.match(live([...dialled, [30_000, resynced('ringing')]]).contact.stage, { lead: { phase: 'dialled' } });
  t.match(live([...dialled, [30_000, resynced('up')]]).contact.stage, { lead: { phase: 'joining' } });
  t.match(live([...there, [40_000, resynced('up', true)]]).contact.stage, { lead: { phase: 'talking' } });
  t.equal(live([...there, [40_000, resynced('gone')]]).contact.stage.at, 'leaving', 'released meanwhile');
});

/** Mostly the leg in hand, now and then one of before or after. */
type LegIn = (contact: Contact) => OfferId;
const present: LegIn = ({ stage, talks }) => {
  if (stage.at === 'led') return `c1.led.${String(stage.lead.from?.talk)}` as OfferId;
  if (stage.at === 'offered') return stage.offer.offerId;
  return stage.at === 'talking' ? stage.talk.offerId : (`o${String(talks + 1)}` as OfferId);
};
const legs: fc.Arbitrary<LegIn> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(present) },
  fc.constantFrom(led, 'c1.led.2' as OfferId, first, second).map((one) => () => one),
);
type Make = (contact: Contact) => ContactSignal;
const ofLeg = (make: (offerId: OfferId) => ContactSignal): fc.Arbitrary<Make> =>
  legs.map((leg) => (contact: Contact) => make(leg(contact)));
const anySignal: fc.Arbitrary<Make> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constant<Make>(({ voice }) => ({
      ...{ type: 'PlayEnded', playId: voice.playing?.playId ?? ('old' as never), ok: true },
    })),
  },
  { weight: 3, arbitrary: fc.constantFrom('0310', '0310', '0999').map((areaCode) => () => seek(areaCode)) },
  fc
    .constantFrom(
      ...(['playOver', 'centreOver', 'joinOver', 'talkOver', 'queueTimeout', 'nobody', 'rona'] as const),
      'leavingOver' as const,
    )
    .map((timer): Make => () => ({ type: 'TimerFired', timer })),
  { weight: 2, arbitrary: ofLeg(offer) },
  ofLeg((offerId) => ({ type: 'LegRinging', offerId })),
  { weight: 3, arbitrary: ofLeg((offerId) => ({ type: 'LegAnswered', offerId })) },
  { weight: 3, arbitrary: ofLeg((offerId) => ({ type: 'Joined', offerId })) },
  ofLeg((offerId) => ({ type: 'JoinFailed', offerId })),
  fc
    .tuple(legs, fc.constantFrom(-1, 0, 16, 17, 19, 44), fc.boolean())
    .map(([leg, causeCode, phoneLost]): Make => (contact) => ({
      ...{ type: 'LegGone', offerId: leg(contact), causeCode, phoneLost },
    })),
  fc.boolean().map((on): Make => () => ({ type: 'HoldContact', agentId, on })),
  fc.tuple(fc.constantFrom('gone' as const, 'ringing' as const, 'up' as const), fc.boolean()).map(
    ([leg, joined]) =>
      () =>
        resynced(leg, joined),
  ),
);

t.test(
  'whatever comes: never without a deadline, never to a number that is not the table’s, no leg left',
  async (t) => {
    let wentThere = 0;
    let cameBack = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.boolean(), anySignal), {
          minLength: 20,
          maxLength: 60,
        }),
        (plan) => {
          let nowMs = 20_000;
          let contact = live(talking).contact;
          const dialledIds = new Set<OfferId>();
          for (const [laterMs, isThere, make] of plan) {
            nowMs += laterMs;
            const before = contact;
            const step = contactStep(before, make(before), context(nowMs, isThere));
            contact = step.contact;
            const done = step.effects.map((effect) => effect.do);
            if (contact.stage.at !== 'ended' && Object.keys(contact.deadlines).length === 0)
              throw new Error(`no deadline in ${contact.stage.at}`);
            for (const effect of step.effects) {
              if (effect.do !== 'lead') continue;
              if (effect.target !== target) throw new Error('a number of nobody’s');
              if (dialledIds.has(effect.offerId)) throw new Error('an id used twice');
              dialledIds.add(effect.offerId);
              wentThere += 1;
            }
            if (before.stage.at !== 'led' || contact.stage.at === 'led') continue;
            const { phase } = before.stage.lead;
            if (phase !== 'told' && !done.includes('hangUpLeg'))
              throw new Error(`a leg is left from ${phase}`);
            if ((phase === 'joining' || phase === 'talking') && !done.includes('part'))
              throw new Error(`a bridge is left from ${phase}`);
            if (contact.stage.at !== 'waiting') {
              if (phase !== 'talking') throw new Error(`from ${phase} he is at ${contact.stage.at}`);
              continue;
            }
            cameBack += 1;
            if (contact.place?.resumed !== true || contact.place.queuedAtMs !== 0)
              throw new Error('he is not at the head of his queue');
            const told = step.effects.some(
              (effect) => effect.do === 'tellAgent' && effect.signal.type === 'CameBack',
            );
            if (told !== isThere || (contact.place.prefer !== null) !== isThere)
              throw new Error('his agent is free for another one, or is waited for in vain');
          }
        },
      ),
      { numRuns: 600 },
    );
    t.ok(wentThere > 200 && cameBack > 100, `${String(wentThere)} led, ${String(cameBack)} back`);
  },
);
