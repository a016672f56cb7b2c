// A contact led to a sub-centre: every way there, every way back into our own line, and what holds whatever happens.
import fc from 'fast-check';
import t from 'tap';
import { offerOutcome } from '../../src/acd/offer-outcome.js';
import { contactStep, newContact } from '../../src/contact/contact-life.js';
import { leadIdOf } from '../../src/contact/contact-lead.js';
import type { Arrival, Contact, ContactPolicy, LeadWords } from '../../src/contact/contact.js';
import type { ContactEffect, ContactFact, ContactSignal } from '../../src/contact/contact-signals.js';
import type { ContactContext } from '../../src/contact/contact-step.js';
import type { FlowCursor, FlowTurn } from '../../src/contact/flow-turn.js';
import type { CallerKey, ChannelId, ContactId, FlowId, NodeId, QueueId } from '../../src/contact/ids.js';

const id = 'c1' as ContactId;
const offerId = leadIdOf({ id }, {});
const ringMs = 20_000;
const lead: LeadWords = {
  first: { id: 'trans.sub', slots: { name: '甲' } },
  back: { id: 'trans.sub.back', slots: { name: '甲' } },
  target: { trunkId: 'centre', number: '6001', showsCaller: false },
};
const arrival: Arrival = {
  node: 'n1' as NodeId,
  bootId: 'boot-1',
  channelId: '1700000000.1' as ChannelId,
  sipCallId: 'call@carrier',
  trunkId: 'carrier',
  dnis: '12333',
  redirectedFrom: '',
  callerKey: 'k' as CallerKey,
  callerMasked: '138****8000',
  callerShown: true,
  entryId: '12333',
  kpiLine: '12333',
  tag: '',
  arrivedAtMs: 0,
  siteVersion: 'v1',
  words: { lead },
};
const policy: ContactPolicy = {
  ...{ ringMs: 8_000, progressMs: 2_000, playMs: 30_000, lookUpMs: 4_000, joinMs: 3_000 },
  ...{ resumePreferMs: 10_000, recordingPauseMs: 120_000, holdNoticeMs: 120_000, holdLimitMs: 600_000 },
  ...{ centreRingMs: ringMs, talkMs: 14_400_000, leavingMs: 30_000, retireMs: 600_000 },
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
  flowId: '12345' as FlowId,
  siteVersion: 'v1',
  nodeId,
  tries: 0,
  keys: 0,
  digits: '',
});
const queueTurn: FlowTurn = {
  cursor: cursor('queue'),
  say: [{ prompt: { id: 'greet.main' }, mustHear: true }],
  next: { type: 'enqueue', request: { queueId: 'general' as QueueId, requires: [], priority: 0 } },
};
const exitTurn: FlowTurn = {
  cursor: cursor('exit'),
  say: [{ prompt: { id: 'exit.timeout' }, mustHear: false }],
  next: { type: 'hangUp', reason: 'queueTimeout' },
};

function context(nowMs: number, records = true): ContactContext {
  return {
    nowMs,
    policy: { ...policy, record: records },
    beginFlow: () => queueTurn,
    beginSurvey: () => {
      throw new Error('nobody is asked how a sub-centre was');
    },
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
    city: () => undefined,
    takesBack: () => false,
    offerOutcome,
    whisper: { prompt: { id: 'a.w.entry' }, mayDelay: false },
  };
}

type Timed = readonly (readonly [number, ContactSignal])[];

function live(signals: Timed, from: Arrival = arrival, records = true) {
  let contact: Contact = newContact(id, from);
  const facts: ContactFact[] = [];
  const effects: ContactEffect[] = [];
  for (const [nowMs, signal] of signals) {
    const step = contactStep(contact, signal, context(nowMs, records));
    contact = step.contact;
    facts.push(...step.facts);
    effects.push(...step.effects);
  }
  const said = effects.flatMap((effect) => (effect.do === 'play' ? [effect.part.prompt.id] : []));
  return { contact, facts, effects, said, types: facts.map(({ type }) => type) };
}

const played = (n: number, ok = true): ContactSignal => ({
  type: 'PlayEnded',
  playId: `c1.${String(n)}` as never,
  ok,
});
const gone = (causeCode: number, phoneLost = false): ContactSignal => ({
  type: 'LegGone',
  offerId,
  causeCode,
  phoneLost,
});
const dialled: Timed = [
  [0, { type: 'Arrived' }],
  [6_000, played(1)],
];
const talking: Timed = [
  ...dialled,
  [9_000, { type: 'LegAnswered', offerId }],
  [9_020, { type: 'Joined', offerId }],
];
const resynced = (leg: 'gone' | 'ringing' | 'up', joined = false): ContactSignal => ({
  type: 'Resynced',
  citizenUp: true,
  leg,
  joined,
  nodeRestarted: false,
});

t.test(
  'told first, then dialled with what was heard, joined, recorded; their release is the end',
  async (t) => {
    const told = live([[0, { type: 'Arrived' }]]);
    t.equal(told.contact.stage.at, 'led');
    t.same(told.said, ['trans.sub']);
    t.notOk(
      told.effects.some((effect) => effect.do === 'lead'),
      'nobody is dialled while he is being told',
    );

    const ringing = live(dialled);
    t.match(
      ringing.effects.find((effect) => effect.do === 'lead'),
      { offerId, ringMs, target: lead.target, heard: ['trans.sub'] },
    );
    t.equal(ringing.contact.deadlines.centreOver, 6_000 + ringMs);

    const talk = live([...talking, [9_100, { type: 'RecordingStarted', file: 'x-1.wav' }]]);
    t.match(
      talk.effects.find((effect) => effect.do === 'record'),
      { talk: 1 },
    );
    t.match(talk.contact.stage, { at: 'led', lead: { phase: 'talking', recording: 'on' } });

    const over = live([
      ...talking,
      [9_100, { type: 'RecordingStarted', file: 'x-1.wav' }],
      [60_000, gone(16)],
      [62_000, played(2)],
      [62_100, { type: 'CallerGone', causeCode: 16, inGap: false }],
    ]);
    t.same(over.types, [
      ...['ContactArrived', 'NoticeHeard', 'CentreDialled', 'CentreConnected', 'RecordingStarted'],
      ...['CentreLeft', 'ContactEnded'],
    ]);
    t.match(
      over.facts.find(({ type }) => type === 'CentreLeft'),
      { outcome: 'released', talkMs: 50_980 },
    );
    t.same(over.said, ['trans.sub', 'bye']);
    const done = over.effects.map((effect) => effect.do);
    for (const effect of ['stopRecording', 'hangUpLeg', 'part', 'hangUp', 'retire'] as const)
      t.ok(done.includes(effect), effect);
  },
);

t.test('recorded as the policy says, and never without the notice', async (t) => {
  t.notOk(
    live(talking, arrival, false).effects.some((effect) => effect.do === 'record'),
    'the site does not record',
  );
  const unheard = live([[0, { type: 'Arrived' }], [6_000, played(1, false)], ...talking.slice(2)]);
  t.notOk(unheard.effects.some((effect) => effect.do === 'record'));
  t.match(
    unheard.facts.find(({ type }) => type === 'RecordingFailed'),
    { reason: 'noticeNotHeard' },
  );
  t.match(
    unheard.effects.find((effect) => effect.do === 'lead'),
    { heard: [] },
    'they are not told that he has heard it',
  );
});

t.test('whom they do not serve comes back into our line: told so, and waiting since he called', async (t) => {
  const ways: readonly (readonly [string, Timed, string])[] = [
    ['no answer in time', [[26_000, { type: 'TimerFired', timer: 'centreOver' }]], 'noAnswer'],
    ['no answer, by SIP', [[20_000, gone(19)]], 'noAnswer'],
    ['busy', [[6_200, gone(17)]], 'busy'],
    ['refused', [[6_200, gone(21)]], 'failed'],
    ['unreachable', [[6_200, gone(0)]], 'failed'],
    ['Asterisk does not answer', [[6_200, gone(-1)]], 'failed'],
    [
      'answered, never joined',
      [
        [9_000, { type: 'LegAnswered', offerId }],
        [9_100, { type: 'JoinFailed', offerId }],
      ],
      'failed',
    ],
    [
      'answered, the joining tells nothing',
      [
        [9_000, { type: 'LegAnswered', offerId }],
        [12_000, { type: 'TimerFired', timer: 'joinOver' }],
      ],
      'failed',
    ],
    ['gone while the service was away', [[9_000, resynced('gone')]], 'failed'],
    ['rang for as long as it may while the service was away', [[26_000, resynced('gone')]], 'noAnswer'],
    [
      'cut off in the talk',
      [
        [9_000, { type: 'LegAnswered', offerId }],
        [9_020, { type: 'Joined', offerId }],
        [40_000, gone(44, true)],
      ],
      'lost',
    ],
  ];
  for (const [name, signals, outcome] of ways) {
    const { contact, facts, said, effects } = live([...dialled, ...signals]);
    t.equal(contact.stage.at, 'waiting', name);
    t.match(contact.place, { queuedAtMs: 0, turn: 1 }, `${name}: his place counts from his arrival`);
    t.match(
      facts.find(({ type }) => type === 'CentreLeft'),
      { outcome },
      name,
    );
    t.same(said, ['trans.sub', 'trans.sub.back'], `${name}: the notice is not said twice`);
    t.ok(
      effects.some((effect) => effect.do === 'hangUpLeg'),
      `${name}: no leg is left`,
    );
    const music = effects.flatMap((effect) => (effect.do === 'music' ? [effect.on] : []));
    t.equal(music.at(-1), false, `${name}: he hears words, not music`);
  }
  const unheard = live([
    [0, { type: 'Arrived' }],
    [6_000, played(1, false)],
    [6_200, gone(17)],
    [9_000, played(2)],
  ]);
  t.same(unheard.said, ['trans.sub', 'trans.sub.back', 'greet.main'], 'the notice he has not heard is said');
});

t.test('hung up at any time: no leg, bridge or recording is left', async (t) => {
  const hangUp: Timed = [[30_000, { type: 'CallerGone', causeCode: 16, inGap: false }]];
  const told = live([[0, { type: 'Arrived' }], ...hangUp]);
  t.same(told.types, ['ContactArrived', 'ContactEnded'], 'nobody was dialled yet');
  for (const signals of [dialled, talking.slice(0, 3), talking]) {
    const { contact, facts, effects } = live([...signals, ...hangUp]);
    t.equal(contact.stage.at, 'ended');
    t.same(contact.deadlines, {}, 'nothing waits any more');
    t.match(
      facts.find(({ type }) => type === 'CentreLeft'),
      { outcome: 'callerGone' },
    );
    const done = effects.map((effect) => effect.do);
    t.ok(done.includes('hangUpLeg') && done.at(-1) === 'retire');
    t.equal(done.includes('part'), signals.length > 2);
  }
});

t.test('after a restart, what was under way goes on', async (t) => {
  const again = live([
    [0, { type: 'Arrived' }],
    [3_000, resynced('gone')],
  ]);
  t.same(again.said, ['trans.sub', 'trans.sub'], 'told anew');
  t.match(again.contact.stage, { at: 'led', lead: { phase: 'told' } });

  t.match(live([...dialled, [9_000, resynced('ringing')]]).contact.stage, { lead: { phase: 'dialled' } });
  const answered = live([...dialled, [9_000, resynced('up')]]);
  t.match(answered.contact.stage, { lead: { phase: 'joining' } }, 'picked up meanwhile');
  t.equal(answered.effects.at(-1)?.do, 'join');

  t.match(live([...talking, [40_000, resynced('up', true)]]).contact.stage, { lead: { phase: 'talking' } });
  t.equal(live([...talking, [40_000, resynced('up', false)]]).effects.at(-1)?.do, 'join', 'joined anew');
  const over = live([...talking, [40_000, resynced('gone')]]);
  t.equal(over.contact.stage.at, 'leaving', 'released meanwhile');
});

t.test('who is confidential from the first moment is so here, too', async (t) => {
  const sealed = { kind: 'minor', by: 'ledger' } as const;
  const { contact, types } = live(dialled, { ...arrival, sealed });
  t.equal(contact.sealed, 'minor');
  t.same(types.slice(0, 2), ['ContactArrived', 'ContactSealed']);
});

const anySignal: fc.Arbitrary<(contact: Contact) => ContactSignal> = fc.oneof(
  fc.boolean().map((ok) => (contact: Contact) => ({
    type: 'PlayEnded' as const,
    playId: contact.voice.playing?.playId ?? ('old' as never),
    ok,
  })),
  fc
    .constantFrom(
      'playOver',
      'centreOver',
      'joinOver',
      'talkOver',
      'recordingCheck',
      'leavingOver',
      'treatment',
    )
    .map((timer) => () => ({ type: 'TimerFired' as const, timer }) as ContactSignal),
  fc.constant(() => ({ type: 'LegRinging' as const, offerId })),
  fc.constant(() => ({ type: 'LegAnswered' as const, offerId })),
  fc.tuple(fc.constantFrom(-1, 0, 16, 17, 19, 21, 44), fc.boolean()).map(
    ([causeCode, lost]) =>
      () =>
        gone(causeCode, lost),
  ),
  fc.constant(() => ({ type: 'Joined' as const, offerId })),
  fc.constant(() => ({ type: 'JoinFailed' as const, offerId })),
  fc.constant(() => ({ type: 'Digit' as const, digit: '0' })),
  fc.constant(() => ({ type: 'RecordingStarted' as const, file: 'x.wav' })),
  fc.constant(() => ({ type: 'RecordingFailed' as const, reason: 'notGrowing' })),
  fc.tuple(fc.constantFrom('gone' as const, 'ringing' as const, 'up' as const), fc.boolean()).map(
    ([leg, joined]) =>
      () =>
        resynced(leg, joined),
  ),
  fc.constant(() => ({ type: 'CallerGone' as const, causeCode: 16, inGap: false })),
);

t.test(
  'whatever comes: a deadline in every stage, one lead a contact, and every leg dialled is let go',
  async () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), anySignal), { maxLength: 40 }),
        (plan) => {
          let nowMs = 0;
          let { contact } = contactStep(newContact(id, arrival), { type: 'Arrived' }, context(0));
          let leads = 0;
          for (const [laterMs, make] of plan) {
            nowMs += laterMs;
            const before = contact;
            const step = contactStep(before, make(before), context(nowMs));
            contact = step.contact;
            const done = step.effects.map((effect) => effect.do);
            leads += done.filter((effect) => effect === 'lead').length;
            if (leads > 1) throw new Error('dialled twice');
            if (contact.stage.at !== 'ended' && Object.keys(contact.deadlines).length === 0)
              throw new Error(`no deadline in ${contact.stage.at}`);
            if (before.stage.at !== 'led' || contact.stage.at === 'led') continue;
            const { phase, recording } = before.stage.lead;
            if (phase !== 'told' && !done.includes('hangUpLeg'))
              throw new Error(`a leg is left from ${phase}`);
            if ((phase === 'joining' || phase === 'talking') && !done.includes('part'))
              throw new Error(`a bridge is left from ${phase}`);
            if (recording === 'on' && !done.includes('stopRecording')) throw new Error('still recorded');
            if (contact.stage.at === 'waiting' && contact.place?.queuedAtMs !== 0)
              throw new Error('his wait begins anew');
          }
        },
      ),
      { numRuns: 2_000 },
    );
  },
);
