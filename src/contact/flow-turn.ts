// What a contact and the flow interpreter say to each other: inputs in, one turn out.
import type { CaseAnswer, KeptEntry } from './case-answer.js';
import type { FlowId, QueueId } from './ids.js';
import type { LeadTarget } from './lead-target.js';
import type { OverflowRule } from './overflow.js';
import type { PromptRef } from './prompt-ref.js';
import type { SurveyAnswer } from './survey.js';

/** Where a contact stands in its flow. Plain data: it is kept in Redis and in the journal. */
export interface FlowCursor {
  readonly flowId: FlowId;
  /** The site version whose flow this contact began with; it ends on the same one. */
  readonly siteVersion: string;
  readonly nodeId: string;
  /** Wrong or missing keys so far at this node. */
  readonly tries: number;
  /** Digits collected so far at this node. */
  readonly digits: string;
  /** Keys pressed in this flow so far; bounded, so that nobody circles in menus for ever. */
  readonly keys: number;
  /** Entries kept for a query that comes later in the flow: secrets, forgotten as soon as the caller is elsewhere. */
  readonly kept?: Readonly<Partial<Record<KeptEntry, string>>>;
  /** Queries so far that found nothing. */
  readonly misses?: number;
}

/** Why a contact leaves its queue without a person. */
export type QueueExit = 'timeout' | 'nobody' | 'overload' | 'overflow';

/** What happened to the contact, in the flow's words. */
export type FlowInput =
  | { readonly type: 'begin' }
  | { readonly type: 'spoken' }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'silence' }
  | { readonly type: 'resumed' }
  | { readonly type: 'queueExit'; readonly exit: QueueExit }
  /** 留言 was left; or nothing was said, or it could not be kept. */
  | { readonly type: 'voicemailLeft' }
  | { readonly type: 'voicemailMissing' }
  | { readonly type: 'caseAnswer'; readonly answer: CaseAnswer }
  /** Nobody answered where the call was led. */
  | { readonly type: 'leadFailed' };

/** What a flow may ask about the world when it branches; gathered by the engine before the step. */
export interface FlowView {
  /** When the call came: all its branches go by that one day and hour. */
  readonly nowMs: number;
  readonly dnis: string;
  readonly tag: string;
  readonly callerShown: boolean;
  /** What the number dialled opens its calls with, in the place of the flow's greeting. */
  readonly opening?: PromptRef | undefined;
  /** The call does not tell its city, and cities share its area code. */
  readonly asksCity?: boolean | undefined;
  /** Those cities, in the order of their keys. */
  readonly cities?: readonly string[] | undefined;
  /** What the caller wishes, of before or of this call; null or left out = nothing. */
  readonly wish?: string | null | undefined;
  /** 重复来电: he called before within the site's time. */
  readonly repeat?: boolean | undefined;
  /** A sub-centre hands the call over: a person has listened to it already. */
  readonly handedOver?: boolean | undefined;
  /** Per queue: contacts waiting, and agents signed in who could take its calls. */
  readonly queues: Readonly<Record<string, { readonly waiting: number; readonly signedIn: number }>>;
}

/** One thing said to the citizen. `mustHear` is never cut: the recording notice, emergency words. */
export interface SpokenPart {
  readonly prompt: PromptRef;
  readonly mustHear: boolean;
}

/** A place in a queue, as a flow asks for it. */
export interface QueueRequest {
  readonly queueId: QueueId;
  /** Clauses that must all hold ({@link readRequirement}); plain names of skills in the simple case. */
  readonly requires: readonly string[];
  /** Those of them that the flow itself asks: no ring of the queue gives them up. Left out = none. */
  readonly also?: readonly string[];
  /** Larger is served first; 0 is everybody. */
  readonly priority: number;
}

/** What comes after a turn's parts. `spoken` = the flow wants to be told when they ended. */
export type FlowNext =
  | { readonly type: 'spoken' }
  | {
      readonly type: 'collect';
      readonly timeoutMs: number;
      readonly bargeIn: boolean;
      /** What is keyed in is nobody else's business: it is not journaled. */
      readonly secret?: true;
    }
  /** The entries kept are looked up; the answer comes as an input. */
  | { readonly type: 'lookUpCase' }
  | {
      readonly type: 'enqueue';
      readonly request: QueueRequest;
      /** Keys that lead elsewhere while he waits. */
      readonly keys?: readonly string[];
      /** When he leaves this line for the flow's way `overflow`. */
      readonly overflow?: OverflowRule;
      /** Whoever is under a limit may leave a message instead. */
      readonly takesMessage?: true;
    }
  | { readonly type: 'voicemail'; readonly longestMs: number }
  /** To a sub-centre; the words said first have been said then. */
  | { readonly type: 'lead'; readonly target: LeadTarget }
  | { readonly type: 'hangUp'; readonly reason: string };

/** A branch or goto that was passed, and the name of the way it took. */
export interface DecidedWay {
  readonly nodeId: string;
  readonly way: string;
}

/** One step of a flow: say these, then do that. */
export interface FlowTurn {
  readonly cursor: FlowCursor;
  readonly say: readonly SpokenPart[];
  readonly next: FlowNext;
  /** What the key that led here says: of the survey alone. */
  readonly answer?: SurveyAnswer;
  /** A wish to be remembered of this caller; null = to be forgotten. */
  readonly wish?: string | null;
  /** The city that the key which led here stands for. */
  readonly region?: string;
  /** The nodes that only decided on the way to this one, each with the way it took; left out where the contact stays at its node. */
  readonly decided?: readonly DecidedWay[];
}
