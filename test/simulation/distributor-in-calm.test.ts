// The whole distributor through ordinary days, by fixed seeds: half of the steps; the other half is in the storm.
import t from 'tap';
import { live } from './distributor-steps.js';
import { noTally } from './whole-distributor.js';

t.test('agents come, go and fall silent, calls come and hang up: every promise holds', async (t) => {
  const tally = noTally();
  const { failure } = await live(1, 50_000, tally, { only: 'calm' });
  t.equal(failure, undefined);
  t.comment(JSON.stringify(tally));
  t.ok(tally.steps >= 50_000);
  t.ok(tally.talks > 500 && tally.byRing > 100, 'calls were talked to, some by a ring');
  t.ok(tally.overtaken > 1, 'calls were overtaken');
  const { overflowedByPlace, overflowedByWait, overflowedByTime, talksElsewhere } = tally;
  t.ok(
    Math.min(overflowedByPlace, overflowedByWait, overflowedByTime) > 100,
    'calls overflowed by each cause',
  );
  t.ok(talksElsewhere > 200, 'and were talked to where they came');
  t.ok(tally.byChoice > 200 && tally.keptNobodyFree > 100, 'choices decided, and kept nobody free');
});
