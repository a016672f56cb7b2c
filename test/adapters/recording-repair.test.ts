// A recording cut off by a crash plays to its end after the repair; whole ones and running ones are left alone.
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { repairRecordings } from '../../src/adapters/files/recording-repair.js';
import { readWav, writeWav } from '../phones/wav.js';

const day = '2026/11/23';
const samples = 8_000;

/** One second at 8 kHz; `open`: cut off before the header got its lengths. */
async function wav(path: string, how: 'whole' | 'open'): Promise<void> {
  writeWav(path, new Int16Array(samples).fill(257));
  if (how === 'whole') return;
  const content = await readFile(path);
  content.writeUInt32LE(0, 4);
  content.writeUInt32LE(0, 40);
  await writeFile(path, content);
}

t.test('headers without a length get the true one, once; the rest is not touched', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-recordings-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, day), { recursive: true });
  const put = async (name: string, how: 'whole' | 'open', ageMs: number) => {
    const path = join(folder, day, name);
    await wav(path, how);
    const at = (Date.now() - ageMs) / 1000;
    await utimes(path, at, at);
    return path;
  };
  const cut = await put('cut-1.wav', 'open', 60_000);
  const whole = await put('whole-1.wav', 'whole', 60_000);
  await put('running-1.wav', 'open', 0);
  await writeFile(join(folder, day, 'empty-1.wav'), Buffer.alloc(44));
  await writeFile(join(folder, day, 'note.txt'), 'no recording');
  const before = await readFile(whole);

  const first = await repairRecordings(folder, [day, '2026/11/22'], Date.now());
  t.same(first, { mended: [`${day}/cut-1.wav`], looked: 4 });
  t.equal((await readFile(cut)).readUInt32LE(40), samples * 2);
  t.equal(readWav(cut).durationMs, 1_000);
  t.same(await readFile(whole), before);

  const second = await repairRecordings(folder, [day], Date.now() + 60_000);
  t.same(second.mended, [`${day}/running-1.wav`], 'what ran at the first look is mended at a later one');
});
