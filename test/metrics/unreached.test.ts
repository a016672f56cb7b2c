// Who has not been reached: by what happened to him, by what was done about him, and what of it counts in 服务触达率.
import fc from 'fast-check';
import t from 'tap';
import { holdsNumber } from '../../src/contact/number-in-text.js';
import { mergeNotes, type HandoverNote } from '../../src/engine/shift-notes.js';
import {
  emptyRecord,
  foldContact,
  judgedRecord,
  withReached,
  type ContactRecord,
} from '../../src/metrics/contact-record.js';
import { reachedWays, type ReachedMark } from '../../src/metrics/reached.js';
import { defaultTallyRules, tallyOf } from '../../src/metrics/tally.js';
import { unreachedCallers, unreachedReason } from '../../src/metrics/unreached.js';
import { abandonedCall, answeredCall, endedFact, tenOClockMs, type At } from './contact-facts.js';

const minuteMs = 60_000;

function recordOf(id: string, facts: readonly At[]): ContactRecord {
  const record = foldContact(
    id,
    facts.map((one, seq) => ({ ...one, seq })),
  );
  if (record === undefined) throw new Error('no facts');
  return record;
}
const missed = (id: string, arrivedAtMs: number, callerKey = 'key') =>
  recordOf(id, abandonedCall({ arrivedAtMs, callerKey }));
const talked = (id: string, arrivedAtMs: number, callerKey = 'key') =>
  recordOf(id, answeredCall({ arrivedAtMs, callerKey }));
const mark = (contactId: string, atMs: number, how: ReachedMark['how'] = 'calledBack'): ReachedMark => ({
  ...{ contactId, atMs, how, by: '1001', note: '' },
});
const ids = (records: readonly ContactRecord[], marks: readonly ReachedMark[] = []) =>
  unreachedCallers(records, marks).map(({ contactId }) => contactId);

/** A talk of 10 s that the agent's phone broke off; then the citizen hung up, or talked on. */
function cutOff(then: 'gone' | 'talksOn'): readonly At[] {
  const facts = answeredCall().slice(0, 5);
  const [connected] = facts.slice(-1);
  if (connected === undefined || connected.fact.type !== 'AgentConnected') throw new Error('no talk');
  const { agentId } = connected.fact;
  const at = (ms: number) => connected.atMs + ms;
  return [
    ...facts,
    {
      atMs: at(10_000),
      fact: { type: 'TalkEnded', agentId, by: 'system', talkMs: 10_000, causeCode: 0, interrupted: 'phone' },
    },
    ...(then === 'talksOn' ? [{ ...connected, atMs: at(20_000) }] : []),
    { atMs: at(30_000), fact: endedFact(then === 'gone' ? 'waiting' : 'talking') },
  ];
}

t.test('one row a caller, with all his tries, until somebody talks with him', async (t) => {
  const [first, second] = [missed('c1', tenOClockMs), missed('c2', tenOClockMs + minuteMs)];
  const [row, ...others] = unreachedCallers([first, second], []);
  t.same(others, []);
  t.match(row, {
    ...{ contactId: 'c2', tries: 2, reason: 'abandoned', waitMs: 20_000, callerMasked: '138****8000' },
    firstMissedAtMs: first.endedAtMs,
    lastMissedAtMs: second.endedAtMs,
  });
  t.notOk('callerKey' in (row ?? {}));
  t.same(ids([first, second, talked('c3', tenOClockMs + 2 * minuteMs)]), []);
  t.same(
    ids([first, second, talked('c0', tenOClockMs - 10 * minuteMs)]),
    ['c2'],
    'a talk before says nothing',
  );
  t.same(ids([first, talked('c3', tenOClockMs + minuteMs), missed('c4', tenOClockMs + 9 * minuteMs)]), [
    'c4',
  ]);
  t.same(ids([missed('c1', tenOClockMs, ''), missed('c2', tenOClockMs, '')]), ['c2', 'c1'], 'without number');
});

t.test('cut off in the middle is not reached, unless the talk went on or he called again', async (t) => {
  const cut = recordOf('c1', cutOff('gone'));
  t.match(cut, { answered: true, cutOff: true, missed: false });
  t.equal(unreachedReason(cut), 'cutOff');
  t.equal(unreachedReason(recordOf('c1', cutOff('talksOn'))), null);
  t.same(ids([cut, talked('c2', tenOClockMs + 5 * minuteMs)]), []);
});

t.test('a flow that ended by itself, a test call and a call under way are none', async (t) => {
  const over = { ...emptyRecord('c1', tenOClockMs), endedAtMs: tenOClockMs + 9000 };
  for (const [missedCause, reason] of [
    ['flowEnd', null],
    ['timeout', 'timeout'],
    ['away', 'away'],
    ['lost', 'lost'],
  ] as const)
    t.equal(unreachedReason(judgedRecord({ ...over, missedCause })), reason);
  t.equal(unreachedReason(judgedRecord({ ...over, missedCause: 'abandoned', tag: 'testCall' })), null);
  t.equal(unreachedReason(judgedRecord({ ...over, endedAtMs: null, missedCause: null })), null);
  const message = { ...over, missedCause: 'flowEnd', voicemailMs: 9_000 } as const;
  t.equal(unreachedReason(judgedRecord(message)), 'voicemail', 'whoever left a message is called back');
  t.equal(unreachedReason(judgedRecord({ ...message, tag: 'testCall' })), 'voicemail');
});

t.test('a mark takes the caller off the list, whatever it says; a later miss brings him back', async (t) => {
  const records = [missed('c1', tenOClockMs), missed('c2', tenOClockMs + minuteMs)];
  for (const how of reachedWays) t.same(ids(records, [mark('c2', tenOClockMs + 5 * minuteMs, how)]), []);
  const again = missed('c3', tenOClockMs + 9 * minuteMs);
  t.same(ids([...records, again], [mark('c2', tenOClockMs + 5 * minuteMs)]), ['c3']);
  t.match(unreachedCallers([...records, again], [mark('c2', tenOClockMs + 5 * minuteMs)]), [{ tries: 1 }]);
});

t.test('only a call back counts as reached, the first one, and within its time', async (t) => {
  const record = missed('c1', tenOClockMs);
  const after = (minutes: number, how: ReachedMark['how'] = 'calledBack') => ({
    seq: 0,
    atMs: (record.endedAtMs ?? 0) + minutes * minuteMs,
    fact: { type: 'ContactReached', contactId: 'c1', how, by: '1001', note: '' } as const,
  });
  const inTime = (...facts: ReturnType<typeof after>[]) =>
    tallyOf(withReached(record, facts), defaultTallyRules).calledBackInTime;
  t.equal(inTime(), 0);
  t.equal(inTime(after(30)), 1);
  t.equal(inTime(after(31)), 0);
  t.equal(inTime(after(40), after(10)), 1);
  t.equal(inTime(after(1, 'notPossible')), 0);
  t.equal(inTime(after(1, 'calledAgain')), 0, 'his second call is counted as what it was');
});

t.test(
  'whatever happened: nobody twice, nobody who talked since, and a mark on every row empties the list',
  async () => {
    const call = fc.record({
      caller: fc.constantFrom('', 'a', 'b', 'c'),
      minute: fc.integer({ min: 0, max: 500 }),
      answered: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 12 }), (calls) => {
        const records = calls.map(({ caller, minute, answered }, at) =>
          (answered ? talked : missed)(`c${String(at)}`, tenOClockMs + minute * minuteMs, caller),
        );
        const rows = unreachedCallers(records, []);
        const of = (id: string) => records.find(({ contactId }) => contactId === id);
        const keys = rows.map(({ contactId }) => of(contactId)?.callerKey || contactId);
        const noneTwice = new Set(keys).size === keys.length;
        const noneTalked = rows.every(({ contactId, lastMissedAtMs }) =>
          records.every(
            (one) =>
              one.callerKey === '' ||
              one.callerKey !== of(contactId)?.callerKey ||
              (one.answeredAtMs ?? 0) <= lastMissedAtMs,
          ),
        );
        const marks = rows.map(({ contactId, lastMissedAtMs }) => mark(contactId, lastMissedAtMs + 1));
        return noneTwice && noneTalked && unreachedCallers(records, marks).length === 0;
      }),
      { numRuns: 200 },
    );
  },
);

t.test('a number in a text is found however it is written; other figures are let through', async (t) => {
  for (const text of [
    '请回拨13800138000',
    '电话 138 0013 8000 ',
    '0311-00004711',
    '(0311)0000 4711',
    '+86 13800138000',
    '０３１１００００４７１１',
    '单位电话86123456',
    '8612-3456',
    '+852 5123 4567',
  ])
    t.ok(holdsNumber(text), text);
  for (const text of [
    '12345热线',
    '工单 251123100001',
    '工单250912108115000123',
    '请拨110、119、120',
    '20261123 至 2026-11-24',
    '18:00-20:00 停电,约1200户',
    '工号1023',
  ])
    t.notOk(holdsNumber(text), text);
});

t.test('two readings of the same notes are one, whichever comes first', async () => {
  const note = fc.record({
    id: fc.constantFrom('n1', 'n2', 'n3'),
    readBy: fc.array(
      fc.record({ by: fc.constantFrom('1001', '1002'), atMs: fc.integer({ min: 1, max: 9 }) }),
    ),
  });
  const whole = (some: { id: string; readBy: HandoverNote['readBy'] }) =>
    ({
      ...some,
      atMs: Number(some.id.slice(1)),
      by: '1001',
      text: '',
      figures: {},
    }) as unknown as HandoverNote;
  const list = fc.uniqueArray(note, { selector: ({ id }) => id }).map((some) => some.map(whole));
  fc.assert(
    fc.property(list, list, (one, other) => {
      const merged = mergeNotes(mergeNotes(one, other), one);
      const text = JSON.stringify(
        merged.map(({ id, readBy }) => [id, new Set(readBy.map(({ by }) => by)).size]),
      );
      const back = mergeNotes(mergeNotes(other, one), other);
      return (
        text === JSON.stringify(back.map(({ id, readBy }) => [id, new Set(readBy.map(({ by }) => by)).size]))
      );
    }),
  );
});
