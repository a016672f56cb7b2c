// Real time, real wake-ups, real ids: the engine's Clock, Timers and Ids outside the simulator.
import { randomBytes } from 'node:crypto';
import type { Clock, Ids, Timers } from '../../engine/ports.js';

/** The longest sleep setTimeout knows. */
const longestSleepMs = 2_147_483_647;

/** The machine's clock; durations between two readings are the engine's own affair. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** Wake-ups by setTimeout, never before their instant by the clock. */
export const systemTimers: Timers = {
  at(atMs, wake) {
    let handle: NodeJS.Timeout;
    const sleep = () => {
      const leftMs = atMs - Date.now();
      // A timer may fire a millisecond early, and none sleeps longer than 24.8 days.
      handle = setTimeout(
        () => (Date.now() < atMs ? sleep() : wake()),
        Math.min(Math.max(leftMs, 0), longestSleepMs),
      );
    };
    sleep();
    return () => clearTimeout(handle);
  },
};

/** UUIDv7 (RFC 9562): 48 bits of epoch ms, then random: sorts by time, and none is a prefix of another. */
export const uuidV7: Ids = {
  next() {
    const bytes = randomBytes(16);
    bytes.writeUIntBE(Date.now(), 0, 6);
    bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    const hex = bytes.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  },
};
