// What is remembered of callers: known at once, through restarts and with the database away, forgotten in time, never of nobody.
import t from 'tap';
import type { CallerKey, ContactId } from '../../src/contact/ids.js';
import { createCallerMemory, type WishRow, type WishStore } from '../../src/engine/caller-memory.js';
import type { CallerWishFact } from '../../src/engine/caller-wish.js';
import { createVirtualClock } from '../../src/sim/virtual-clock.js';

const [ann, bob, cid, nobody] = ['a', 'b', 'c', ''] as CallerKey[] as [
  CallerKey,
  CallerKey,
  CallerKey,
  CallerKey,
];
const dayMs = 86_400_000;
const keptMs = 180 * dayMs;

function place(calls: { contactId: string; callerKey: string; arrivedAtMs: number }[] = []) {
  const clock = createVirtualClock(1_000 * dayMs);
  const table = new Map<string, WishRow>();
  const life = { away: false };
  const ask = <Value>(value: () => Value) =>
    life.away ? Promise.reject(new Error('away')) : Promise.resolve(value());
  const store: WishStore = {
    standing: (nowMs) => ask(() => [...table.values()].filter(({ untilMs }) => untilMs > nowMs)),
    callsSince: (sinceMs) => ask(() => calls.filter(({ arrivedAtMs }) => arrivedAtMs >= sinceMs)),
  };
  const warned: string[] = [];
  const log = {
    info: () => undefined,
    error: () => undefined,
    warn: (_: object, words: string) => void warned.push(words),
  };
  const open = (journaled: readonly CallerWishFact[] = []) =>
    createCallerMemory({ clock, timers: clock, log, store, journaled, callsWithinMs: () => dayMs });
  const settle = async () => {
    for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, table, life, warned, open, settle };
}

t.test('a wish is known at once, and forgotten when it was not used for long', async (t) => {
  const { clock, open, settle } = place();
  const memory = open();
  await settle();
  const nowMs = clock.nowMs();
  memory.keepWish({ callerKey: ann, wish: 'dialect', untilMs: nowMs + keptMs });
  t.equal(memory.wishOf(ann, nowMs), 'dialect', 'at once');
  t.equal(memory.wishOf(nobody, nowMs), undefined, 'who shows no number is nobody');
  t.equal(memory.wishOf(ann, nowMs + keptMs), undefined, 'in time');
  t.equal(memory.isRenewalDue(ann, nowMs + dayMs, keptMs), false, 'once a day at most');
  t.equal(memory.isRenewalDue(ann, nowMs + dayMs + 1, keptMs), true);
  t.equal(memory.isRenewalDue(ann, nowMs + keptMs, keptMs), false, 'what is forgotten stays so');
  t.equal(memory.isRenewalDue(bob, nowMs, keptMs), false);
  memory.keepWish({ callerKey: ann, wish: null, untilMs: nowMs + keptMs });
  t.equal(memory.wishOf(ann, nowMs), undefined);
  memory.stop();
});

t.test(
  'after a start what was journaled holds at once, database or not, and goes before what is read later',
  async (t) => {
    const { clock, table, life, warned, open, settle } = place();
    const untilMs = clock.nowMs() + keptMs;
    for (const callerKey of [ann, bob, cid])
      table.set(callerKey, { callerKey, wish: 'foreign', setAtMs: 0, untilMs });
    life.away = true;
    const fact = (callerKey: CallerKey, wish: string | null): CallerWishFact => ({
      ...{ type: 'CallerWishSet', callerKey, wish, untilMs },
    });
    const memory = open([fact(ann, 'person'), fact(bob, 'dialect'), fact(ann, 'dialect'), fact(bob, null)]);
    await settle();
    t.equal(memory.wishOf(ann, clock.nowMs()), 'dialect', 'the last word');
    t.equal(memory.wishOf(cid, clock.nowMs()), undefined, 'not read yet');
    t.equal(warned.length, 1, 'told once');
    life.away = false;
    clock.advance(clock.nowMs() + 5_000);
    await settle();
    await settle();
    t.same(
      [ann, bob, cid].map((key) => memory.wishOf(key, clock.nowMs())),
      ['dialect', undefined, 'foreign'],
    );
    memory.stop();
  },
);

t.test('former calls count within the time asked for, each once, whoever tells of them', async (t) => {
  const at = 1_000 * dayMs;
  const { clock, open, settle } = place([
    { contactId: 'c1', callerKey: ann, arrivedAtMs: at - 3_600_000 },
    { contactId: 'c0', callerKey: ann, arrivedAtMs: at - 2 * dayMs },
  ]);
  const memory = open();
  await settle();
  const called = (key: CallerKey, id: string, withinMs = 2 * 3_600_000) =>
    memory.called(key, id as ContactId, clock.nowMs(), withinMs);
  t.equal(called(ann, 'c2'), 1);
  t.equal(called(ann, 'c2'), 1, 'the same call once more');
  t.equal(called(ann, 'c3'), 2);
  t.equal(called(ann, 'c4', 60_000), 2, 'the one of an hour ago is too old');
  t.equal(called(bob, 'c5'), 0);
  t.equal(called(nobody, 'c6'), 0);
  t.equal(called(nobody, 'c7'), 0);
  memory.stop();
});
