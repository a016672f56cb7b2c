// What the supervisor's page is sent and asks for, as types.
import type { BroadcastShown } from '../../adapters/http/broadcast-board.js';
import type { HandoverNote, Receipt } from '../../engine/shift-notes.js';
import type { ContactRecord } from '../../metrics/contact-record.js';
import type { UnreachedCaller, UnreachedCount } from '../../metrics/unreached.js';
import type { WallAgent, WallData } from '../live/live-frame.js';
import type { StoryFact } from './story.js';

export type LeadAgent = WallAgent & {
  /** 求助班长: since when. */
  readonly helpSinceMs?: number | null;
};

/** A supervisor in a talk. */
export interface Supervision {
  readonly supervisorId: string;
  readonly agentId: string;
  readonly mode: 'listen' | 'whisper';
}

/** The wall as it is sent to those who lead. */
export type LeadData = Omit<WallData, 'agents' | 'figures'> & {
  readonly agents?: Readonly<Record<string, LeadAgent>>;
  readonly figures?: WallData['figures'] & { readonly unreached?: UnreachedCount };
  readonly broadcasts?: Readonly<Record<string, BroadcastShown>>;
  readonly supervisions?: Readonly<Record<string, Supervision>>;
};

export type UnreachedRow = UnreachedCaller & { readonly entryName: string };

/** A record as it is shown: without the caller's key and the contact it was before. */
export type ShownRecord = Omit<ContactRecord, 'callerKey' | 'cameFrom'>;

export interface RecordPage {
  readonly contacts: readonly ShownRecord[];
  readonly cursor: string | null;
}

/** A row of the site's files: its id and what it is called. */
export interface ShownName {
  readonly id: string;
  readonly name: string;
  readonly en: string;
}

/** What those that facts name are called now. */
export type StoryNames = Readonly<Record<'queues' | 'skills' | 'agents' | 'cities', readonly ShownName[]>>;

export interface Story {
  readonly record: ShownRecord;
  readonly journal: readonly StoryFact[];
  /** What it was before a sub-centre handed it over, and what it became. */
  readonly earlier: ShownRecord | null;
  readonly later: readonly ShownRecord[];
  readonly names: StoryNames;
}

interface Named {
  readonly name: string;
}

export type ShownNote = Omit<HandoverNote, 'readBy'> &
  Named & { readonly readBy: readonly (Receipt & Named)[] };

export interface HandoverPage {
  readonly now: HandoverNote['figures'];
  readonly notes: readonly ShownNote[];
  readonly cursor: string | null;
}

/** Names of entries and queues, and callers' wishes, for choosing. */
export interface SiteNames {
  readonly entries: readonly { readonly id: string; readonly name: string }[];
  readonly queues: readonly ShownName[];
  readonly wishes: readonly string[];
}
