// What is made of the phones' marks.
import t from 'tap';
import { processTree } from '../../scripts/run/process-tree.mjs';
import { gapsOf, leastWaiting, markIn, quantilesOf, shareWithin, waysOf, type Mark } from './figures.js';
import { cpuMsOf, ticksIn } from './process-cpu.js';

const called = (caller: string, atMs: number): Mark => ({ is: 'called', atMs, caller, agent: '' });
const invited = (agent: string, caller: string, atMs: number): Mark => ({
  is: 'invited',
  atMs,
  caller,
  agent,
});
const released = (agent: string, caller: string, atMs: number): Mark => ({
  is: 'released',
  atMs,
  caller,
  agent,
});
const line = Array.from({ length: leastWaiting + 2 }, (_unused, at) => called(`c${String(at)}`, at));

t.test('a line of SIPp is a mark, to the microsecond', async (t) => {
  const stamp = '2026-11-27\t15:30:34.141993\t1795793434.141993';
  t.same(markIn(`I;${stamp};d2001;031180000001;`), invited('d2001', '031180000001', 1_795_793_434_141.993));
  t.same(markIn(`R;${stamp};d2001; 031180000001;`), released('d2001', '031180000001', 1_795_793_434_141.993));
  t.same(markIn(`C;${stamp};031180000001;`), called('031180000001', 1_795_793_434_141.993));
  for (const other of ['', 'X', `X;${stamp};a;b;`, 'I;no time;d2001;1;'])
    t.equal(markIn(other), undefined, other);
});

t.test(
  'a gap is from a release to the next INVITE at the same agent, while enough callers wait',
  async (t) => {
    const talk = [
      invited('a', 'c0', 20),
      invited('b', 'c1', 21),
      released('a', 'c0', 100),
      released('b', 'c1', 110),
      invited('b', 'c2', 113),
      invited('a', 'c3', 150),
      released('a', 'c3', 200),
      invited('a', 'c4', 240),
    ];
    t.same(gapsOf([...talk, ...line], 0), [3, 50], 'at 200 ms the line was no longer full');
    t.same(gapsOf([...line, ...talk], 1), [3], 'the first release is left out');
    t.same(gapsOf(line, 0), []);
  },
);

t.test(
  'a way is from the call to its first INVITE at an agent; who reached nobody counts as late',
  async (t) => {
    const marks = [
      called('x', 10),
      called('y', 20),
      called('z', 30),
      invited('a', 'y', 1_021),
      invited('a', 'x', 510),
      invited('b', 'x', 700),
    ];
    t.same(waysOf(marks), [500, 1_001, null]);
    t.equal(shareWithin(waysOf(marks), 1_000), 1 / 3);
    t.equal(shareWithin([], 1_000), 0);
  },
);

t.test('quantiles are values that were measured', async (t) => {
  const hundred = Array.from({ length: 100 }, (_unused, at) => 100 - at);
  t.same(quantilesOf(hundred), { p50: 50, p99: 99 });
  t.same(quantilesOf([7.46]), { p50: 7.5, p99: 7.5 });
  t.same(quantilesOf([]), { p50: null, p99: null });
});

t.test('CPU time is that of a process with its children, those that are over too', async (t) => {
  const stat = '42 (a) b (c) S 1 42 42 0 -1 4194560 1 2 3 4 11 7 5 3 20 0 1 0 9';
  t.equal(ticksIn(stat), 26);
  const members = await processTree(process.pid);
  t.equal(await cpuMsOf(process.pid, async () => stat), 260 * members.length);
  t.equal(await cpuMsOf(process.pid, () => Promise.reject(new Error('gone'))), 0);
});
