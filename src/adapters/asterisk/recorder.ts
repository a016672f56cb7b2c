// Records a channel through MixMonitor: it follows the citizen from bridge to bridge.
import { mkdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../errors.js';
import type { AmiClient } from './ami-client.js';

/** Recording by channel name and file below the folder. */
export interface Recorder {
  /** @throws AppError RECORDING_DISK_LOW, or as the AMI client does. */
  start(channelName: string, file: string): Promise<void>;
  /** True when the file exists and is longer than at the last look (or at all, at the first). */
  grows(file: string): Promise<boolean>;
  mute(channelName: string, on: boolean): Promise<void>;
  stop(channelName: string): Promise<void>;
}

/** A recorder that leaves at least `floorBytes` of the disk free. */
export function createRecorder(ami: AmiClient, folder: string, floorBytes: number): Recorder {
  const lengths = new Map<string, number>();

  return {
    async start(channelName, file) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize < floorBytes)
        throw new AppError('RECORDING_DISK_LOW', { freeBytes: bavail * bsize });
      await ami.mixMonitor(channelName, path);
    },
    async grows(file) {
      const { size } = await stat(join(folder, file));
      const grown = size > (lengths.get(file) ?? 0);
      // Looked at once per recording: nothing is kept for those that grow.
      if (grown) lengths.delete(file);
      else lengths.set(file, size);
      return grown;
    },
    mute: (channelName, on) => ami.mixMonitorMute(channelName, on),
    stop: (channelName) => ami.stopMixMonitor(channelName),
  };
}
