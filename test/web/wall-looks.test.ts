// The board: which trunks are shown where there is no room for all, what meets its target, where figures lead.
import fc from 'fast-check';
import t from 'tap';
import type { WallTrunk } from '../../src/web/live/live-frame.js';
import { isAt, presentCalls, todaysCalls } from '../../src/web/wall/call-lists.js';
import { lookOfRate, meetsTarget } from '../../src/web/wall/rate-looks.js';
import { trunkRows } from '../../src/web/wall/trunk-rows.js';

const trunk = fc.record<WallTrunk>({
  linesInUse: fc.nat({ max: 30 }),
  lines: fc.option(fc.integer({ min: 0, max: 30 })),
  registration: fc.constantFrom('none', 'registered', 'failed'),
});

t.test('no trunk in trouble is left out while a sound one is shown, and none is lost', async (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), trunk), fc.integer({ min: 1, max: 8 }), (trunks, room) => {
      const { rows, hidden } = trunkRows(trunks, room);
      t.equal(rows.length + hidden, Object.keys(trunks).length);
      t.ok(rows.length <= room);
      const troubled = trunkRows(trunks, Number.POSITIVE_INFINITY).rows.filter(({ trouble }) => trouble);
      t.equal(rows.filter(({ trouble }) => trouble).length, Math.min(room, troubled.length));
    }),
    { numRuns: 100 },
  );
  const line = (linesInUse: number): WallTrunk => ({ linesInUse, lines: 20, registration: 'registered' });
  t.match(trunkRows({ a: line(16), b: line(20), c: line(17), d: line(1) }, 3), {
    rows: [
      { id: 'b', trouble: 'full' },
      { id: 'c', trouble: 'nearlyFull' },
      { id: 'a', trouble: undefined },
    ],
    hidden: 1,
  });
});

t.test('a rate meets its target by its counts, not by its text', async (t) => {
  t.ok(meetsTarget({ text: '95.0%', numerator: 950, denominator: 1_000 }));
  t.notOk(meetsTarget({ text: '94.9%', numerator: 9_499, denominator: 10_000 }));
  t.equal(lookOfRate({ text: '—', numerator: 0, denominator: 0 }), '');
  t.equal(lookOfRate(undefined), '');
});

t.test('figures lead to their calls for those who may open them; nought leads nowhere', async (t) => {
  t.same(todaysCalls(true, 'notWithin15', 3), {
    name: 'reports',
    query: { period: 'today', list: 'notWithin15' },
  });
  t.equal(todaysCalls(false, 'offered', 3), undefined);
  t.equal(todaysCalls(true, 'offered', 0), undefined);
  t.same(presentCalls(true, 'waiting', 1, 'general'), {
    query: { calls: 'waiting', queue: 'general' },
    hash: '#calls',
  });
  t.equal(presentCalls(false, 'waiting', 1), undefined);
  const ringing = { stage: 'offered', queueId: 'general' } as const;
  t.ok(isAt(ringing, 'waiting', 'general'));
  t.notOk(isAt(ringing, 'waiting', 'business'));
  t.notOk(isAt(ringing, 'talking', undefined));
  t.ok(isAt(ringing, undefined, undefined));
});
