// A recording cut off by a crash plays to its end after the repair; whole ones and running ones are left alone.
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { repairRecordings } from '../../src/adapters/files/recording-repair.js';
import { readWav } from '../phones/wav.js';

const day = '2026/11/23';
const samples = 8_000;

/** A WAV of one second at 8 kHz whose header says `dataBytes`. */
function wav(dataBytes: number): Buffer {
  const file = Buffer.alloc(44 + samples * 2, 1);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(dataBytes === 0 ? 0 : 36 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(8_000, 24);
  file.writeUInt32LE(16_000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
  return file;
}

t.test('headers without a length get the true one, once; the rest is not touched', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-recordings-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, day), { recursive: true });
  const put = async (name: string, content: Buffer, ageMs: number) => {
    const path = join(folder, day, name);
    await writeFile(path, content);
    const at = (Date.now() - ageMs) / 1000;
    await utimes(path, at, at);
    return path;
  };
  const cut = await put('cut-1.wav', wav(0), 60_000);
  const whole = await put('whole-1.wav', wav(samples * 2), 60_000);
  await put('running-1.wav', wav(0), 0);
  await put('empty-1.wav', Buffer.alloc(44), 60_000);
  await put('note.txt', Buffer.from('no recording'), 60_000);
  const before = await readFile(whole);

  const first = await repairRecordings(folder, [day, '2026/11/22'], Date.now());
  t.same(first, { mended: [`${day}/cut-1.wav`], looked: 4 });
  t.equal((await readFile(cut)).readUInt32LE(40), samples * 2);
  t.equal((await readWav(cut)).durationMs, 1_000);
  t.same(await readFile(whole), before);

  const second = await repairRecordings(folder, [day], Date.now() + 60_000);
  t.same(second.mended, [`${day}/running-1.wav`], 'what ran at the first look is mended at a later one');
});
