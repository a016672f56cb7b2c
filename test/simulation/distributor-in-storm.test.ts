// The whole distributor while engines die between propose and commit and the store rolls back, by fixed seeds.
import t from 'tap';
import { live } from './distributor-steps.js';
import { noTally } from './whole-distributor.js';

t.test('engines die in the middle of a commit, the store rolls back: every promise holds', async (t) => {
  const tally = noTally();
  const { failure } = await live(1, 50_000, tally, { only: 'storm' });
  t.equal(failure, undefined);
  t.comment(JSON.stringify(tally));
  t.ok(tally.steps >= 50_000);
  t.ok(tally.talks > 300, 'calls were talked to');
  t.ok(tally.diedInCommit > 50 && tally.lateCommits > 10, 'engines died in the middle of a commit');
  t.ok(tally.rolledBack > 30, 'the store rolled back');
  t.ok(tally.talksElsewhere > 100 && tally.byChoice > 100, 'calls overflowed, choices decided');
});
