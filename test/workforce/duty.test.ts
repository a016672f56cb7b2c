// Who is on duty when: by examples a roster's clerk would give, and against a plain reckoning minute by minute.
import fc from 'fast-check';
import t from 'tap';
import { addDays, dayStartMs, weekdayOf, type DayKey } from '../../src/contact/civil-time.js';
import {
  dutyDays,
  dutyGaps,
  dutyOf,
  onDutyUntilMs,
  type DutyChange,
  type DutyException,
  type DutyRule,
  type DutyView,
} from '../../src/workforce/duty.js';
import { spanAt, unionOf, within, without, type Span } from '../../src/workforce/spans.js';

/** Thursday 2026-10-01 begins the National Day week; Saturday 10 October is made a workday. */
const kindOf = (day: DayKey) =>
  day >= '2026-10-01' && day <= '2026-10-07'
    ? ('holiday' as const)
    : weekdayOf(day) >= 6 && day !== '2026-10-10'
      ? ('weekend' as const)
      : ('workday' as const);

const at = (day: DayKey, hour = 0, minute = 0) => dayStartMs(day) + (hour * 60 + minute) * 60_000;
const hours = (from: number, to: number) => ({ fromMinute: from * 60, toMinute: to * 60 });

function view(
  rules: readonly DutyRule[],
  exceptions: readonly DutyException[] = [],
  changes: readonly DutyChange[] = [],
): DutyView {
  return { roster: { rules, exceptions }, changes, kindOf };
}

const office: DutyRule = { expertId: 'a', days: ['workday'], ...hours(8, 18) };
const monday = '2026-09-28';
const week: Span = { fromMs: at(monday), toMs: at(addDays(monday, 14)) };

t.test('office hours: workdays, moved ones too, and no day of the holiday', async (t) => {
  const days = dutyOf(view([office]), 'a', week).map(({ fromMs }) => (fromMs - at(monday)) / 86_400_000);
  t.same(
    days.map((day) => Math.floor(day)),
    [0, 1, 2, 10, 11, 12],
  );
  t.same(dutyOf(view([office]), 'b', week), [], 'nobody else');
});

t.test(
  'a weekday’s hours are not those of a holiday that falls on it; the night reaches into the next day',
  async (t) => {
    const night: DutyRule = { expertId: 'a', days: ['thu'], ...hours(20, 8) };
    const spans = dutyOf(view([night]), 'a', week);
    t.same(spans, [{ fromMs: at('2026-10-08', 20), toMs: at('2026-10-09', 8) }]);
    t.equal(onDutyUntilMs(view([night]), 'a', at('2026-10-09', 7, 59)), at('2026-10-09', 8));
    t.equal(onDutyUntilMs(view([night]), 'a', at('2026-10-09', 8)), null, 'the end is not part of it');
  },
);

t.test('a day of its own goes before the rules; rules have a first and a last day', async (t) => {
  const off = view([office], [{ expertId: 'a', day: monday }]);
  t.equal(onDutyUntilMs(off, 'a', at(monday, 9)), null);
  t.equal(onDutyUntilMs(off, 'a', at(addDays(monday, 1), 9)), at(addDays(monday, 1), 18));
  const late = view([office], [{ expertId: 'a', day: monday, hours: hours(12, 24) }]);
  t.equal(onDutyUntilMs(late, 'a', at(monday, 9)), null);
  t.equal(onDutyUntilMs(late, 'a', at(monday, 13)), at(addDays(monday, 1)));
  const term = view([{ ...office, since: addDays(monday, 1), until: addDays(monday, 1) }]);
  t.same(dutyOf(term, 'a', week), [{ fromMs: at(addDays(monday, 1), 8), toMs: at(addDays(monday, 1), 18) }]);
});

t.test(
  'a swap takes from one what it gives to the other, in the order in which things were agreed',
  async (t) => {
    const swap: DutyChange = { ...span(at(monday, 10), at(monday, 12)), givenUpBy: 'a', takenBy: 'b' };
    const swapped = view([office], [], [swap]);
    t.equal(onDutyUntilMs(swapped, 'a', at(monday, 9)), at(monday, 10));
    t.equal(onDutyUntilMs(swapped, 'b', at(monday, 10)), at(monday, 12));
    t.equal(onDutyUntilMs(swapped, 'a', at(monday, 12)), at(monday, 18));
    const back: DutyChange = { ...swap, givenUpBy: 'b', takenBy: 'a' };
    t.equal(onDutyUntilMs(view([office], [], [swap, back]), 'a', at(monday, 9)), at(monday, 18));
  },
);

t.test('a gap is what should be covered and is not', async (t) => {
  const cover = [{ days: ['workday' as const], ...hours(8, 18) }];
  const lunchless = view([
    { ...office, ...hours(8, 12) },
    { expertId: 'b', days: ['workday'], ...hours(13, 18) },
  ]);
  const day = { fromMs: at(monday), toMs: at(addDays(monday, 1)) };
  t.same(dutyGaps(lunchless, cover, ['a', 'b'], day), [span(at(monday, 12), at(monday, 13))]);
  t.same(dutyGaps(lunchless, cover, ['a'], day), [span(at(monday, 12), at(monday, 18))]);
  t.same(dutyGaps(lunchless, [], ['a'], day), [], 'nothing is promised');
});

function span(fromMs: number, toMs: number): Span {
  return { fromMs, toMs };
}

const minute = fc.nat(600);
const spans = fc.array(fc.record({ fromMs: minute, toMs: minute }), { maxLength: 8 });
const holds = (list: readonly Span[], atMs: number) =>
  list.some((one) => one.fromMs <= atMs && atMs < one.toMs);

t.test('spans: as sets of instants, sorted and apart', async () => {
  fc.assert(
    fc.property(spans, spans, minute, (some, others, atMs) => {
      const window = { fromMs: 100, toMs: 400 };
      const [union, left, cut] = [unionOf(some), without(some, others), within(some, window)];
      for (const list of [union, left, cut])
        for (const [index, one] of list.entries())
          if (one.fromMs >= one.toMs || one.fromMs <= (list[index - 1]?.toMs ?? -1)) return false;
      return (
        holds(union, atMs) === holds(some, atMs) &&
        holds(left, atMs) === (holds(some, atMs) && !holds(others, atMs)) &&
        holds(cut, atMs) === (holds(some, atMs) && holds([window], atMs)) &&
        (spanAt(union, atMs) !== undefined) === holds(some, atMs)
      );
    }),
  );
});

const day = fc.nat(20).map((days) => addDays(monday, days));
const anyHours = fc.record({ fromMinute: fc.nat(1439), toMinute: fc.nat(1440) });
const who = fc.constantFrom('a', 'b');
const anyView = fc
  .record({
    rules: fc.array(
      fc
        .tuple(who, fc.subarray([...dutyDays], { minLength: 1 }), anyHours, fc.option(day), fc.option(day))
        .map(([expertId, days, when, since, until]) => ({
          ...{ expertId, days, ...when },
          ...(since !== null && { since }),
          ...(until !== null && { until }),
        })),
      { maxLength: 5 },
    ),
    exceptions: fc.array(
      fc
        .tuple(who, day, fc.option(anyHours))
        .map(([expertId, on, when]) => ({ expertId, day: on, ...(when !== null && { hours: when }) })),
      { maxLength: 3 },
    ),
  })
  .map(({ rules, exceptions }) => view(rules, exceptions));

/** The same, asked of one minute without any stretch of time. */
function isPlanned({ roster }: DutyView, expertId: string, ms: number): boolean {
  return [
    monday,
    ...Array.from({ length: 22 }, (_, days) => addDays(monday, days + 1)),
    addDays(monday, -1),
  ].some((begun) => {
    const minutes = (ms - dayStartMs(begun)) / 60_000;
    const isIn = ({ fromMinute, toMinute }: { fromMinute: number; toMinute: number }) =>
      minutes >= fromMinute && minutes < (toMinute <= fromMinute ? toMinute + 1440 : toMinute);
    const own = roster.exceptions.filter((one) => one.expertId === expertId && one.day === begun);
    if (own.length > 0) return own.some((one) => one.hours !== undefined && isIn(one.hours));
    const kind = kindOf(begun);
    const names = ['every', kind, ...(kind === 'holiday' ? [] : [dutyDays[weekdayOf(begun) - 1]])];
    return roster.rules.some(
      (rule) =>
        rule.expertId === expertId &&
        (rule.since ?? '') <= begun &&
        begun <= (rule.until ?? '9') &&
        rule.days.some((name) => names.includes(name)) &&
        isIn(rule),
    );
  });
}

t.test('duty in any window is what the files say of each of its minutes', async () => {
  fc.assert(
    fc.property(anyView, who, fc.nat(20 * 1440), fc.nat(3 * 1440), (anyOne, expertId, from, offset) => {
      const window = { fromMs: at(monday) + 60_000 * from, toMs: at(monday) + 60_000 * (from + 2 * 1440) };
      const ms = at(monday) + 60_000 * (from + offset);
      const isOn = holds(dutyOf(anyOne, expertId, window), ms);
      return isOn === (ms < window.toMs && isPlanned(anyOne, expertId, ms));
    }),
    { numRuns: 500 },
  );
});
