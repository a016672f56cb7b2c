// A process that appends entries as fast as it can and says so after each, until it is killed.
import { writeSync } from 'node:fs';
import { openSpool } from '../../src/adapters/spool/spool.js';
import { agentEntry } from './spool-entries.js';

const { spool } = await openSpool({
  dir: process.argv[2] ?? '',
  onTrouble: () => undefined,
  segmentBytes: 20_000,
});
for (let seq = 0; ; seq += 1) {
  spool.append(agentEntry('1023', seq));
  writeSync(1, `${String(seq)}\n`);
}
