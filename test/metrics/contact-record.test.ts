import t from 'tap';
import type { AgentId, OfferId, QueueId } from '../../src/contact/ids.js';
import { foldContact, type ContactRecord, type Timed } from '../../src/metrics/contact-record.js';
import { missedCallRecord } from '../../src/metrics/missed-call.js';
import {
  abandonedCall,
  answeredCall,
  arrivalFacts,
  endedFact,
  offerFact,
  tenOClockMs,
  wrapUpFact,
  type At,
} from './contact-facts.js';

const agentId = '1023' as AgentId;
const other = '1024' as AgentId;
const offerId = 'offer-1' as OfferId;
const queueId = 'general' as QueueId;

const numbered = <Fact>(facts: readonly { atMs: number; fact: Fact }[]): readonly Timed<Fact>[] =>
  facts.map((one, seq) => ({ ...one, seq }));

function recordOf(facts: readonly At[]): ContactRecord {
  const record = foldContact('c', numbered(facts));
  if (record === undefined) throw new Error('no record');
  return record;
}

t.test(
  'an answered call: waits from arrival and from queueing, talk apart from hold, wrap-up from the agent',
  (t) => {
    const wrapUps = [
      wrapUpFact('c'),
      { ...wrapUpFact('c'), from: 'talking' } as ReturnType<typeof wrapUpFact>,
    ];
    const record = foldContact(
      'c',
      numbered(answeredCall()),
      numbered(wrapUps.map((fact) => ({ atMs: tenOClockMs + 120_000, fact }))),
    );
    t.match(record, {
      answered: true,
      arrivedAtMs: tenOClockMs,
      queuedAtMs: tenOClockMs + 50,
      firstOfferedAtMs: tenOClockMs + 1000,
      answeredAtMs: tenOClockMs + 6000,
      endedAtMs: tenOClockMs + 90_000,
      waitMs: 6000,
      queuedWaitMs: 5950,
      talkMs: 64_000,
      holdMs: 20_000,
      wrapUpMs: 30_000,
      agentIds: ['1023'],
      endedBy: 'citizen',
      missed: false,
      missedCause: null,
      abandonedDuring: null,
      recordings: ['2026/11/23/c-1.wav'],
      category: 'consult',
      outcome: 'direct',
      redirectedFrom: '12358',
      numberPattern: 'whole',
      numberState: 'transfer',
      kpiLine: '12345',
      callerMasked: '138****8000',
      incomplete: false,
    });
    t.end();
  },
);

t.test('a sign-out that ends a wrap-up counts as wrap-up', (t) => {
  const fact = { type: 'AgentSignedOut', by: 'agent', from: 'wrapup', lastedMs: 12_000 } as const;
  t.equal(foldContact('c', numbered(answeredCall()), numbered([{ atMs: 0, fact }]))?.wrapUpMs, 12_000);
  t.end();
});

t.test('every way to go unanswered has its cause, and each is a missed call', (t) => {
  const atMs = tenOClockMs + 20_000;
  const arrived = arrivalFacts();
  const flowOnly = arrived.slice(0, 1);
  const exit = { atMs, fact: { type: 'QueueExited', queueId, exit: 'timeout' } } as const;
  const bySystem = { by: 'system', reason: 'queueTimeout' } as const;
  for (const [facts, missedCause, abandonedDuring] of [
    [[...flowOnly, { atMs, fact: endedFact('flow') }], 'abandoned', 'flow'],
    [abandonedCall(), 'abandoned', 'waiting'],
    [[...arrived, offerFact(atMs), { atMs, fact: endedFact('offered') }], 'abandoned', 'offered'],
    [[...arrived, exit, { atMs, fact: endedFact('leaving', bySystem) }], 'timeout', null],
    [[...arrived, exit, { atMs, fact: endedFact('leaving') }], 'timeout', null],
    [[...arrived, exit, arrived[1], { atMs, fact: endedFact('waiting') }], 'abandoned', 'waiting'],
    [[...arrived, { atMs, fact: endedFact('waiting', { by: 'system', reason: 'node' }) }], 'lost', null],
    [
      [...flowOnly, { atMs, fact: endedFact('leaving', { by: 'system', reason: 'goodbye' }) }],
      'flowEnd',
      null,
    ],
  ] as const) {
    t.match(recordOf(facts), { answered: false, missed: true, missedCause, abandonedDuring, waitMs: 20_000 });
  }
  t.end();
});

t.test('a talk cut off by the phone goes on with another agent as one answered contact', (t) => {
  const at = (ms: number) => tenOClockMs + ms;
  const record = recordOf([
    ...arrivalFacts(),
    { atMs: at(5000), fact: { type: 'AgentConnected', agentId, offerId, waitedMs: 5000, queuedMs: 4950 } },
    { atMs: at(9000), fact: { type: 'ContactHeld', held: true, by: 'phone' } },
    {
      atMs: at(15_000),
      fact: { type: 'TalkEnded', agentId, by: 'system', talkMs: 10_000, causeCode: 0, interrupted: 'phone' },
    },
    { atMs: at(15_000), fact: { type: 'ContactRequeued', queueId, preferAgentId: agentId } },
    {
      atMs: at(25_000),
      fact: { type: 'AgentConnected', agentId: other, offerId, waitedMs: 25_000, queuedMs: 24_950 },
    },
    { atMs: at(26_000), fact: { type: 'OneWayAudio', silent: 'agent' } },
    { atMs: at(40_000), fact: endedFact('talking', { by: 'agent', inGap: true }) },
  ]);
  t.match(record, {
    answered: true,
    answeredAtMs: at(5000),
    waitMs: 5000,
    interruptions: 1,
    agentIds: ['1023', '1024'],
    talkMs: 4000 + 15_000,
    holdMs: 6000,
    endedBy: 'agent',
    inGap: true,
    missed: false,
    oneWayAudio: true,
  });
  t.end();
});

t.test('an offer not answered in time is counted as RONA, a declined one is not', (t) => {
  const ended = (outcome: 'rona' | 'declined'): At => ({
    atMs: tenOClockMs + 9000,
    fact: { type: 'OfferEnded', offerId, agentId, outcome, causeCode: 0, rangMs: 8000 },
  });
  const record = recordOf([
    ...arrivalFacts(),
    offerFact(tenOClockMs),
    ended('rona'),
    offerFact(tenOClockMs),
    ended('declined'),
  ]);
  t.match(record, { offers: 2, ronaCount: 1, endedAtMs: null, missed: false, missedCause: null });
  t.end();
});

t.test(
  'calls outside the denominator carry the reason and are not missed; prompt-only ends where a queue begins',
  (t) => {
    const gone = { atMs: tenOClockMs + 5000, fact: endedFact('flow') };
    const notQueued = (tag: string) => [...arrivalFacts({ tag }).slice(0, 1), gone];
    for (const tag of ['testCall', 'blocked', 'promptOnly']) {
      t.match(recordOf(notQueued(tag)), { excluded: tag, missed: false });
    }
    t.match(recordOf(abandonedCall({ tag: 'promptOnly' })), { excluded: null, missed: true });
    t.match(recordOf(notQueued('general')), { excluded: null, missed: true });
    t.end();
  },
);

t.test('a hole in the journal is marked and never takes a citizen out of the figures', (t) => {
  const whole = numbered(answeredCall());
  t.match(foldContact('c', whole.slice(4)), { incomplete: true, answered: true, arrivedAtMs: tenOClockMs });
  t.match(
    foldContact(
      'c',
      whole.filter(({ seq }) => seq !== 2),
    ),
    { incomplete: true, firstOfferedAtMs: null },
  );
  t.equal(foldContact('c', []), undefined);
  t.end();
});

t.test('a call the service never saw is offered, not answered, and names the cause', (t) => {
  const call = {
    node: 'n1',
    sipCallId: 'a@b',
    trunkId: 'carrier',
    dnis: '12345',
    redirectedFrom: '12358',
    callerKey: 'key',
    callerMasked: '138****8000',
    entryId: '12358',
    kpiLine: '12358',
    tag: '',
    siteVersion: 'v1',
    arrivedAtMs: tenOClockMs,
    endedAtMs: tenOClockMs + 31_000,
  };
  t.match(missedCallRecord('n1-1795399200.7', { ...call, numberState: 'prompt', reason: 'away' }), {
    contactId: 'n1-1795399200.7',
    kpiLine: '12358',
    numberPattern: null,
    numberState: 'prompt',
    answered: false,
    missed: true,
    missedCause: 'away',
    waitMs: 31_000,
    excluded: null,
    inGap: true,
  });
  t.match(missedCallRecord('n1-1795399200.8', { ...call, reason: 'full' }), {
    missed: true,
    missedCause: 'full',
    inGap: false,
  });
  t.match(missedCallRecord('n1-1795399200.9', { ...call, tag: 'testCall', reason: 'full' }), {
    missed: false,
    excluded: 'testCall',
  });
  t.end();
});

t.test('led to another city by an agent, a call stays the agent’s; the last time it was led counts', (t) => {
  const facts = answeredCall();
  const lastAtMs = facts.at(-1)?.atMs ?? 0;
  const later = (ms: number, fact: At['fact']): At => ({ atMs: lastAtMs + ms, fact });
  const first = [
    later(1, { type: 'CitySought', agentId: '1001' as never, areaCode: '0312' }),
    later(2, { type: 'CityDialled', areaCode: '0312', trunkId: 'province', number: '031212345' }),
    later(3, { type: 'CityConnected', areaCode: '0312', rangMs: 1 }),
    later(4, { type: 'CityLeft', areaCode: '0312', outcome: 'lost', causeCode: 44, talkMs: 1 }),
  ];
  const again = [
    later(5, { type: 'CitySought', agentId: '1001' as never, areaCode: '0310' }),
    later(6, { type: 'CityDialled', areaCode: '0310', trunkId: 'province', number: '031012345' }),
    later(9, { type: 'CityLeft', areaCode: '0310', outcome: 'busy', causeCode: 17, talkMs: 0 }),
  ];
  const plain = recordOf(facts);
  const led = recordOf([...facts, ...first]);
  t.match(led, {
    ...{ cityLedTo: '0312', cityAnsweredAtMs: lastAtMs + 3, cityOutcome: 'lost', scopeKind: 'region' },
    ...{ answered: true, excluded: null, missed: false, ledTo: null, centreOutcome: null },
  });
  t.equal(led?.talkMs, plain?.talkMs, 'their talk is not our agent’s');
  t.equal(led?.waitMs, plain?.waitMs);
  t.match(recordOf([...facts, ...first, ...again]), {
    ...{ cityLedTo: '0310', cityAnsweredAtMs: null, cityOutcome: 'busy' },
  });
  t.end();
});

t.test('answered by a sub-centre a call is not ours; who comes back from it is, from his arrival', (t) => {
  const dialled: At = {
    atMs: tenOClockMs + 6_000,
    fact: { type: 'CentreDialled', trunkId: 'centre', number: '6001' },
  };
  const left = (outcome: 'released' | 'noAnswer' | 'callerGone' | 'lost', atMs: number): At => ({
    atMs,
    fact: { type: 'CentreLeft', outcome, causeCode: 16, talkMs: 0 },
  });
  const connected: At = { atMs: tenOClockMs + 9_000, fact: { type: 'CentreConnected', waitedMs: 9_000 } };
  const [arrived] = arrivalFacts();
  const ended = (during: 'led' | 'leaving', by: 'citizen' | 'agent'): At => ({
    atMs: tenOClockMs + 60_000,
    fact: endedFact(during, { by }),
  });

  t.match(
    recordOf([
      arrived,
      dialled,
      connected,
      left('released', tenOClockMs + 58_000),
      ended('leaving', 'agent'),
    ]),
    {
      ...{ ledTo: '6001', centreAnsweredAtMs: tenOClockMs + 9_000, centreOutcome: 'released' },
      ...{ excluded: 'subCentre', missed: false, answered: false, abandonedDuring: null },
    },
  );
  t.match(
    recordOf([arrived, dialled, left('callerGone', tenOClockMs + 60_000), ended('led', 'citizen')]),
    { excluded: null, missed: true, abandonedDuring: 'led', centreOutcome: 'callerGone' },
    'given up on the way there: missed by us, too',
  );
  const rest = answeredCall().slice(1);
  t.match(
    recordOf([arrived, { ...dialled, atMs: tenOClockMs + 10 }, left('noAnswer', tenOClockMs + 20), ...rest]),
    { answered: true, excluded: null, waitMs: 6_000, centreOutcome: 'noAnswer' },
    'back in our line: an ordinary call',
  );
  t.end();
});
