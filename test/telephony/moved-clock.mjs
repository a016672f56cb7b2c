// @ts-check
// Loaded into a station's service before the service itself: its clock runs as far beside the machine's as the file STATION_CLOCK says, read again
// while it runs.

import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['STATION_CLOCK'] ?? '';
const lookEveryMs = 50;
const MachineDate = Date;
let aheadMs = 0;

function look() {
  const written = readFileSync(file, 'utf8');
  if (written === '' || Number(written) === aheadMs) return;
  aheadMs = Number(written);
  if (isMainThread) writeFileSync(`${file}.taken`, written);
}

class MovedDate extends MachineDate {
  /** @param {readonly unknown[]} given */
  constructor(...given) {
    // @ts-expect-error whatever Date takes
    super(...(given.length === 0 ? [MovedDate.now()] : given));
  }

  /** @override */
  static now() {
    return MachineDate.now() + aheadMs;
  }
}

look();
setInterval(look, lookEveryMs).unref();
globalThis.Date = /** @type {DateConstructor} */ (MovedDate);
