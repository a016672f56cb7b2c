// The site's own stream of the journal, and the alarms that stand in it.
import type { NodeId } from '../contact/ids.js';
import type { AlarmName, Clock, Journal, SiteFact } from './ports.js';

/** An alarm that stands. */
export interface StandingAlarm {
  readonly alarm: AlarmName;
  readonly about: string;
  readonly sinceMs: number;
}

/** Facts and alarms of the site as a whole. */
export interface SiteJournal {
  note(fact: SiteFact): void;
  /** Raises an alarm once; it stands until cleared. */
  raise(alarm: AlarmName, about: string): void;
  clear(alarm: AlarmName, about: string): void;
  standing(): readonly StandingAlarm[];
  /** Numbering goes on from here after a restart. */
  goOnFrom(seq: number): void;
}

/** The site's stream in this journal. */
export function createSiteJournal(parts: {
  readonly siteName: string;
  readonly node: NodeId;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly epoch: () => number;
}): SiteJournal {
  const { clock, journal, node, siteName } = parts;
  const alarms = new Map<string, StandingAlarm>();
  let nextSeq = 0;

  function note(fact: SiteFact): void {
    const seq = nextSeq;
    nextSeq += 1;
    const atMs = clock.nowMs();
    journal.append({
      stream: 'site',
      id: siteName,
      seq,
      atMs,
      node,
      epoch: parts.epoch(),
      facts: [fact],
      image: null,
    });
  }

  return {
    note,
    raise(alarm, about) {
      const key = `${alarm} ${about}`;
      if (alarms.has(key)) return;
      alarms.set(key, { alarm, about, sinceMs: clock.nowMs() });
      note({ type: 'AlarmRaised', alarm, about });
    },
    clear(alarm, about) {
      if (alarms.delete(`${alarm} ${about}`)) note({ type: 'AlarmCleared', alarm, about });
    },
    standing: () => [...alarms.values()],
    goOnFrom(seq) {
      nextSeq = seq;
    },
  };
}
