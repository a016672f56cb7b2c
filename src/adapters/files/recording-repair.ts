// Mends recordings that a crash left open: their WAV header says "no audio", though the audio is there.
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** The canonical header MixMonitor writes: RIFF, fmt of 16 bytes, data. */
const headerBytes = 44;
const riffSizeAt = 4;
const dataTagAt = 36;
const dataSizeAt = 40;
/** A file written to within this is being recorded. */
const stillOpenMs = 5_000;

/** What was mended, by file below the folder. */
export interface RecordingRepair {
  readonly mended: readonly string[];
  readonly looked: number;
}

/**
 * Looks through the recordings of these days (`YYYY/MM/DD` below the folder) and writes the true lengths into headers
 * that have none. Files still being written to are left alone; running it again changes nothing.
 */
export async function repairRecordings(
  folder: string,
  days: readonly string[],
  nowMs: number,
): Promise<RecordingRepair> {
  const mended: string[] = [];
  let looked = 0;
  for (const day of days) {
    const names = await readdir(join(folder, day)).catch(() => []);
    for (const name of names.filter((one) => one.endsWith('.wav'))) {
      looked += 1;
      if (await repairRecording(join(folder, day, name), nowMs)) mended.push(`${day}/${name}`);
    }
  }
  return { mended, looked };
}

/** True for a finished recording whose header is wrong; nothing is changed. */
export async function isTornRecording(path: string, nowMs: number): Promise<boolean> {
  return withRecording(path, 'r', nowMs, async (file, size) => (await tornHeader(file, size)) !== undefined);
}

async function repairRecording(path: string, nowMs: number): Promise<boolean> {
  return withRecording(path, 'r+', nowMs, mendHeader);
}

async function withRecording(
  path: string,
  flags: 'r' | 'r+',
  nowMs: number,
  work: (file: FileHandle, size: number) => Promise<boolean>,
): Promise<boolean> {
  const { size, mtimeMs } = await stat(path);
  if (size <= headerBytes || nowMs - mtimeMs < stillOpenMs) return false;
  const file = await open(path, flags);
  try {
    return await work(file, size);
  } finally {
    await file.close();
  }
}

/** The header, and how much audio it should tell of, where it tells of another amount. */
async function tornHeader(
  file: FileHandle,
  size: number,
): Promise<{ readonly header: Buffer; readonly dataBytes: number } | undefined> {
  const header = Buffer.alloc(headerBytes);
  await file.read(header, 0, headerBytes, 0);
  const isWave =
    header.toString('latin1', 0, 4) === 'RIFF' && header.toString('latin1', dataTagAt, dataSizeAt) === 'data';
  // Whole 16-bit samples only: a crash may have cut one in two.
  const dataBytes = (size - headerBytes) & ~1;
  if (!isWave || header.readUInt32LE(dataSizeAt) === dataBytes) return undefined;
  return { header, dataBytes };
}

/** True when the header was wrong and is right now. */
async function mendHeader(file: FileHandle, size: number): Promise<boolean> {
  const torn = await tornHeader(file, size);
  if (torn === undefined) return false;
  const { header, dataBytes } = torn;
  header.writeUInt32LE(headerBytes - 8 + dataBytes, riffSizeAt);
  header.writeUInt32LE(dataBytes, dataSizeAt);
  await file.write(header, 0, headerBytes, 0);
  await file.datasync();
  return true;
}
