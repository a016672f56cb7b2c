// The pages' live view: frames folded, gaps noticed, the service's clock followed.
import fc from 'fast-check';
import t from 'tap';
import type { LiveData, LiveFrame } from '../../src/web/live/live-frame.js';
import { applyFrame, type LiveState } from '../../src/web/live/live-state.js';
import { retryPauseMs } from '../../src/web/live/retry-pause.js';
import { createServerClock } from '../../src/web/live/server-clock.js';

const at = (seq: number) => ({ view: 'wall', stream: 's', seq, atMs: 1_000 + seq }) as const;
const snapshot = (seq: number, data: LiveData): LiveFrame => ({ is: 'snapshot', ...at(seq), data });
const delta = (seq: number, data: LiveData): LiveFrame => ({ is: 'delta', ...at(seq), data });

const begun = applyFrame(undefined, snapshot(4, { calls: { waiting: 1 }, agents: { a: 1, b: 2 } }));

t.test(
  'a delta changes, adds and removes keys, and leaves the other sections the same objects',
  async (t) => {
    const next = applyFrame(begun, delta(5, { agents: { a: null, b: 3, c: 4 }, queues: { q: 1 } }));
    t.same(next?.data, { calls: { waiting: 1 }, agents: { b: 3, c: 4 }, queues: { q: 1 } });
    t.equal(next?.data['calls'], begun?.data['calls']);
    t.match(next, { seq: 5, atMs: 1_005 });
    t.same(begun?.data['agents'], { a: 1, b: 2 }, 'the state before is untouched');
  },
);

t.test('missed frames ask for a snapshot; those known already change nothing', async (t) => {
  t.equal(applyFrame(begun, delta(6, {})), undefined, 'one is missing');
  t.equal(applyFrame(undefined, delta(1, {})), undefined, 'nothing to build on');
  t.equal(applyFrame(begun, { ...delta(5, {}), stream: 'other' }), undefined, 'the service was restarted');
  t.equal(applyFrame(begun, { ...delta(5, {}), view: 'strip' }), undefined, 'another view');
  t.equal(applyFrame(begun, { is: 'beat', ...at(7) }), undefined, 'a beat tells of frames that never came');
  t.equal(applyFrame(begun, delta(4, { agents: { a: 9 } }))?.data, begun?.data, 'sent twice');
  t.match(applyFrame(begun, { is: 'beat', ...at(4), atMs: 9_000 }), { seq: 4, atMs: 9_000 });
  t.same(applyFrame(begun, snapshot(1, { calls: {} }))?.data, { calls: {} }, 'a snapshot replaces all');
});

/** What leads from one state to the next, as the service would send it. */
function difference(before: LiveData, after: LiveData): LiveData {
  const sections = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...sections].map((section) => {
      const gone = Object.keys(before[section] ?? {}).map((key) => [key, null] as const);
      return [section, { ...Object.fromEntries(gone), ...after[section] }];
    }),
  );
}

t.test('any walk through states, sent as differences, ends in the last one', async (t) => {
  const section = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer());
  const states = fc.array(fc.record({ agents: section, queues: section }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(states, (walk) => {
      let state: LiveState | undefined;
      for (const [seq, data] of walk.entries()) {
        const before = walk[seq - 1];
        const frame = before === undefined ? snapshot(seq, data) : delta(seq, difference(before, data));
        state = applyFrame(state, frame);
      }
      t.strictSame(JSON.parse(JSON.stringify(state?.data)), JSON.parse(JSON.stringify(walk.at(-1))));
    }),
    { numRuns: 100 },
  );
});

t.test(
  'the clock follows the service, by the frame that was least late, whatever the PC believes',
  async (t) => {
    let steadyMs = 500;
    const clock = createServerClock(() => steadyMs, 77);
    t.equal(clock.nowMs(), 77, 'a guess until a frame comes');
    clock.heard(1_000_000);
    steadyMs += 5_000;
    clock.heard(1_004_200);
    t.equal(clock.nowMs(), 1_005_000, 'a late frame does not set it back');
    steadyMs += 5_000;
    clock.heard(1_010_300);
    t.equal(clock.nowMs(), 1_010_300, 'an earlier one sets it right');
    for (let beat = 0; beat < 12; beat += 1) clock.heard(900_000);
    t.equal(clock.nowMs(), 900_000, 'a service whose clock was put back is believed after a minute');
  },
);

t.test('pauses grow to five seconds, and no two boards have the same', async (t) => {
  t.same(
    [0, 1, 2, 10].map((attempt) => retryPauseMs(attempt, 0)),
    [250, 500, 1_000, 2_500],
  );
  t.ok(retryPauseMs(30, 0.999) < 5_000);
});
