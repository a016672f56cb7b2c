// What a contact is at any moment: where it stands, what the citizen hears, its place in line, its deadlines.
import type { CallPurpose } from './call-purpose.js';
import type { Consult, ConsultPolicy, ExpertTalk } from './consult.js';
import type { Deadlines } from './deadlines.js';
import type { EventsTold } from './event-prompt.js';
import type { FlowCursor, FlowNext, QueueRequest, SpokenPart } from './flow-turn.js';
import type {
  AgentId,
  BridgeId,
  CallerKey,
  ChannelId,
  ContactId,
  DeviceId,
  NodeId,
  OfferId,
  PlayId,
  SupervisionId,
} from './ids.js';
import type { LeadTarget } from './lead-target.js';
import type { Overflowed } from './overflow.js';
import type { PromptRef } from './prompt-ref.js';
import type { SeatKind } from './seat.js';
import type { SurveyPolicy } from './survey.js';

/** How a call came in, fixed at arrival. No raw number: `callerKey` and the masked form only. */
export interface Arrival {
  readonly node: NodeId;
  /** The run of Asterisk that holds the call; another run means the call is lost. */
  readonly bootId: string;
  readonly channelId: ChannelId;
  readonly sipCallId: string;
  readonly trunkId: string;
  /** The number dialled, as the carrier sent it; one that the ledger does not know masked where a person's would be. */
  readonly dnis: string;
  /** The number that forwarded the call here (Diversion, History-Info), masked unless it is of the ledger; or ''. */
  readonly redirectedFrom: string;
  readonly callerKey: CallerKey;
  readonly callerMasked: string;
  readonly callerShown: boolean;
  /** Entry, KPI line and tag that the number ledger gave. */
  readonly entryId: string;
  readonly kpiLine: string;
  readonly tag: string;
  /** Asterisk's `creationtime` of the channel. */
  readonly arrivedAtMs: number;
  readonly siteVersion: string;
  /** How the number dialled was merged, and its state on that day; none in facts of before this was kept. */
  readonly numberPattern?: string;
  readonly numberState?: string;
  readonly words?: CallWords;
  /** The call does not tell its city, and cities share its area code. */
  readonly asksCity?: boolean;
  /** Those cities, in the order of their keys. */
  readonly cities?: readonly string[];
  /** What he wished for his next calls when he called before, e.g. `dialect`. */
  readonly wish?: string;
  /** 重复来电: his calls before this one within the site's time; left out = none, or none within it. */
  readonly callsBefore?: number;
  /** His last talk with an agent, as long as a queue asks for it. */
  readonly lastTalk?: { readonly agentId: AgentId; readonly atMs: number };
  /** Confidential from the first moment. */
  readonly sealed?: Seal;
  /** 骚扰: this caller's number is under a limit, for a time. */
  readonly limit?: CallLimit;
  /** A sub-centre handed the call over. */
  readonly handedOver?: HandOver;
  /** 外呼: the call was made from here, by an agent; `callerKey` is then whom he called. */
  readonly out?: CalledOut;
  /** The contact that it was before, as the sub-centre told; whether there is such a contact is seen where it is looked up. */
  readonly cameFrom?: ContactId;
}

/** How an agent's own call came about. `dnis` is the number shown. */
export interface CalledOut {
  readonly agentId: AgentId;
  readonly deviceId: DeviceId;
  /** The agent's leg, and the bridge. */
  readonly offerId: OfferId;
  readonly purpose: CallPurpose;
  /** The contact it is about. */
  readonly about?: ContactId;
  /** Ordered by the phone that is to be rung, which is free only when that call is over. */
  readonly fromPhone: boolean;
  /** His phone, and the one called, ring for so long. */
  readonly agentRingMs: number;
  readonly ringMs: number;
}

/** An agent's call before the two are joined: his phone not free yet, rung; the number rung; the notice played; the joining. */
export interface Calling {
  readonly offerId: OfferId;
  readonly agentId: AgentId;
  readonly deviceId: DeviceId;
  readonly phase: 'phone' | 'agent' | 'dialled' | 'notice' | 'joining';
  readonly sinceMs: number;
}

/** How an agent's call ended that did not come to a talk; `calleeGone` hung up before or in the notice, `restart` the service was. */
export type CallOutEnd =
  'agentNoAnswer' | 'agentGone' | 'noAnswer' | 'busy' | 'noSuchNumber' | 'failed' | 'calleeGone' | 'restart';

/** How a sub-centre handed a call over. */
export interface HandOver {
  /** He has heard that the call is recorded. */
  readonly noticeHeard: boolean;
  /** Where his matter is: a place's name or an area code. */
  readonly region?: string;
}

/** What a limit does: `last` he waits behind all others; `told` he hears so first. */
export const limitLevels = ['last', 'told'] as const;
export type LimitLevel = (typeof limitLevels)[number];

/** A limit as a call meets it. */
export interface CallLimit {
  readonly level: LimitLevel;
  readonly untilMs: number;
}

/** 保密: asked for by the citizen (or set beforehand), or a child's call. */
export const sealKinds = ['confidential', 'minor'] as const;
export type SealKind = (typeof sealKinds)[number];

/** Why nobody is shown who called. */
export interface Seal {
  readonly kind: SealKind;
  /** 工号 or account; `number`, `ledger`: set beforehand. */
  readonly by: string;
}

/** The wish to seal a contact. */
export interface SealWish extends Seal {
  /** Only the agent of this contact may; null = whoever asks was let in elsewhere. */
  readonly agentId: AgentId | null;
  /** The citizen wants to hear that it is done. */
  readonly aloud?: boolean;
}

/** Words that the number dialled brings along; without them the flow's and the service's own are said. */
export interface CallWords {
  /** Said where the flow greets. */
  readonly opening?: PromptRef;
  /** Said at the end of a talk. */
  readonly farewell?: PromptRef;
  /** Said twice, before any answer; then the call is released as one to a changed number. */
  readonly announcement?: PromptRef;
  /** The number's calls are led elsewhere first. */
  readonly lead?: LeadWords;
}

/** Where calls are led, what is said on the way there, and what if nobody answers there. */
export interface LeadWords {
  readonly first: PromptRef;
  readonly back: PromptRef;
  readonly target: LeadTarget;
}

export type { LeadTarget } from './lead-target.js';

/** A lead by the flow, which has said what it says and goes on if nobody answers there. */
export interface FlowLead {
  readonly target: LeadTarget;
  readonly cursor: FlowCursor;
  /** Prompts its node says. */
  readonly said: readonly string[];
}

/** A contact on its way to a sub-centre or to another city's 12345, or in talk with it. */
export interface Lead {
  /** By its number's row, or by its flow. */
  readonly words: LeadWords | FlowLead;
  readonly phase: 'told' | 'dialled' | 'joining' | 'talking';
  /** Since when it is told, dialled, or in talk. */
  readonly sinceMs: number;
  readonly recording: 'off' | 'on';
  /** Another city's: the talk that he comes back to if nobody answers there. */
  readonly from?: LeadFrom;
}

/** The talk out of which an agent led the citizen to another city. */
export interface LeadFrom {
  readonly agentId: AgentId;
  readonly cursor: FlowCursor;
  readonly areaCode: string;
  /** Talks so far: tells this lead from earlier ones of the contact. */
  readonly talk: number;
}

/** How a lead ended: `released` they hung up after the talk; `lost` their line died in it; the others never came to a talk. */
export type LeadOutcome = 'released' | 'lost' | 'noAnswer' | 'busy' | 'failed' | 'callerGone';

/** An agent being rung, or picked up and not yet joined. Its id is the leg's channel id and the bridge's id too. */
export interface Offer {
  readonly offerId: OfferId;
  readonly agentId: AgentId;
  readonly deviceId: DeviceId;
  readonly offeredAtMs: number;
  readonly ringMs: number;
  readonly ringing: boolean;
  readonly answeredAtMs: number | null;
  /** The agent is being told the entry's name while the citizen's notice plays. */
  readonly whispering: PlayId | null;
  readonly joining: boolean;
}

/** Citizen and agent joined. */
export interface Talk {
  readonly offerId: OfferId;
  readonly agentId: AgentId;
  readonly deviceId: DeviceId;
  readonly legId: ChannelId;
  readonly bridgeId: BridgeId;
  readonly connectedAtMs: number;
  /** Those who put the citizen on hold and have not taken him back; none = he is in the talk. */
  readonly heldBy: readonly HoldSource[];
  readonly heldSinceMs: number | null;
  readonly recording: 'off' | 'on' | 'paused';
  /** 求助班长: since when; null = he does not ask for help. */
  readonly helpSinceMs: number | null;
  readonly supervision: Supervision | null;
  /** 专家座席咨询; absent = none. */
  readonly consult?: Consult;
  /** 无声处理, from the agent's asking on; absent = he never asked. */
  readonly silent?: SilentState;
}

/** What is known of a caller who is not heard. */
export const silentStates = ['asked', 'hears', 'texting', 'texted', 'notTexted', 'noAnswer'] as const;
export type SilentState = (typeof silentStates)[number];

/** What holds the citizen: the agent's phone by a key of its own, or his page (and whatever speaks its API). */
export type HoldSource = 'phone' | 'page';

/** 监听: hears both; 耳语辅导: speaks to the agent alone besides. */
export const supervisionModes = ['listen', 'whisper'] as const;
export type SupervisionMode = (typeof supervisionModes)[number];

/** A supervisor who hears a talk, or whose phone is being rung for it. One a talk. */
export interface Supervision {
  readonly supervisionId: SupervisionId;
  readonly supervisorId: AgentId;
  readonly deviceId: DeviceId;
  readonly mode: SupervisionMode;
  readonly answered: boolean;
  /** He hears the talk since then; null = not yet. */
  readonly sinceMs: number | null;
  /** Ears made so far: each change of mode and each end of a recording pause makes a new one. */
  readonly ears: number;
}

/** The citizen hears music, not the agent. */
export function isHeld({ heldBy }: Pick<Talk, 'heldBy'>): boolean {
  return heldBy.length > 0;
}

/** Where the contact stands. */
export type Stage =
  | { readonly at: 'flow'; readonly cursor: FlowCursor; readonly next: FlowNext }
  /** Led to a sub-centre, or to another city. */
  | { readonly at: 'led'; readonly lead: Lead }
  /** 外呼: an agent's own call, not joined yet. */
  | { readonly at: 'calling'; readonly call: Calling }
  | { readonly at: 'waiting'; readonly cursor: FlowCursor }
  | { readonly at: 'offered'; readonly cursor: FlowCursor; readonly offer: Offer }
  /** `cursor` null: an agent's own call, which has no flow. */
  | { readonly at: 'talking'; readonly cursor: FlowCursor | null; readonly talk: Talk }
  /** Handed over to an expert. */
  | { readonly at: 'expert'; readonly cursor: FlowCursor; readonly talk: ExpertTalk }
  /** 评价: the talk is over, the citizen is asked. */
  | { readonly at: 'survey'; readonly cursor: FlowCursor; readonly next: FlowNext }
  /** Last words, then hang-up. */
  | {
      readonly at: 'leaving';
      readonly by: EndedBy;
      readonly reason: string;
      readonly hangingUp: boolean;
      /** Said once more after a pause, before the hang-up. */
      readonly again?: SpokenPart;
    }
  | { readonly at: 'ended' };

export type StageName = Stage['at'];

/** Who ended the contact (挂机方: 市民/话务员/系统). */
export type EndedBy = 'citizen' | 'agent' | 'system';

/** A place in line. It is kept through offers that fail and through a talk that is cut off. */
export interface Place {
  readonly request: QueueRequest;
  readonly queuedAtMs: number;
  /** How many were queued at the site before; none in states of before it was counted. */
  readonly turn?: number;
  /** Cut off from an agent by our fault: stands before everybody of his queue. */
  readonly resumed: boolean;
  /** The priority he gives up under a limit, and has back at once if he needs help. */
  readonly fullPriority?: number;
  /** Waited for alone until `untilMs`: the agent he was cut off from, or talked with when he called before. */
  readonly prefer: { readonly agentId: AgentId; readonly untilMs: number } | null;
  readonly told: Told;
  /** Keys that lead him elsewhere; left out = none. */
  readonly keys?: readonly string[];
  /** 溢出: he came here from another queue. */
  readonly overflowed?: Overflowed;
  /** 专席: sent here out of a talk; where he goes if nobody takes him. */
  readonly from?: { readonly seat: SeatKind; readonly agentId: AgentId; readonly request: QueueRequest };
}

/** What the waiting citizen has been told so far. */
export interface Told {
  /** `queue.busy` with 110/119/120 has been said. */
  readonly busy: boolean;
  /** The last place spoken, or null. */
  readonly place: number | null;
  readonly lastAtMs: number | null;
  readonly thankedAtMs: number | null;
  /** The last wait spoken; left out = none in this line. */
  readonly wait?: WaitBand;
}

/** A wait as it is spoken: 三到五分钟. */
export interface WaitBand {
  readonly fromMinutes: number;
  readonly toMinutes: number;
}

/** What the citizen hears, besides an agent. */
export interface Voice {
  readonly playing: { readonly playId: PlayId; readonly part: SpokenPart } | null;
  readonly pending: readonly SpokenPart[];
  readonly music: boolean;
  /** Playbacks so far; makes the next id. */
  readonly plays: number;
}

/** The timers a contact's state can carry. */
export type ContactTimer =
  | 'playOver'
  | 'collect'
  | 'lookUp'
  | 'treatment'
  | 'queueTimeout'
  | 'nobody'
  | 'overflow'
  | 'prefer'
  | 'progress'
  | 'rona'
  | 'joinOver'
  | 'audioEarly'
  | 'audioLate'
  | 'recordingCheck'
  | 'pauseOver'
  | 'holdNotice'
  | 'holdOver'
  | 'supervisorRing'
  | 'consultOver'
  | 'parkOver'
  | 'silentOver'
  | 'talkOver'
  | 'surveyOver'
  | 'voicemailOver'
  | 'centreOver'
  | 'callOver'
  | 'sayAgain'
  | 'leavingOver'
  | 'retire';

/** What the agent noted of the contact (language: `kind.*`, `out.*`). */
export interface Disposition {
  readonly category?: string;
  readonly outcome?: string;
  readonly district?: string;
  readonly matterNumber?: string;
}

/** How a message (留言) ended: by #, at its longest, by the citizen's hang-up, or by a fault of ours. */
export type VoicemailEnd = 'key' | 'longest' | 'hungUp' | 'fault';

/** A contact's live state. Plain data: one JSON value in Redis and in the spool. */
export interface Contact {
  readonly id: ContactId;
  /** Facts so far: the next fact has this as its sequence number. */
  readonly version: number;
  readonly arrival: Arrival;
  readonly stage: Stage;
  readonly voice: Voice;
  readonly place: Place | null;
  /** His place in line counts from here in whatever queue he comes to; left out = from when he comes to it. */
  readonly inLineSince?: Pick<Place, 'queuedAtMs' | 'turn'>;
  /** 溢出 from a queue, on his way to another one or elsewhere. */
  readonly overflowed?: Overflowed;
  /** Leads begun so far, numbering their legs; left out = none, or the one of its number before this was counted. */
  readonly leads?: number;
  /** The recording notice was heard to its end; without it nothing is recorded. */
  readonly noticeHeard: boolean;
  /** Talks so far, numbering the recordings. */
  readonly talks: number;
  /** Consults so far, numbering their recordings; left out = none. */
  readonly consults?: number;
  /** Whether the last recording began and has not failed; absent = none did. */
  readonly recorded?: boolean;
  readonly lastAgentId: AgentId | null;
  /** 文明提醒: given so far, and when last. */
  readonly warnings?: { readonly count: number; readonly lastAtMs: number };
  /** Under a limit he asked for help: it does not count for this call. */
  readonly needsHelp?: true;
  /** What the limit means was said to its end. */
  readonly limitTold?: true;
  /** 保密: who called is shown to nobody, and `arrival` tells it no more. */
  readonly sealed?: SealKind;
  /** What he wishes for his next calls since this one; null = nothing any more. */
  readonly wish?: string | null;
  /** The city he picked by key where several share an area code; left out = none so far. */
  readonly regionPicked?: string;
  /** The query code of his case, to be told at the end of the talk; a secret that no image of the journal has. */
  readonly queryCode?: { readonly code: string; readonly said: boolean };
  readonly disposition: Disposition;
  /** 事件提示 he was told; absent = none so far. */
  readonly events?: EventsTold;
  /** 留言: how many he has begun, and the one that runs. */
  readonly voicemail?: {
    readonly count: number;
    readonly running: boolean;
    /** Null until the recording runs. */
    readonly file: string | null;
    readonly sinceMs: number | null;
  };
  /** 评价 was offered, or the contact is exempt from it; left out = neither so far. Once a call. */
  readonly survey?: 'offered' | 'exempt';
  readonly deadlines: Deadlines<ContactTimer>;
}

/** Stands in line and may be offered to an agent. */
export function isWaiting(contact: Contact): contact is Contact & { readonly place: Place } {
  return contact.stage.at === 'waiting' && contact.place !== null;
}

/** The site's times and switches for contacts. */
export interface ContactPolicy {
  /** An agent's phone rings this long; 8 s. */
  readonly ringMs: number;
  /** No 1xx from the phone within this = unreachable; 2 s. */
  readonly progressMs: number;
  /** A prompt that reports no end by now is taken as ended; longer than any prompt. */
  readonly playMs: number;
  /** A case that is not found within this is told of by a person; ASSUMED 4 s. */
  readonly lookUpMs: number;
  /** Deadline of joining citizen and agent. */
  readonly joinMs: number;
  /** The cut-off agent is preferred this long; 10 s. */
  readonly resumePreferMs: number;
  /** A recording pause ends by itself after this; 120 s. */
  readonly recordingPauseMs: number;
  /** A citizen on hold for longer is told of to agent and supervisors; ASSUMED 2 min. */
  readonly holdNoticeMs: number;
  /** A hold by page ends by itself after this; ASSUMED 10 min. */
  readonly holdLimitMs: number;
  /** A sub-centre, or another city, is rung this long; ASSUMED 20 s. */
  readonly centreRingMs: number;
  /** As the call's absolute time-out; 4 h. */
  readonly talkMs: number;
  /** Last words may take this long. */
  readonly leavingMs: number;
  /** An ended contact that was talked to stays open for its disposition this long. */
  readonly retireMs: number;
  readonly record: boolean;
  /** `agent.number` is spoken at the joining. */
  readonly announceAgent: boolean;
  readonly consult: ConsultPolicy;
  /** Who hangs up so soon after an event prompt has heard what he wanted to know; ASSUMED 10 s. */
  readonly eventHangUpMs: number;
  readonly survey: SurveyPolicy;
}
