// What is remembered of callers: kept through restarts and a database that is away, forgotten in time, never of nobody.
import t from 'tap';
import type { CallerKey, ContactId } from '../../src/contact/ids.js';
import { createCallerMemory, type WishRow, type WishStore } from '../../src/engine/caller-memory.js';
import { createVirtualClock } from '../../src/sim/virtual-clock.js';

const [ann, bob, nobody] = ['a', 'b', ''] as CallerKey[] as [CallerKey, CallerKey, CallerKey];
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
    put: (row) => ask(() => void table.set(row.callerKey, row)),
    remove: (key) => ask(() => void table.delete(key)),
    callsSince: (sinceMs) => ask(() => calls.filter(({ arrivedAtMs }) => arrivedAtMs >= sinceMs)),
  };
  const warned: string[] = [];
  const log = {
    info: () => undefined,
    error: () => undefined,
    warn: (_: object, words: string) => void warned.push(words),
  };
  const open = () => createCallerMemory({ clock, timers: clock, log, store, callsWithinMs: () => dayMs });
  const settle = async () => {
    for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, table, life, warned, open, settle };
}

t.test('a wish is kept, outlives a restart, and is forgotten when it was not used for long', async (t) => {
  const { clock, table, open, settle } = place();
  const first = open();
  await settle();
  first.keepWish(ann, 'dialect', clock.nowMs(), keptMs);
  first.keepWish(nobody, 'dialect', clock.nowMs(), keptMs);
  t.equal(first.wishOf(ann, clock.nowMs()), 'dialect', 'at once');
  t.equal(first.wishOf(nobody, clock.nowMs()), undefined, 'who shows no number is nobody');
  await settle();
  t.ok(first.isWritten());
  t.same([...table.keys()], [ann]);
  await first.stop();

  const second = open();
  await settle();
  t.equal(second.wishOf(ann, clock.nowMs()), 'dialect', 'after a restart');
  t.equal(second.wishOf(ann, clock.nowMs() + keptMs), undefined, 'in time');
  second.renewWish(ann, clock.nowMs() + 100 * dayMs, keptMs);
  t.equal(second.wishOf(ann, clock.nowMs() + 200 * dayMs), 'dialect', 'used, it is kept for as long again');
  second.keepWish(ann, null, clock.nowMs(), keptMs);
  t.equal(second.wishOf(ann, clock.nowMs()), undefined);
  await settle();
  t.equal(table.size, 0);
  await second.stop();
});

t.test(
  'with the database away nothing waits, and what was said goes before what is read later',
  async (t) => {
    const { clock, table, life, warned, open, settle } = place();
    const row = { setAtMs: 0, untilMs: clock.nowMs() + keptMs };
    table.set(ann, { callerKey: ann, wish: 'foreign', ...row });
    table.set(bob, { callerKey: bob, wish: 'foreign', ...row });
    life.away = true;
    const memory = open();
    await settle();
    memory.keepWish(ann, 'dialect', clock.nowMs(), keptMs);
    memory.keepWish(bob, null, clock.nowMs(), keptMs);
    await settle();
    t.notOk(memory.isWritten());
    t.equal(warned.length, 1, 'told once');
    life.away = false;
    clock.advance(clock.nowMs() + 5_000);
    await settle();
    await settle();
    t.equal(memory.wishOf(ann, clock.nowMs()), 'dialect');
    t.equal(memory.wishOf(bob, clock.nowMs()), undefined);
    t.ok(memory.isWritten());
    t.match([...table.values()], [{ callerKey: ann, wish: 'dialect' }]);
    await memory.stop();
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
  await memory.stop();
});
