// What runs of one YIHAO_HOME, and how long until nothing does.
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const longestMs = 6_000;

/** Every process that knows this home: by its environment or its command line. */
export async function processesOf(home: string): Promise<readonly number[]> {
  const found = [];
  for (const pid of (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const knows =
      (await read('cmdline')).includes(home) || (await read('environ')).includes(`YIHAO_HOME=${home}`);
    if (knows && !/^State:\s+Z/m.test(await read('status'))) found.push(Number(pid));
  }
  return found;
}

/** How long (ms) it takes until nothing of this home runs, at most 6 s. */
export async function untilGone(home: string): Promise<number> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < longestMs && (await processesOf(home)).length > 0) await sleep(100);
  return performance.now() - startedMs;
}
