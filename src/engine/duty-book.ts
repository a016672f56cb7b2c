// The changes of duty at hand: read from the database now and then and after each change, kept as last read.
import type { DutyChange, DutyView } from '../workforce/duty.js';
import type { Site } from '../site/site.js';
import { changesInForce, type DutyStore } from './duty-change.js';
import type { Clock, Log, Timers } from './ports.js';
import { repeatReading, type RepeatedReading } from './repeated-reading.js';

/** Who is on duty, by the files and what was changed since. */
export interface DutyBook extends RepeatedReading {
  view(site: Pick<Site, 'expertSeats'>): DutyView;
}

export interface DutyBookParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly store: Pick<DutyStore, 'list'>;
  /** What is in force may be otherwise now. */
  readonly onRead: () => void;
  /** Time between two readings; 30 s. */
  readonly everyMs?: number;
}

/** Changes that ended longer ago are not at hand: the hours of a night before still count, and those that a look ahead begins in. */
export const dutyKeptMs = 2 * 86_400_000;

/** Follows the database. */
export function keepDuty({ clock, store, everyMs = 30_000, ...parts }: DutyBookParts): DutyBook {
  let changes: readonly DutyChange[] = [];
  const reading = repeatReading({
    ...parts,
    ...{ clock, everyMs, awayWords: 'changes of duty cannot be read' },
    async read() {
      changes = changesInForce(await store.list(clock.nowMs() - dutyKeptMs));
    },
  });
  return { ...reading, view: ({ expertSeats: { roster, kindOf } }) => ({ roster, kindOf, changes }) };
}
