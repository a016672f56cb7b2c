// The expected wait: what it never does, that it is as wide as it claims, and what is told of it.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { createDurationWindow } from '../../src/acd/durations.js';
import { expectedWait, type WaitQuestion, type WorkingAgent } from '../../src/acd/expected-wait.js';
import { bandOf } from '../../src/acd/wait-band.js';
import { createRandom } from '../../src/acd/random.js';

const nowMs = 1_000_000;
const seen = (meanMs: number) => createDurationWindow(meanMs).now();
const durations = { pickUp: seen(4_000), talk: seen(150_000), wrapUp: seen(30_000) };
const agent = (is: WorkingAgent['is'], sinceMs: number): WorkingAgent => {
  return { is, sinceMs, durations, opensAtMs: 0, takes: 1 };
};

const ask = (change: Partial<WaitQuestion>): WaitQuestion => ({
  nowMs,
  ahead: [],
  agents: [agent('talking', nowMs)],
  signedIn: 1,
  durations,
  leavesPerMs: 0,
  coverage: 80,
  seed: 1,
  ...change,
});

/** Both values, or 0 where somebody is free. */
function values(question: WaitQuestion): readonly [number, number] {
  const wait = expectedWait(question);
  if (!wait.known) assert.equal(wait.why, 'atOnce');
  return wait.known ? [wait.lowMs, wait.highMs] : [0, 0];
}

const anyAgents = fc.array(
  fc.tuple(fc.constantFrom('ready', 'ringing', 'talking', 'wrapup'), fc.nat(400_000)),
  { minLength: 1, maxLength: 30 },
);
const agentsOf = (rows: readonly (readonly [WorkingAgent['is'], number])[]) =>
  rows.map(([is, ageMs]) => agent(is, nowMs - ageMs));

t.test(
  'a worse place never waits less, one agent more never makes it longer, low is never above high',
  (t) => {
    fc.assert(
      fc.property(anyAgents, fc.nat(60), fc.nat(1_000), (rows, before, seed) => {
        const agents = agentsOf(rows);
        const [one, next] = [before, before + 1].map((count) =>
          values(ask({ agents, ahead: Array<number>(count).fill(0), seed })),
        ) as [readonly [number, number], readonly [number, number]];
        assert.ok(one[0] <= one[1] && one[0] >= 0);
        // The number of lives falls with the work: only equal numbers keep each other's chances.
        const small = agents.length + 3 * (before + 1) < 299;
        if (small) assert.ok(one[0] <= next[0] && one[1] <= next[1]);
        const more = values(
          ask({
            agents: [...agents, agent('talking', nowMs - 60_000)],
            ahead: Array<number>(before).fill(0),
            seed,
          }),
        );
        if (small) assert.ok(more[0] <= one[0] && more[1] <= one[1]);
      }),
    );
    t.end();
  },
);

t.test('those who give up, and only they, shorten it', (t) => {
  fc.assert(
    fc.property(anyAgents, fc.nat(40), fc.nat(1_000), (rows, before, seed) => {
      const question = { agents: agentsOf(rows), ahead: Array<number>(before).fill(0), seed };
      const [stay, go] = [0, 1 / 120_000].map((leavesPerMs) => values(ask({ ...question, leavesPerMs })));
      assert.ok((go?.[0] ?? 0) <= (stay?.[0] ?? 0) && (go?.[1] ?? 0) <= (stay?.[1] ?? 0));
      assert.deepEqual(values(ask(question)), values(ask(question)), 'the same question, the same answer');
    }),
  );
  t.end();
});

t.test('with exponential talks it is what the formula says, and holds as often as it claims', (t) => {
  const random = createRandom(5);
  const window = createDurationWindow(100_000);
  for (let n = 0; n < 200; n += 1) window.add(-100_000 * Math.log(1 - random()));
  const zero = createDurationWindow(0);
  const exponential = { pickUp: zero.now(), talk: window.now(), wrapUp: zero.now() };
  // Ten agents talk, four are before it: the fifth departure, Erlang's distribution of five stages of 10 s.
  const agents = Array.from({ length: 10 }, () => ({ ...agent('talking', nowMs), durations: exponential }));
  let held = 0;
  for (let seed = 0; seed < 1_000; seed += 1) {
    const wait = expectedWait(
      ask({ agents, durations: exponential, ahead: [0, 0, 0, 0], seed: seed * 1_000 }),
    );
    let actualMs = 0;
    for (let stage = 0; stage < 5; stage += 1) actualMs += -10_000 * Math.log(1 - random());
    if (wait.known && actualMs >= wait.lowMs && actualMs <= wait.highMs) held += 1;
  }
  t.comment(`held ${held} of 1000`);
  t.ok(held > 720 && held < 880);
  t.end();
});

t.test('calls before it that its agents cannot take do not make it wait', (t) => {
  const agents = [{ ...agent('talking', nowMs - 60_000), takes: 0 }];
  t.same(expectedWait(ask({ agents, ahead: Array<number>(9).fill(0) })), expectedWait(ask({ agents })));
  const expert = { ...agent('ready', nowMs), takes: 0, opensAtMs: nowMs + 30_000 };
  const wait = expectedWait(ask({ agents: [expert] }));
  t.ok(wait.known && wait.lowMs >= 30_000 && wait.highMs < 60_000, 'a ring that opens in 30 s');
  t.end();
});

t.test('it says why it knows nothing', (t) => {
  t.same(expectedWait(ask({ agents: [], signedIn: 0 })), { known: false, why: 'nobody' });
  t.same(expectedWait(ask({ agents: [], signedIn: 3 })), { known: false, why: 'away' });
  t.same(expectedWait(ask({ agents: [agent('ready', 0)] })), { known: false, why: 'atOnce' });
  t.same(expectedWait(ask({ ahead: Array<number>(501).fill(0) })), { known: false, why: 'tooMany' });
  t.end();
});

t.test('told is the narrowest band that holds it, and nothing where none does or it is too wide', (t) => {
  const bands = [
    [1, 2],
    [2, 3],
    [3, 5],
    [5, 10],
    [1, 3],
  ].map(([fromMinutes = 0, toMinutes = 0]) => {
    return { fromMinutes, toMinutes };
  });
  const told = (lowS: number, highS: number, spreadS = 300) =>
    bandOf({ known: true, lowMs: lowS * 1_000, highMs: highS * 1_000 }, bands, spreadS * 1_000);
  t.same(told(185, 290), { fromMinutes: 3, toMinutes: 5 });
  t.same(told(70, 115), { fromMinutes: 1, toMinutes: 2 });
  t.same(told(70, 170), { fromMinutes: 1, toMinutes: 3 });
  t.equal(told(30, 90), undefined, 'less than a minute is not told');
  t.equal(told(280, 320), undefined, 'no band holds both');
  t.equal(told(301, 599, 240), undefined, 'too wide');
  t.equal(bandOf({ known: false, why: 'away' }, bands, 300_000), undefined);
  t.end();
});
