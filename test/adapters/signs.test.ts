// Signs of trouble from inside: a thread that was held up, and since when there was nobody.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { giveSignsOfLife, lastSignOfLife } from '../../src/adapters/files/sign-of-life.js';
import { watchEventLoop } from '../../src/adapters/system/event-loop-watch.js';

t.test('a thread held up is noticed once, and well again at the next look', async (t) => {
  const looks: { slow: boolean; longestMs: number }[] = [];
  const end = watchEventLoop((slow, longestMs) => void looks.push({ slow, longestMs }), 1_000);
  await sleep(300);
  const untilMs = performance.now() + 600;
  while (performance.now() < untilMs);
  while (looks.length < 1) await sleep(20);
  t.equal(looks[0]?.slow, true);
  t.ok((looks[0]?.longestMs ?? 0) > 500, `${String(looks[0]?.longestMs)} ms`);
  while (!looks.slice(1).some(({ slow }) => !slow)) await sleep(20);
  end();
});

t.test('the last sign of life outlives the process that gave it', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'yihao-signs-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const file = join(dir, 'alive');
  t.equal(lastSignOfLife(file), null, 'none before the first run');
  giveSignsOfLife(
    file,
    () => 1_795_416_200_873,
    (error) => t.fail(String(error)),
  )();
  t.equal(lastSignOfLife(file), 1_795_416_200_873);
  const troubles: unknown[] = [];
  giveSignsOfLife(join(dir, 'nowhere', 'alive'), Date.now, (error) => troubles.push(error))();
  t.equal(troubles.length, 1, 'a sign that cannot be left is told');
});
