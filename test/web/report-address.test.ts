// The address of the reports' page: what it says is what was wished, and nonsense is today.
import fc from 'fast-check';
import t from 'tap';
import { subsetNames } from '../../src/metrics/subset.js';
import { daysOf, periodNames } from '../../src/web/reports/period.js';
import {
  addressOf,
  callsQuery,
  groupings,
  kinds,
  listOf,
  reportQuery,
  topics,
  wishOf,
} from '../../src/web/reports/report-address.js';

const nowMs = Date.parse('2026-11-26T14:00:00+08:00');

t.test('a wish and its list come back out of their address', async () => {
  const day = fc.constantFrom('2026-11-01', '2026-11-26');
  const instant = fc.option(fc.nat({ max: 2_000_000_000_000 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.constantFrom(...periodNames),
      day,
      day,
      fc.constantFrom(...kinds),
      fc.constantFrom(...groupings),
      fc.constantFrom(...topics),
      fc.constantFrom(...subsetNames),
      instant,
      fc.option(fc.constantFrom('-', '综合', 'east'), { nil: undefined }),
      (period, one, other, by, group, topic, subset, fromMs, of) => {
        const [first = one, last = one] = [one, other].toSorted();
        const days = period === 'free' ? { first, last } : daysOf(period, nowMs);
        const wish = { period, ...days, by, group, topic };
        const list = {
          subset,
          ...(fromMs !== undefined && { fromMs, toMs: fromMs + 1 }),
          ...(of !== undefined && { of }),
        };
        const address = addressOf(wish, list);
        t.same(wishOf(address, nowMs), wish);
        t.same(listOf(address), list);
        t.equal(listOf(addressOf(wish)), undefined);
      },
    ),
    { numRuns: 100 },
  );
});

t.test('nonsense and nothing are today by hours', async (t) => {
  const today = {
    period: 'today',
    first: '2026-11-26',
    last: '2026-11-26',
    by: 'hour',
    group: 'none',
    topic: 'answering',
  };
  t.same(wishOf({}, nowMs), today);
  t.same(wishOf({ period: 'free', first: 'x', last: '2026-11-26', by: 'x', group: ['team'] }, nowMs), today);
});

t.test('what the service is asked', async (t) => {
  const wish = wishOf({ period: 'today', group: 'queue' }, nowMs);
  t.equal(reportQuery(wish), 'from=2026-11-26&to=2026-11-27&by=hour&group=queue');
  const report = { fromMs: 100, toMs: 200, group: 'queue' } as const;
  t.equal(callsQuery(report, { subset: 'offered' }), 'from=100&to=200&subset=offered');
  t.equal(
    callsQuery(report, { subset: 'abandoned', fromMs: 120, toMs: 140, of: '-' }),
    'from=120&to=140&subset=abandoned&queueId=-',
  );
});
