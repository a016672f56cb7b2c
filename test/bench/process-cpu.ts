// What a part of the hotline has cost the machine so far: the CPU time of a process with all it has started.
import { readFile } from 'node:fs/promises';
import { processTree } from '../../scripts/run/process-tree.mjs';

/** Linux counts CPU time in ticks of 10 ms, whatever its clock. */
const tickMs = 10;

/**
 * CPU time in ms, user and system, of `pid`, of what it has started and of those among them that are over; 0 where it is gone.
 * @param statOf reads a process' line in /proc; for tests
 */
export async function cpuMsOf(
  pid: number,
  statOf: (pid: number) => Promise<string> = (one) => readFile(`/proc/${String(one)}/stat`, 'utf8'),
): Promise<number> {
  const members = await processTree(pid);
  const times = await Promise.all(
    members.map((member) =>
      statOf(member).then(
        (text) => ticksIn(text) * tickMs,
        () => 0,
      ),
    ),
  );
  return times.reduce((sum, ms) => sum + ms, 0);
}

/** utime, stime and the two of children that were waited for (proc(5), fields 14 to 17); the name before them may hold anything. */
export function ticksIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}
