// What a flow is once it has been read: named nodes, each saying something, asking something or deciding something.
import type { KeptEntry } from '../contact/case-answer.js';
import type { QueueExit, QueueRequest } from '../contact/flow-turn.js';
import type { FlowId, QueueId } from '../contact/ids.js';
import type { LeadTarget } from '../contact/lead-target.js';
import type { OverflowRule } from '../contact/overflow.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import type { SurveyAnswer } from '../contact/survey.js';

/** The flow of the survey after a talk: `flows/survey.yaml`. No number leads to it, and it leads to no person. */
export const surveyFlowId = 'survey' as FlowId;

/** Kinds of day a flow can tell apart; a weekend day that the notice makes a workday is a workday. */
export const flowDays = ['workday', 'weekend', 'holiday'] as const;
export type FlowDay = (typeof flowDays)[number];

/** One flow: one file of `ivr-flows/flows/`. */
export interface Flow {
  readonly id: FlowId;
  readonly startId: string;
  /** 骚扰: the voicemail node to which a key leads a caller under a limit out of any line; null: there is none. */
  readonly messageId: string | null;
  readonly nodes: ReadonlyMap<string, FlowNode>;
}

/** One thing a node says. */
export interface FlowPart {
  readonly prompt: PromptRef;
  /** Said instead while the site greets in short. */
  readonly short: PromptRef | null;
  readonly mustHear: boolean;
  /** The greeting: a number that opens its calls with words of its own is heard with those instead. */
  readonly opening: boolean;
}

/** What every node has. */
interface NodeBase {
  readonly id: string;
  /** Where it stands in its file, for findings. */
  readonly line: number;
}

/** Says its parts to the end, then goes on. */
export interface SayNode extends NodeBase {
  readonly kind: 'say';
  readonly say: readonly FlowPart[];
  readonly next: string;
}

/** What nodes that wait for keys have in common. */
interface AskingNode extends NodeBase {
  readonly say: readonly FlowPart[];
  /** Silence this long after the last word is an answer too. */
  readonly timeoutMs: number;
  readonly bargeIn: boolean;
  /** Where 0, silence and the second wrong key lead: always to a person. */
  readonly person: string;
  /** Where the star key leads; null: this node is said again. */
  readonly back: string | null;
  readonly noInput: PromptRef;
  readonly badInput: PromptRef;
}

/** One key, one way. 9 says it again, whatever the menu. */
export interface MenuNode extends AskingNode {
  readonly kind: 'menu';
  /** Keys 1 to 8. */
  readonly keys: ReadonlyMap<string, string>;
}

/** Several digits, ended by #, by the full count or by silence. A lone 0 asks for a person. */
export interface CollectNode extends AskingNode {
  readonly kind: 'collect';
  readonly minDigits: number;
  readonly maxDigits: number;
  /** Entries with a way of their own. */
  readonly cases: ReadonlyMap<string, string>;
  /** Kept under this name for a query later on, and secret; null: forgotten. */
  readonly keep: KeptEntry | null;
  readonly next: string;
}

/** A question of the survey: each key is an answer. Asked once more after silence, 9 or a key that is none. */
export interface RateNode extends NodeBase {
  readonly kind: 'rate';
  readonly say: readonly FlowPart[];
  readonly timeoutMs: number;
  readonly bargeIn: boolean;
  readonly answers: ReadonlyMap<string, SurveyAnswer>;
  /** Where an answer leads. */
  readonly next: string;
  /** Where a grade below 基本满意 leads; null: to `next` as well. */
  readonly unhappy: string | null;
  /** Where the star key, and nothing of use said twice, lead. */
  readonly otherwise: string;
}

/** Looks up what was kept, and tells it. */
export interface LookUpNode extends NodeBase {
  readonly kind: 'lookUp';
  readonly say: readonly FlowPart[];
  /** Where it leads after the case was told. */
  readonly next: string;
  /** Where the caller keys in anew what was not found. */
  readonly again: string;
  /** Where a failure leads, and what was not found for the third time. */
  readonly person: string;
  /** What `prog.state` can say. */
  readonly departments: ReadonlySet<string>;
}

/** Goes the first way whose conditions all hold. */
export interface BranchNode extends NodeBase {
  readonly kind: 'branch';
  readonly cases: readonly BranchCase[];
  readonly otherwise: string;
}

/** One way of a branch; a condition left out (null) always holds. */
export interface BranchCase {
  readonly line: number;
  readonly days: readonly FlowDay[] | null;
  readonly hours: MinuteRange | null;
  readonly tags: readonly string[] | null;
  readonly queue: QueueCondition | null;
  /** The call has to be asked for its city, or need not be. */
  readonly asksCity: boolean | null;
  /** What the caller wished, now or when he called before. */
  readonly wishes: readonly string[] | null;
  /** He called before, a short time ago, or did not. */
  readonly repeat: boolean | null;
  readonly next: string;
}

/** Minutes of the day from `from` up to, not including, `to`; over midnight where `to` is not larger. */
export interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

/** Asks the state of a queue; both parts must hold, null always does. */
export interface QueueCondition {
  readonly queueId: QueueId;
  readonly waitingAtLeast: number | null;
  /** True: somebody who could take its calls is signed in. */
  readonly staffed: boolean | null;
}

/** A place in line, while the parts are being said. */
export interface EnqueueNode extends NodeBase {
  readonly kind: 'enqueue';
  readonly say: readonly FlowPart[];
  readonly request: QueueRequest;
  /** Where the caller goes who could not be served. */
  readonly exits: Readonly<Record<Exclude<QueueExit, 'overflow'>, string>>;
  /** 溢出: when, and where it leads; null: never. */
  readonly overflow: NodeOverflow | null;
  /** Where the key 0 leads while he waits; null: nowhere. */
  readonly instead: string | null;
  /** And the star key. */
  readonly back: string | null;
}

/** When a line is left for elsewhere, and the line of the file that says so. */
export interface NodeOverflow extends OverflowRule {
  readonly line: number;
  readonly next: string;
}

/** Leads the call to a sub-centre (分中心) when its parts have been said; who is not answered there goes on. */
export interface LeadNode extends NodeBase {
  readonly kind: 'lead';
  readonly say: readonly FlowPart[];
  readonly target: LeadTarget;
  readonly otherwise: string;
}

/** 留言: records the caller after a tone, until #, his hang-up or the longest. */
export interface VoicemailNode extends NodeBase {
  readonly kind: 'voicemail';
  readonly say: readonly FlowPart[];
  readonly longestMs: number;
  /** Where it leads once something was left. */
  readonly next: string;
  /** Where it leads when nothing was said, or nothing could be kept. */
  readonly otherwise: string;
}

/** Remembers a wish of the caller's for his next calls; null forgets it. */
export interface RememberNode extends NodeBase {
  readonly kind: 'remember';
  readonly wish: string | null;
  readonly next: string;
}

/** Stands for no wish, where flows name one. */
export const noWish = 'none';

/** Another name for a node. */
export interface GotoNode extends NodeBase {
  readonly kind: 'goto';
  readonly next: string;
}

/** Last words, then the end. */
export interface HangupNode extends NodeBase {
  readonly kind: 'hangup';
  readonly say: readonly FlowPart[];
  /** Journaled with the contact's end, e.g. `queueTimeout`. */
  readonly reason: string;
}

export type FlowNode =
  | SayNode
  | MenuNode
  | CollectNode
  | LookUpNode
  | RateNode
  | BranchNode
  | EnqueueNode
  | LeadNode
  | VoicemailNode
  | RememberNode
  | GotoNode
  | HangupNode;

/** True if the minute of the day lies in the range. */
export function isInRange(range: MinuteRange, minuteOfDay: number): boolean {
  return range.from < range.to
    ? minuteOfDay >= range.from && minuteOfDay < range.to
    : minuteOfDay >= range.from || minuteOfDay < range.to;
}

/** Whether what was keyed in for a query is kept at this node, or on passing it; anywhere else it is forgotten. */
export function keepsEntries({ kind }: FlowNode): boolean {
  return ['collect', 'lookUp', 'say', 'branch', 'goto', 'remember'].includes(kind);
}
