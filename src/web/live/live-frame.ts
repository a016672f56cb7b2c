// What the service sends over /ws: frames, and the sections of the two views.
import type { AgentView, ContactView, SupervisionView } from '../../adapters/http/views.js';
import type { AlarmName } from '../../engine/ports.js';

/** What can be watched. */
export type ViewName = 'wall' | 'strip';

/** Section -> key -> value. In a delta `null` means: removed. */
export type LiveData = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Positioned {
  /** The topic as this watcher's role sees it, e.g. `wall:supervisor`. */
  readonly view: string;
  /** One run of the service's feed; `seq` counts within it. */
  readonly stream: string;
  readonly seq: number;
  /** The service's clock. */
  readonly atMs: number;
}

/** A frame of a view, in order. */
export type LiveFrame =
  | (Positioned & { readonly is: 'snapshot'; readonly data: LiveData })
  | (Positioned & { readonly is: 'delta'; readonly data: LiveData })
  | (Positioned & { readonly is: 'beat' });

/** The service says why it shows nothing. */
export interface ErrorFrame {
  readonly is: 'error';
  readonly code: string;
  readonly message: string;
}

/** Cut off to one decimal, never rounded, with the counts behind it. */
export interface Rate {
  readonly text: string;
  readonly numerator: number;
  readonly denominator: number;
}

export type AgentState = AgentView['state'];

export interface WallAgent {
  readonly agentId: string;
  readonly teamId: string;
  readonly state: AgentState;
  readonly sinceMs: number;
  readonly reason: AgentView['reason'];
  /** 求助班长: since when. */
  readonly helpSinceMs?: number | null;
  /** Only for those who may know it. */
  readonly name?: string;
}

export interface WallQueue {
  readonly name: string;
  readonly en: string;
  readonly waiting: number;
  readonly longestSinceMs: number | null;
  readonly signedIn: number;
  readonly ready: number;
}

export interface WallTrunk {
  readonly linesInUse: number;
  readonly lines: number | null;
  readonly registration: 'none' | 'registered' | 'failed';
}

export interface WallAlarm {
  readonly alarm: AlarmName;
  readonly about: string;
  readonly sinceMs: number;
  readonly level: 'info' | 'warn' | 'critical';
}

export interface TodayFigures {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly answerRate: Rate;
  readonly within15OfOffered: Rate;
  readonly within15OfAnswered: Rate;
  readonly reached: Rate;
  readonly asaMs: number | null;
  readonly gapMs: number;
}

export interface TrendInterval {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
}

/** The sections of `wall`; any may be missing for a moment, and `figures` while the database is away. */
export interface WallData {
  readonly site?: { readonly title?: string; readonly answerGoalMs?: number; readonly version?: string };
  readonly agents?: Readonly<Record<string, WallAgent>>;
  readonly queues?: Readonly<Record<string, WallQueue>>;
  readonly calls?: {
    readonly talking?: number;
    readonly waiting?: number;
    readonly inFlow?: number;
    readonly longestSinceMs?: number | null;
  };
  readonly trunks?: Readonly<Record<string, WallTrunk>>;
  readonly alarms?: Readonly<Record<string, WallAlarm>>;
  readonly parts?: { readonly telephony?: string; readonly store?: string; readonly database?: string };
  readonly figures?: {
    readonly today?: TodayFigures;
    readonly last24h?: { readonly answerRate: Rate; readonly gapMs: number };
    readonly worst24h?: { readonly answerRate: Rate; readonly fromMs: number; readonly toMs: number } | null;
  };
  readonly trend?: Readonly<Record<string, TrendInterval>>;
  /** Only for supervisors and administrators. */
  readonly contacts?: Readonly<Record<string, ContactView>>;
  /** Who listens where, by the supervisor's 工号. Only for them. */
  readonly supervisions?: Readonly<Record<string, SupervisionView>>;
}

export type StripAgent = AgentView & {
  readonly wrapUpEndsAtMs?: number | null;
  /** After a missed call: ready again by itself then; null = he says so himself. */
  readonly restEndsAtMs?: number | null;
  /** 小休排队: 1 = next of his team. */
  readonly breakPlace?: number | null;
};

export type StripContact = ContactView & {
  readonly entryName: string;
  readonly queueName: string | null;
  readonly callsToday: number | null;
  /** A sub-centre handed the call over. */
  readonly handedOver?: boolean;
  /** 重复来电: his calls before this one within `repeatWithinMs`. */
  readonly callsBefore?: number;
  readonly repeatWithinMs?: number;
  /** What he wishes for his next calls. */
  readonly wish?: string | null;
  readonly region: string | null;
  /** On hold for longer than a citizen should be. */
  readonly holdOverdue: boolean;
  /** A hold by page ends by itself then. */
  readonly holdEndsAtMs: number | null;
  /** A supervisor speaks to the agent alone; one who only listens is not told of. */
  readonly whispered: boolean;
  /** What the citizen hears when the agent leaves. */
  readonly releasesTo: 'survey' | 'goodbye';
  /** 无声处理: how far it is. */
  readonly silent?: 'asked' | 'hears' | 'texting' | 'texted' | 'notTexted' | 'noAnswer' | null;
};

/** A broadcast the agent has yet to confirm. */
export interface StripNotice {
  readonly id: string;
  readonly atMs: number;
  readonly by: string;
  readonly name: string;
  readonly text: string;
  readonly urgent: boolean;
}

/** The sections of `strip`. */
export interface StripData {
  readonly me?: { readonly agent?: StripAgent };
  readonly contact?: { readonly current?: StripContact | null };
  /** A supervisor's own listening. */
  readonly supervision?: { readonly own?: SupervisionView | null };
  readonly day?: {
    readonly answered?: number;
    readonly talkMs?: number;
    readonly wrapUpMs?: number;
    readonly missed?: number;
    readonly calledOut?: number;
  };
  readonly notices?: Readonly<Record<string, StripNotice>>;
}
