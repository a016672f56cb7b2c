// The life of a contact: the ordinary way, every way it can end, and what holds whatever happens.
import fc from 'fast-check';
import t from 'tap';
import { offerOutcome } from '../../src/acd/offer-outcome.js';
import { newContact, contactStep } from '../../src/contact/contact-life.js';
import type { CallWords, Arrival, Contact, ContactPolicy, ContactTimer } from '../../src/contact/contact.js';
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
  PlayId,
  QueueId,
  SkillName,
  SupervisionId,
} from '../../src/contact/ids.js';
import type { MatchDecision } from '../../src/contact/offer.js';

const agentId = '1001' as AgentId;
const deviceId = 'd1001' as DeviceId;
const queueId = 'general' as QueueId;
const offerId = '00000000-0000-7000-8000-000000000001' as OfferId;

const arrival: Arrival = {
  node: 'n1' as NodeId,
  bootId: 'boot-1',
  channelId: '1700000000.1' as ChannelId,
  sipCallId: 'call@carrier',
  trunkId: 'carrier',
  dnis: '12345',
  redirectedFrom: '',
  callerKey: 'k' as CallerKey,
  callerMasked: '138****8000',
  callerShown: true,
  entryId: '12345',
  kpiLine: '12345',
  tag: '',
  arrivedAtMs: 0,
  siteVersion: 'v1',
};

const policy: ContactPolicy = {
  ringMs: 8_000,
  progressMs: 2_000,
  playMs: 30_000,
  lookUpMs: 4_000,
  joinMs: 3_000,
  resumePreferMs: 10_000,
  recordingPauseMs: 120_000,
  holdNoticeMs: 120_000,
  holdLimitMs: 600_000,
  centreRingMs: 20_000,
  talkMs: 14_400_000,
  leavingMs: 30_000,
  retireMs: 600_000,
  record: true,
  announceAgent: true,
  eventHangUpMs: 10_000,
  consult: { ringMs: 15_000, acceptMs: 20_000, queueMs: 600_000, parkMs: 300_000 },
  survey: {
    enabled: false,
    minTalkMs: 0,
    limitMs: 120_000,
    exempt: { tags: ['minors'], categories: [], outcomes: ['abuse'] },
  },
};

const decision: MatchDecision = {
  contactId: 'c1' as ContactId,
  agentId,
  queueId,
  requires: [],
  rule: 'longestIdle',
  waitedMs: 0,
  place: 1,
  eligible: [],
  eligibleCount: 1,
};

const at = (nodeId: string): FlowCursor => ({
  flowId: '12345' as FlowId,
  siteVersion: 'v1',
  nodeId,
  tries: 0,
  keys: 0,
  digits: '',
});
const part = (id: string, mustHear = false) => ({ prompt: { id }, mustHear });

/** Zero menu: greeting and queue side by side; the exits say a word and hang up. */
const queueTurn: FlowTurn = {
  cursor: at('queue'),
  say: [part('greet.main', true)],
  next: { type: 'enqueue', request: { queueId, requires: [], priority: 0 } },
};
const exitTurn = (exit: string): FlowTurn => ({
  cursor: at(exit),
  say: [part(`exit.${exit}`)],
  next: { type: 'hangUp', reason: exit },
});
const menuTurn: FlowTurn = {
  cursor: at('menu'),
  say: [part('greet.main', true), part('menu.main')],
  next: { type: 'collect', timeoutMs: 4_000, bargeIn: true },
};

function context(nowMs: number, first: FlowTurn = queueTurn, waiting = 0, signedIn = 1): ContactContext {
  return {
    nowMs,
    policy,
    beginFlow: () => first,
    beginSurvey: () => first,
    flow: (_cursor, input) => (input.type === 'queueExit' ? exitTurn(input.exit) : { ...queueTurn, say: [] }),
    nextTurn: 1 + Math.floor(nowMs / 1_000),
    queue: () => ({ waiting, signedIn, limit: 100, timeoutMs: 600_000, nobodyMs: 60_000 }),
    seat: (seat) => ({
      queueId: seat as string as QueueId,
      requires: [seat as string as SkillName],
      priority: 90,
    }),
    holdsSeat: () => false,
    placeIn: () => 1,
    expectedWait: () => undefined,
    comesFree: () => false,
    city: () => undefined,
    takesBack: () => false,
    treatment: (told) => ({
      say: told.busy ? [] : [{ id: 'queue.busy' }],
      told: { ...told, busy: true },
      nextAtMs: nowMs + 30_000,
    }),
    events: () => [],
    offerOutcome,
    whisper: { prompt: { id: 'a.w.entry' }, mayDelay: false },
  };
}

/** Feeds signals one after another, each at its own instant; `words` are those of the number dialled. */
function live(
  signals: readonly (readonly [number, ContactSignal])[],
  first?: FlowTurn,
  words: CallWords = {},
) {
  let contact: Contact = newContact('c1' as ContactId, { ...arrival, words });
  const facts: ContactFact[] = [];
  const effects: ContactEffect[] = [];
  let refused: string | undefined;
  for (const [nowMs, signal] of signals) {
    const step = contactStep(contact, signal, context(nowMs, first));
    contact = step.contact;
    facts.push(...step.facts);
    effects.push(...step.effects);
    refused = step.refused;
  }
  return { contact, facts, effects, refused, types: facts.map(({ type }) => type) };
}

const offerMade: ContactSignal = { type: 'OfferMade', offerId, agentId, deviceId, decision };
const greetingHeard = (id = 'c1.1'): ContactSignal => ({ type: 'PlayEnded', playId: id as never, ok: true });
const talking: readonly (readonly [number, ContactSignal])[] = [
  [0, { type: 'Arrived' }],
  [10, offerMade],
  [500, { type: 'LegRinging', offerId }],
  [3_000, { type: 'LegAnswered', offerId }],
  [9_000, greetingHeard()],
  [9_020, { type: 'Joined', offerId }],
];

t.test(
  'a citizen is queued at arrival, the phone rings under the greeting, and the two are joined when it is over',
  async (t) => {
    const { contact, facts, effects, types } = live(talking);
    t.equal(contact.stage.at, 'talking');
    t.same(types, [
      'ContactArrived',
      'ContactQueued',
      'OfferMade',
      'OfferAnswered',
      'NoticeHeard',
      'AgentConnected',
    ]);
    const order = effects.map((effect) => effect.do);
    t.ok(order.indexOf('ring') < order.indexOf('join'));
    t.notOk(
      effects.some((effect) => effect.do === 'stopPlay' && effect.playId !== `${offerId}.whisper`),
      'the notice is never cut',
    );
    t.match(facts.at(-1), { type: 'AgentConnected', waitedMs: 9_020, queuedMs: 9_020 });
    t.equal(contact.version, facts.length);
  },
);

t.test(
  'an agent who picks up after the greeting is joined at once and the announcement is cut',
  async (t) => {
    const { effects, contact } = live([
      [0, { type: 'Arrived' }],
      [9_000, greetingHeard()],
      [9_500, offerMade],
      [10_000, { type: 'LegAnswered', offerId }],
    ]);
    t.same(
      effects.slice(-3).map((effect) => effect.do),
      ['stopPlay', 'tellAgent', 'join'],
    );
    t.match(contact.stage, { at: 'offered', offer: { joining: true } });
  },
);

t.test(
  'the agent is told the entry under the greeting; the joining cuts it short rather than wait',
  async (t) => {
    const { effects } = live(talking);
    t.match(
      effects.filter((effect) => effect.do === 'whisper' || effect.do === 'stopPlay' || effect.do === 'join'),
      [{ do: 'whisper', waits: false }, { do: 'stopPlay', playId: `${offerId}.whisper` }, { do: 'join' }],
    );
    const late = live([
      [0, { type: 'Arrived' }],
      [9_000, greetingHeard()],
      [9_500, offerMade],
      [10_000, { type: 'LegAnswered', offerId }],
    ]);
    t.notOk(
      late.effects.some((effect) => effect.do === 'whisper'),
      'no citizen waits for it',
    );
  },
);

t.test('a notice that could not be played leaves the talk unrecorded and says so', async (t) => {
  const silent = talking.map(([nowMs, signal]) =>
    signal.type === 'PlayEnded' ? ([nowMs, { ...signal, ok: false }] as const) : ([nowMs, signal] as const),
  );
  const { types, effects } = live(silent);
  t.ok(types.includes('PromptFailed'));
  t.ok(types.includes('RecordingFailed'));
  t.notOk(effects.some((effect) => effect.do === 'record'));
});

t.test('RONA takes the old place again and tells the agent', async (t) => {
  const { contact, effects, types } = live([
    ...talking.slice(0, 3),
    [8_010, { type: 'TimerFired', timer: 'rona' }],
  ]);
  t.equal(contact.stage.at, 'waiting');
  t.equal(contact.place?.queuedAtMs, 0, 'his first place in time');
  t.ok(types.includes('OfferEnded'));
  t.match(effects.slice(-2), [
    { do: 'hangUpLeg' },
    { do: 'tellAgent', signal: { type: 'OfferClosed', outcome: 'rona' } },
  ]);
  t.same(contact.deadlines.rona, undefined);
});

t.test('a phone lost while it rings: its leg is ended too, and the citizen is in line again', async (t) => {
  const { contact, facts, effects } = live([
    ...talking.slice(0, 3),
    [2_000, { type: 'LegGone', offerId, causeCode: 0, phoneLost: true }],
  ]);
  t.equal(contact.stage.at, 'waiting');
  t.match(facts.at(-1), { type: 'OfferEnded', outcome: 'unreachable' });
  t.ok(effects.some((effect) => effect.do === 'hangUpLeg'));
});

t.test(
  'a phone that dies under the talk puts the citizen at the head of the queue, the same agent preferred',
  async (t) => {
    const { contact, types, effects } = live([
      ...talking,
      [60_000, { type: 'LegGone', offerId, causeCode: 44, phoneLost: true }],
    ]);
    t.match(contact.place, { resumed: true, prefer: { agentId, untilMs: 70_000 } });
    t.same(types.slice(-2), ['TalkEnded', 'ContactRequeued']);
    t.ok(effects.some((effect) => effect.do === 'play' && effect.part.prompt.id === 'queue.resume'));
    t.notOk(effects.some((effect) => effect.do === 'hangUp'));
  },
);

t.test('a number that is served no more is told twice, unanswered, and released as changed', async (t) => {
  const words = { announcement: { id: 'trans.prompt', slots: { name: '12358价格举报热线' } } };
  const arrived = live([[0, { type: 'Arrived' }]], undefined, words);
  t.same(
    arrived.effects.map((effect) => effect.do),
    ['play'],
  );
  const told = live(
    [
      [0, { type: 'Arrived' }],
      [10_000, greetingHeard()],
      [11_000, { type: 'TimerFired', timer: 'sayAgain' }],
      [20_000, greetingHeard('c1.2')],
    ],
    undefined,
    words,
  );
  const between = live(
    [
      [0, { type: 'Arrived' }],
      [10_000, greetingHeard()],
    ],
    undefined,
    words,
  );
  t.equal(between.contact.deadlines.sayAgain, 11_000, 'a second of silence between the two');
  t.equal(between.effects.filter((effect) => effect.do === 'play').length, 1);
  const plays = told.effects.flatMap((effect) => (effect.do === 'play' ? [effect.part.prompt] : []));
  t.same(plays, [words.announcement, words.announcement]);
  t.same(told.effects.at(-1), { do: 'hangUp', causeCode: 22 });
  t.match(told.contact.stage, { at: 'leaving', reason: 'numberChanged' });
  const stuck = live(
    [
      [0, { type: 'Arrived' }],
      [90_000, { type: 'TimerFired', timer: 'leavingOver' }],
    ],
    undefined,
    words,
  );
  t.same(stuck.effects.at(-1), { do: 'hangUp', causeCode: 22 }, 'and never stands there for ever');
  const gone = live(
    [
      [0, { type: 'Arrived' }],
      [3_000, { type: 'CallerGone', causeCode: 16, inGap: false }],
    ],
    undefined,
    words,
  );
  t.match(gone.facts.at(-1), {
    type: 'ContactEnded',
    during: 'leaving',
    by: 'citizen',
    reason: 'numberChanged',
  });

  const back = {
    type: 'Resynced',
    citizenUp: true,
    leg: 'gone',
    joined: false,
    nodeRestarted: false,
  } as const;
  const anew = live(
    [
      [0, { type: 'Arrived' }],
      [3_000, back],
    ],
    undefined,
    words,
  );
  t.same(
    anew.effects.map((effect) => effect.do),
    ['play', 'stopPlay', 'play'],
    'after a restart it begins anew',
  );
  t.match(anew.contact.stage, { at: 'leaving', hangingUp: false, again: { prompt: words.announcement } });
  t.ok(Number(anew.contact.deadlines.leavingOver) > 3_000, 'and is bounded again');
  const toldWhole = [
    [10_000, greetingHeard()],
    [11_000, { type: 'TimerFired', timer: 'sayAgain' }],
  ] as const;
  const second = live([[0, { type: 'Arrived' }], ...toldWhole, [12_000, back]], undefined, words);
  t.match(second.contact.stage, { at: 'leaving', again: { prompt: words.announcement } });
  const over = live(
    [[0, { type: 'Arrived' }], ...toldWhole, [20_000, greetingHeard('c1.2')], [21_000, back]],
    undefined,
    words,
  );
  t.same(over.effects.at(-1), { do: 'hangUp', causeCode: 22 }, 'told to its end, he is released');
});

t.test('a number may end its talks with words of its own', async (t) => {
  const words = { farewell: { id: 'trans.after' } };
  const { effects } = live([...talking, [60_000, { type: 'AgentReleased', agentId }]], undefined, words);
  t.ok(effects.some((effect) => effect.do === 'play' && effect.part.prompt.id === 'trans.after'));
  t.notOk(effects.some((effect) => effect.do === 'play' && effect.part.prompt.id === 'bye'));
});

t.test('an agent who hangs up leaves the citizen with a goodbye; the journal says who', async (t) => {
  const { facts, effects, contact } = live([
    ...talking,
    [60_000, { type: 'LegGone', offerId, causeCode: 16, phoneLost: false }],
    [63_000, greetingHeard('c1.2')],
    [63_010, { type: 'CallerGone', causeCode: 16, inGap: false }],
  ]);
  t.ok(effects.some((effect) => effect.do === 'play' && effect.part.prompt.id === 'bye'));
  t.equal(effects.filter((effect) => effect.do === 'hangUp').length, 1);
  t.match(facts.at(-1), { type: 'ContactEnded', by: 'agent', reason: 'agentReleased' });
  t.equal(contact.stage.at, 'ended');
  t.ok(contact.deadlines.retire, 'open for the disposition');
});

t.test('a wait without a person ends by the spoken exit of its reason', async (t) => {
  const { types, facts, contact } = live([
    [0, { type: 'Arrived' }],
    [9_000, greetingHeard()],
    [600_000, { type: 'TimerFired', timer: 'queueTimeout' }],
  ]);
  t.match(facts[facts.length - 2], { type: 'QueueExited', exit: 'timeout' });
  t.equal(contact.stage.at, 'leaving');
  t.equal(contact.place, null);
  t.notOk(types.includes('AgentConnected'));
});

t.test('a key in the menu acts at once, and what is left of the notice is still heard', async (t) => {
  const { contact, effects } = live(
    [
      [0, { type: 'Arrived' }],
      [2_000, { type: 'Digit', digit: '1' }],
    ],
    menuTurn,
  );
  t.equal(contact.stage.at, 'waiting');
  t.equal(contact.voice.playing?.part.prompt.id, 'greet.main');
  t.same(contact.voice.pending, []);
  t.notOk(effects.some((effect) => effect.do === 'stopPlay'));
});

t.test('persons are refused what does not fit the moment', async (t) => {
  const waiting = talking.slice(0, 1);
  t.equal(live([...waiting, [1, { type: 'AgentReleased', agentId }]]).refused, 'CONTACT_NOT_TALKING');
  const gone: readonly [number, ContactSignal] = [9_100, { type: 'CallerGone', causeCode: 16, inGap: false }];
  for (const type of ['AskSilentCaller', 'Warn', 'AgentReleased'] as const)
    t.equal(live([...talking, gone, [9_200, { type, agentId }]]).refused, 'CONTACT_NOT_TALKING', type);
  const other = '1002' as AgentId;
  t.equal(
    live([...talking, [9_100, { type: 'AgentReleased', agentId: other }]]).refused,
    'CONTACT_NOT_YOURS',
  );
  t.equal(
    live([...talking, [9_100, { type: 'PauseRecording', agentId, paused: true }]]).refused,
    'RECORDING_OFF',
  );
});

// --- whatever happens -------------------------------------------------------------------------------------------------

const timerNames: readonly ContactTimer[] = [
  'playOver',
  'collect',
  'lookUp',
  'silentOver',
  'treatment',
  'queueTimeout',
  'nobody',
  'prefer',
  'progress',
  'rona',
  'joinOver',
  'audioEarly',
  'audioLate',
  'recordingCheck',
  'pauseOver',
  'holdNotice',
  'holdOver',
  'supervisorRing',
  'talkOver',
  'centreOver',
  'sayAgain',
  'leavingOver',
  'retire',
];

const supervisionId = '00000000-0000-7000-8000-000000000002' as SupervisionId;
const supervisorId = '1009' as AgentId;
t.test(
  'a minor goes to seats of his own, sealed, and comes back to his agent when nobody takes him',
  async (t) => {
    const seek: ContactSignal = { type: 'SeekSeat', agentId, seat: 'minor' };
    const sought = live([...talking, [20_000, seek]]);
    const { stage, place, sealed } = sought.contact;
    t.equal(stage.at, 'waiting');
    t.equal(sealed, 'minor');
    t.match(place, {
      request: { queueId: 'minor', priority: 90 },
      prefer: null,
      queuedAtMs: 20_000,
      turn: 21,
    });
    t.match(place?.from, { seat: 'minor', agentId, request: { queueId } });
    const heard = (effects: readonly ContactEffect[]) =>
      effects.flatMap((effect) => (effect.do === 'play' ? [effect.part.prompt.id] : []));
    t.equal(heard(sought.effects).at(-1), 'minor.seek');
    t.ok(
      sought.effects.some((effect) => effect.do === 'hangUpLeg'),
      'the agent is let go',
    );
    t.match(sought.facts.at(-1), { type: 'ContactQueued', queueId: 'minor' });

    for (const timer of ['queueTimeout', 'nobody'] as const) {
      const late: ContactSignal = { type: 'TimerFired', timer };
      const at = timer === 'nobody' ? 0 : 1;
      let { contact } = sought;
      const missed = contactStep(contact, late, context(90_000, queueTurn, 0, at));
      contact = missed.contact;
      t.equal(contact.stage.at, 'waiting', timer);
      t.match(contact.place, { request: { queueId }, resumed: true, prefer: { agentId, untilMs: 100_000 } });
      t.equal(contact.place?.from, undefined);
      t.match(missed.facts.slice(0, 2), [{ type: 'SeatMissed' }, { type: 'ContactQueued', queueId }]);
      t.ok(
        contact.voice.pending.some(({ prompt }) => prompt.id === 'minor.none') ||
          heard(missed.effects).includes('minor.none'),
      );
      const again = contactStep(contact, { type: 'TimerFired', timer: 'queueTimeout' }, context(800_000));
      t.equal(again.contact.stage.at, 'leaving', 'the old queue has its own exit');
    }

    const alone = contactStep(live(talking).contact, seek, context(20_000, queueTurn, 0, 0));
    t.equal(alone.contact.stage.at, 'talking', 'nobody is there: he never leaves his agent');
    t.equal(alone.contact.sealed, 'minor', 'sealed all the same');
    t.match(alone.effects.at(-1), { do: 'announce', prompt: { id: 'minor.none' } });
    const himself = { ...context(20_000), holdsSeat: () => true };
    t.equal(
      contactStep(live(talking).contact, seek, himself).contact.stage.at,
      'talking',
      'he holds the seat',
    );
    const none = { ...context(20_000), seat: () => undefined };
    t.equal(contactStep(live(talking).contact, seek, none).refused, 'SEAT_UNKNOWN');
    const other: ContactSignal = { type: 'SeekSeat', agentId: '9' as AgentId, seat: 'minor' };
    t.equal(live([...talking, [20_000, other]]).refused, 'CONTACT_NOT_YOURS');
    const hold: ContactSignal = { type: 'HoldContact', agentId, on: true };
    t.equal(live([...talking, [20_000, hold], [21_000, seek]]).refused, 'CONTACT_HELD');
    t.equal(
      live([
        [0, { type: 'Arrived' }],
        [10, seek],
      ]).refused,
      'CONTACT_NOT_TALKING',
    );

    const speaks: ContactSignal = { type: 'SeekSeat', agentId, seat: 'dialect' };
    t.equal(live([...talking, [20_000, speaks]]).contact.sealed, undefined, 'a dialect seals nobody');
  },
);

t.test(
  'a caller under a limit is last at the seat too, and has its priority by the key for help',
  async (t) => {
    const limited = { ...arrival, limit: { level: 'last', untilMs: 86_400_000 } as const };
    const seek: ContactSignal = { type: 'SeekSeat', agentId, seat: 'dialect' };
    const zero: ContactSignal = { type: 'Digit', digit: '0' };
    const late: ContactSignal = { type: 'TimerFired', timer: 'queueTimeout' };
    const after = (...signals: readonly (readonly [number, ContactSignal])[]) =>
      [...talking, [20_000, seek] as const, ...signals].reduce(
        (contact, [nowMs, signal]) => contactStep(contact, signal, context(nowMs)).contact,
        newContact('c1' as ContactId, limited),
      ).place;
    t.match(after(), { request: { queueId: 'dialect', priority: -1_000 }, fullPriority: 90 });
    t.match(after([21_000, zero]), { request: { queueId: 'dialect', priority: 90 } });
    t.match(after([90_000, late]), { request: { queueId, priority: -1_000 }, fullPriority: 0 });
    t.match(after([90_000, late], [91_000, zero]), { request: { queueId, priority: 0 } });
  },
);

t.test('in line a limit is told once, with both ways that stay open; the message keeps his place', (t) => {
  const limited = { ...arrival, limit: { level: 'told', untilMs: 86_400_000 } as const };
  const takes: FlowTurn = {
    ...queueTurn,
    say: [],
    next: { type: 'enqueue', request: { queueId, requires: [], priority: 5 }, takesMessage: true },
  };
  const message: FlowTurn = {
    ...queueTurn,
    cursor: at('message'),
    next: { type: 'voicemail', longestMs: 60_000 },
  };
  const inputs: string[] = [];
  const around = (nowMs: number, first: FlowTurn): ContactContext => ({
    ...context(nowMs, first),
    flow: (_cursor, input) => {
      inputs.push(input.type === 'digit' ? input.digit : input.type);
      return input.type === 'digit' ? message : takes;
    },
  });
  const went = (
    first: FlowTurn,
    signals: readonly (readonly [number, ContactSignal])[],
    of: Arrival = limited,
  ) => {
    const facts: ContactFact[] = [];
    let contact = newContact('c1' as ContactId, of);
    for (const [nowMs, signal] of [[0, { type: 'Arrived' }] as const, ...signals]) {
      const step = contactStep(contact, signal, around(nowMs, first));
      contact = step.contact;
      facts.push(...step.facts);
    }
    return { contact, facts, hears: contact.voice.playing?.part.prompt.id };
  };
  const ended = (nowMs: number, plays: number, ok = true): readonly [number, ContactSignal] => [
    nowMs,
    { type: 'PlayEnded', playId: `c1.${String(plays)}` as PlayId, ok },
  ];
  const press = (nowMs: number, digit: string): readonly [number, ContactSignal] => [
    nowMs,
    { type: 'Digit', digit },
  ];

  const looked: readonly [number, ContactSignal] = [300, { type: 'TimerFired', timer: 'treatment' }];
  const seen = { citizenUp: true, leg: 'gone', joined: false, nodeRestarted: false } as const;
  t.equal(went(menuTurn, []).hears, 'greet.main');
  t.equal(
    went(menuTurn, [ended(1, 1), ended(2, 2), press(3, '0')]).facts.some(
      ({ type }) => type === 'LimitSetAside',
    ),
    false,
    'in a menu 0 is the menu’s, and nobody has heard of a limit yet',
  );
  t.equal(went(takes, []).hears, undefined, 'an agent may be free');
  t.equal(went(takes, [looked]).hears, 'limited');
  t.equal(
    went(queueTurn, [ended(1, 1), looked]).hears,
    'limited.wait',
    'a flow without a message names no key for it',
  );
  t.equal(went(takes, [looked, ended(400, 1)]).hears, 'queue.busy', 'then as everybody');
  t.equal(
    went(takes, [looked, ended(400, 1, false)]).hears,
    'queue.busy',
    'words that fail are not tried for ever',
  );
  t.equal(
    went(takes, [[5_000, { type: 'Resynced', ...seen }]]).hears,
    'limited',
    'cut off by a restart they are said anew',
  );
  t.equal(
    went(takes, [looked, ended(400, 1), [5_000, { type: 'Resynced', ...seen }]]).contact.limitTold,
    true,
  );
  t.equal(went(takes, [], arrival).contact.place?.keys, undefined, 'others have no such key');
  t.equal(
    went(takes, [], { ...limited, limit: { ...limited.limit, level: 'last' } }).contact.place?.keys,
    undefined,
    'nor who is told nothing',
  );

  const left = went(takes, [press(5_000, '1')]);
  t.match(left.contact, { place: null, stage: { at: 'flow', next: { type: 'voicemail' } } });
  t.match(left.contact.inLineSince, { queuedAtMs: 0, turn: 1 });
  t.match(left.facts.at(-1), { type: 'FlowStepped', nodeId: 'message', digit: '1' });
  const nothing: ContactSignal = { type: 'TimerFired', timer: 'voicemailOver' };
  const back = went(takes, [looked, press(5_000, '1'), ended(6_000, 2), [70_000, nothing]]);
  t.match(back.contact.place, { queuedAtMs: 0, turn: 1, request: { priority: -1_000 }, fullPriority: 5 });
  t.equal(inputs.at(-1), 'voicemailMissing');

  const helped = went(takes, [press(5_000, '0')]);
  t.match(helped.contact, { needsHelp: true, place: { request: { priority: 5 }, queuedAtMs: 0 } });
  t.equal(helped.contact.place?.fullPriority, undefined);
  t.equal(
    went(takes, [press(5_000, '0'), press(6_000, '0')]).facts.filter(({ type }) => type === 'LimitSetAside')
      .length,
    1,
  );
  t.end();
});

t.test('nothing is begun for whom a free agent takes at once; a phone that rings on gets its music', (t) => {
  const inLine: FlowTurn = { ...queueTurn, say: [] };
  const asked = (...then: readonly (readonly [number, ContactSignal])[]) =>
    live([[0, { type: 'Arrived' }], [5, offerMade], ...then], inLine).effects.flatMap((effect) =>
      effect.do === 'tellAgent' ? [] : [effect.do],
    );
  t.same(asked([120, { type: 'LegAnswered', offerId }]), ['answer', 'ring', 'join']);
  const looked: readonly [number, ContactSignal] = [300, { type: 'TimerFired', timer: 'treatment' }];
  t.same(asked([100, { type: 'LegRinging', offerId }], looked), ['answer', 'ring', 'music']);
  const alone = live([[0, { type: 'Arrived' }]], inLine);
  t.equal(alone.contact.deadlines.treatment, 300);
  t.same(
    alone.effects.map((effect) => effect.do),
    ['answer'],
  );
  t.end();
});

t.test('whoever enters the queue of minors is sealed, whatever led him there', async (t) => {
  const seals = { ...context(0), queue: () => ({ ...context(0).queue(queueId), seals: 'minor' as const }) };
  const begun = contactStep(newContact('c1' as ContactId, arrival), { type: 'Arrived' }, seals);
  t.equal(begun.contact.sealed, 'minor');
  t.match(begun.facts.at(-1), { type: 'ContactSealed', kind: 'minor', by: 'queue' });
});

t.test(
  'a wish by key is journaled once and holds from then on; 0 leads on with the wait so far',
  async (t) => {
    const rare: FlowTurn = {
      ...queueTurn,
      wish: 'dialect',
      next: {
        type: 'enqueue',
        request: { queueId: 'dialect' as QueueId, requires: [], priority: 0 },
        keys: ['0'],
      },
    };
    const begun = live([[0, { type: 'Arrived' }]], rare);
    t.equal(begun.contact.wish, 'dialect');
    t.match(
      begun.facts.filter(({ type }) => type === 'WishKept'),
      [{ wish: 'dialect', by: 'caller' }],
    );
    const zero: ContactSignal = { type: 'Digit', digit: '0' };
    t.equal(
      live(
        [
          [0, { type: 'Arrived' }],
          [9, { type: 'Digit', digit: '5' }],
        ],
        rare,
      ).contact.place?.request.queueId,
      'dialect',
    );
    const gone = live(
      [
        [0, { type: 'Arrived' }],
        [60_000, zero],
      ],
      rare,
    );
    t.match(gone.contact.place, { request: { queueId }, queuedAtMs: 0, turn: 1 });
    t.equal(gone.contact.place?.keys, undefined);
    t.match(gone.facts.at(-1), { type: 'ContactQueued', queueId });
    t.equal(
      live([
        [0, { type: 'Arrived' }],
        [60_000, zero],
      ]).types.includes('FlowStepped'),
      false,
      'elsewhere it means nothing',
    );

    const told: ContactSignal = { type: 'SetWish', agentId, wish: 'person' };
    const forgets: ContactSignal = { type: 'SetWish', agentId, wish: null };
    const kept = live([...talking, [20_000, told], [21_000, told], [22_000, forgets], [23_000, forgets]]);
    t.same(
      kept.facts.flatMap((fact) => (fact.type === 'WishKept' ? [[fact.wish, fact.by]] : [])),
      [
        ['person', agentId],
        [null, agentId],
      ],
    );
    t.equal(
      live([
        [0, { type: 'Arrived' }],
        [10, told],
      ]).refused,
      'CONTACT_NOT_TALKING',
    );
  },
);

t.test('a silent caller answers by keys; whatever he presses, nothing of it ends the call', async (t) => {
  const asked = [...talking, [20_000, { type: 'AskSilentCaller', agentId }]] as const;
  const spoken = (effects: readonly ContactEffect[]) =>
    effects.flatMap((effect) => (effect.do === 'announce' ? [effect.prompt.id] : []));
  const press = (digit: string): readonly [number, ContactSignal] => [25_000, { type: 'Digit', digit }];
  const silentOf = ({ contact }: ReturnType<typeof live>) =>
    contact.stage.at === 'talking' ? contact.stage.talk.silent : contact.stage.at;

  t.equal(silentOf(live([...talking, press('2')])), undefined, 'a key that nobody asked for');
  const begun = live(asked);
  t.equal(silentOf(begun), 'asked');
  t.same(spoken(begun.effects), ['agent.number', 'silent.1']);
  t.equal(silentOf(live([...asked, press('7')])), 'asked', 'another key means nothing');

  const hears = live([...asked, press('1'), press('2')]);
  t.equal(silentOf(hears), 'hears', 'the first answer counts');
  t.notOk(hears.effects.some((effect) => effect.do === 'textCaller'));

  const mute = live([...asked, press('2'), press('2')]);
  t.equal(silentOf(mute), 'texting');
  t.equal(mute.effects.filter((effect) => effect.do === 'textCaller').length, 1, 'one message');
  for (const [sent, state, words] of [
    [true, 'texted', 'silent.2'],
    [false, 'notTexted', 'silent.3'],
  ] as const) {
    const told = live([...asked, press('2'), [26_000, { type: 'CallerTexted', sent }]]);
    t.equal(silentOf(told), state);
    t.equal(spoken(told.effects).at(-1), words);
    t.equal(told.refused, undefined);
  }
  const late: ContactSignal = { type: 'CallerTexted', sent: true };
  t.same(spoken(live([...asked, press('1'), [26_000, late]]).effects).at(-1), 'silent.1', 'late words');

  const quiet = live([...asked, [61_000, { type: 'TimerFired', timer: 'silentOver' }]]);
  t.equal(silentOf(quiet), 'noAnswer', 'he stays, and so does the agent');
  t.equal(
    silentOf(
      live([
        ...asked,
        [61_000, { type: 'TimerFired', timer: 'silentOver' }],
        [62_000, { type: 'AskSilentCaller', agentId }],
        [70_000, { type: 'Digit', digit: '1' }],
      ]),
    ),
    'hears',
    'asked again',
  );
  const held = live([...talking, [20_000, { type: 'HoldContact', agentId, on: true }], asked.at(-1)!]);
  t.equal(held.refused, 'CITIZEN_HELD');

  const resync = { citizenUp: true, leg: 'up', joined: true, nodeRestarted: false } as const;
  const back: readonly [number, ContactSignal] = [30_000, { type: 'Resynced', ...resync }];
  t.same(spoken(live([...asked, back]).effects).slice(1), ['silent.1', 'silent.1'], 'said anew');
  const again = live([...asked, press('2'), back]).effects.filter((effect) => effect.do === 'textCaller');
  t.equal(again.length, 2, 'the order that may be lost is given again; its id is the same');
});

const mode = fc.constantFrom('listen' as const, 'whisper' as const);
/** Signals as the world might send them, late, doubled or out of turn; `now` names the live playback and offer. */
const anySignal: fc.Arbitrary<(contact: Contact) => ContactSignal> = fc.oneof(
  fc.boolean().map((ok) => (contact: Contact) => ({
    type: 'PlayEnded' as const,
    playId: contact.voice.playing?.playId ?? ('old' as never),
    ok,
  })),
  fc.constantFrom('0', '1', '2', '9', '*', '#').map((digit) => () => ({ type: 'Digit' as const, digit })),
  fc.constantFrom(...timerNames).map((timer) => () => ({ type: 'TimerFired' as const, timer })),
  fc.constant(() => offerMade),
  fc.constant(() => ({ type: 'LegRinging' as const, offerId })),
  fc.constant(() => ({ type: 'LegAnswered' as const, offerId })),
  fc
    .record({ causeCode: fc.constantFrom(-1, 0, 16, 17, 19, 21, 44, 58), phoneLost: fc.boolean() })
    .map((end) => () => ({ type: 'LegGone' as const, offerId, ...end })),
  fc.constant(() => ({ type: 'Joined' as const, offerId })),
  fc.constant(() => ({ type: 'JoinFailed' as const, offerId })),
  fc.boolean().map((held) => () => ({ type: 'LegHeld' as const, offerId, held })),
  fc.boolean().map((on) => () => ({ type: 'HoldContact' as const, agentId, on })),
  fc.boolean().map((on) => () => ({ type: 'CallHelp' as const, agentId, on })),
  fc.constant(() => ({ type: 'AskSilentCaller' as const, agentId })),
  fc.constant(() => ({ type: 'SeekSeat' as const, agentId, seat: 'minor' as const })),
  fc.boolean().map((sent) => () => ({ type: 'CallerTexted' as const, sent })),
  mode.map((one) => () => ({ type: 'Supervise' as const, supervisionId, supervisorId, deviceId, mode: one })),
  mode.map((one) => () => ({ type: 'ChangeSupervision' as const, supervisorId, mode: one })),
  fc.constant(() => ({ type: 'SupervisorAnswered' as const, supervisionId })),
  fc.constant(() => ({ type: 'SupervisorHears' as const, supervisionId })),
  fc.constant(() => ({ type: 'SupervisionOver' as const, supervisionId, reason: 'supervisor' as const })),
  fc.boolean().map((inGap) => () => ({ type: 'CallerGone' as const, causeCode: 16, inGap })),
  fc.constant(() => ({ type: 'AgentReleased' as const, agentId })),
  fc.boolean().map((paused) => () => ({ type: 'PauseRecording' as const, agentId, paused })),
  fc.constant(() => ({ type: 'SetDisposition' as const, agentId, disposition: { outcome: 'direct' } })),
  fc.constant(() => ({ type: 'RecordingStarted' as const, file: 'x.wav' })),
  fc
    .record({
      citizenUp: fc.boolean(),
      leg: fc.constantFrom('gone' as const, 'ringing' as const, 'up' as const),
      joined: fc.boolean(),
      nodeRestarted: fc.boolean(),
    })
    .map((seen) => () => ({ type: 'Resynced' as const, ...seen })),
);

t.test(
  'whatever comes in whatever order, no stage is left without a deadline and no fact without a number',
  async () => {
    fc.assert(
      fc.property(
        fc.constantFrom(queueTurn, menuTurn),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), anySignal), { maxLength: 40 }),
        (first, plan) => {
          let nowMs = 0;
          let contact = contactStep(
            newContact('c1' as ContactId, arrival),
            { type: 'Arrived' },
            context(0, first),
          ).contact;
          for (const [laterMs, make] of plan) {
            nowMs += laterMs;
            const before = contact;
            const step = contactStep(before, make(before), context(nowMs, first));
            contact = step.contact;
            if (contact.version !== before.version + step.facts.length)
              throw new Error('a fact without a number');
            if (step.refused !== undefined && contact !== before) throw new Error('refused, and yet changed');
            const retired = step.effects.some((effect) => effect.do === 'retire');
            if (Object.keys(contact.deadlines).length === 0 && !retired && contact.stage.at !== 'ended') {
              throw new Error(`no deadline in ${contact.stage.at}`);
            }
            if (contact.stage.at === 'ended' && before.stage.at !== 'ended')
              assertLetGo(before, step.effects);
            if (contact.stage.at === 'ended' && retired) return;
          }
        },
      ),
      { numRuns: 3_000 },
    );
  },
);

/** A contact that ends leaves no leg, bridge or agent behind. */
function assertLetGo({ stage }: Contact, effects: readonly ContactEffect[]): void {
  if (stage.at !== 'offered' && stage.at !== 'talking') return;
  const done = new Set(effects.map((effect) => effect.do));
  for (const needed of ['hangUpLeg', 'part', 'tellAgent'] as const) {
    if (!done.has(needed)) throw new Error(`ended in ${stage.at} without ${needed}`);
  }
  const supervised = stage.at === 'talking' && stage.talk.supervision !== null;
  if (supervised !== done.has('endSupervision'))
    throw new Error('a supervisor is left in a talk that is over');
}
