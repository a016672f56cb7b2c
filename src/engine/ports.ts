// Every door of the engine: what it needs from the world, as interfaces. Adapters and the simulator implement them.
import type { Agent, AgentFact } from '../contact/agent.js';
import type { CaseQuery, CaseStanding } from '../contact/case-answer.js';
import type { Contact, SealKind, SupervisionMode } from '../contact/contact.js';
import type { DialNumber } from '../contact/dial-out.js';
import type { ContactFact } from '../contact/contact-signals.js';
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
} from '../contact/ids.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import type { SealedLaterFact } from '../metrics/contact-record.js';
import type { ReachedFact } from '../metrics/reached.js';
import type { ToldByCentre } from '../numbers/handed-over.js';
import type { Site } from '../site/site.js';
import type { CallerWishFact } from './caller-wish.js';
import type { MessageFact, MessageRefusal } from './messages.js';
import type { PacketFact } from './packets.js';
import type { NoteFact } from './shift-notes.js';

/** The only source of instants in the engine. */
export interface Clock {
  /** Epoch ms, whole numbers. */
  nowMs(): number;
}

/** The only way to be woken. */
export interface Timers {
  /** Calls `wake` once, not before `atMs`; the result cancels it. */
  at(atMs: number, wake: () => void): () => void;
}

/** New ids, never twice. UUIDv7, or seeded in the simulator. */
export interface Ids {
  next(): string;
}

/** What one stream adds in one step. Sequence numbers are `seq`, `seq + 1`, … one per fact. */
export interface JournalEntry {
  readonly stream: 'contact' | 'agent' | 'site';
  readonly id: string;
  readonly seq: number;
  readonly atMs: number;
  readonly node: NodeId;
  readonly epoch: number;
  readonly facts: readonly (ContactFact | CallMissedFact | AgentFact | SiteFact)[];
  /** The stream's state after these facts: what a restart goes on from. Not carried to the database. */
  readonly image: Contact | Agent | null;
}

/** What is journaled of the site as a whole; stream id = the site's name. */
export type SiteFact =
  | { readonly type: 'ServiceStarted'; readonly version: string; readonly siteVersion: string }
  | { readonly type: 'ServiceStopped' }
  /** No data was taken between these instants: figures show it as a gap. */
  | { readonly type: 'DataGap'; readonly fromMs: number; readonly toMs: number; readonly part: GapPart }
  | { readonly type: 'PartLost'; readonly part: GapPart; readonly reason: string }
  | { readonly type: 'PartBack'; readonly part: GapPart; readonly awayMs: number }
  | { readonly type: 'AlarmRaised'; readonly alarm: AlarmName; readonly about: string }
  | { readonly type: 'AlarmCleared'; readonly alarm: AlarmName; readonly about: string }
  | { readonly type: 'SiteReloaded'; readonly siteVersion: string }
  | ReachedFact
  | SealedLaterFact
  | NoteFact
  | MessageFact
  | PacketFact
  | CallerWishFact
  /** Somebody did or saw what he must answer for. `about`: a 工号, a contact, an account; never a number. */
  | {
      readonly type: 'Audited';
      readonly by: string;
      readonly role: string;
      readonly act: string;
      readonly about: string;
      readonly details: Readonly<Record<string, string | number | boolean | null>>;
    };

/**
 * The only fact of a call the service never saw, read from Asterisk's own records. It is journaled in the contact stream
 * that the call's key names, as fact 0, at the instant the call ended: read twice, it is one fact all the same.
 */
export interface CallMissedFact {
  readonly type: 'CallMissedByService';
  readonly node: NodeId;
  readonly sipCallId: string;
  readonly trunkId: string;
  readonly dnis: string;
  readonly redirectedFrom: string;
  readonly callerKey: CallerKey;
  readonly callerMasked: string;
  readonly entryId: string;
  readonly kpiLine: string;
  readonly tag: string;
  readonly siteVersion: string;
  /** As in `Arrival`; none in facts of before this was kept. */
  readonly numberPattern?: string;
  readonly numberState?: string;
  /** Its caller was set confidential beforehand. */
  readonly sealed?: SealKind;
  readonly arrivedAtMs: number;
  readonly endedAtMs: number;
  /** `away`: the service took nothing then (系统未受理); `full`: no line was free (线路满). */
  readonly reason: 'away' | 'full';
}

export type GapPart = 'service' | 'asterisk' | 'redis' | 'database' | 'spool';
export type AlarmName =
  | 'nodeSick'
  | 'newContactAddress'
  | 'phoneMisconfigured'
  | 'recordingFailed'
  | 'recordingDiskLow'
  | 'spoolDiskFull'
  | 'databaseAway'
  | 'promptMissing'
  | 'calendarMissing'
  | 'numberEnding'
  | 'rosterGap'
  | 'eventLoopSlow'
  | 'heldTooLong'
  | 'messagesFailing'
  | 'packetsFailing'
  | 'publishUnreviewed';

/** The journal's near end. `append` returns when the entry will survive a kill of the process; it never throws. */
export interface Journal {
  append(entry: JournalEntry): void;
}

/** What the live store holds, as read at a start or a write-back. */
export interface LiveImage {
  readonly contacts: readonly Contact[];
  readonly agents: readonly Agent[];
}

/** One pair to reserve: still true only if both versions are. */
export interface OfferCommit {
  readonly offerId: OfferId;
  readonly contactId: ContactId;
  readonly contactVersion: number;
  readonly agentId: AgentId;
  readonly agentVersion: number;
  /** The reservation lapses by itself after this. */
  readonly leaseMs: number;
}

/** An expert to be reserved for a consult. */
export interface ExpertReservation {
  /** Who holds it. */
  readonly legId: ChannelId;
  readonly expertId: string;
  /** Where he is signed in as an agent besides. */
  readonly agentId: AgentId | null;
  /** It lapses by itself after this. */
  readonly leaseMs: number;
}

/** Why a pair was not reserved; `StoreAway` = Redis did not answer. */
export type CommitResult =
  | 'committed'
  | 'contactGone'
  | 'contactChanged'
  | 'contactReserved'
  | 'agentGone'
  | 'agentChanged'
  | 'agentReserved'
  | 'oldEpoch'
  | 'storeAway';

/**
 * The live state's holder (Redis). Commands are refused at once while it is away, never queued: the engine keeps its own
 * working copy and writes everything back when the store returns.
 */
export interface LiveStore {
  /** Takes the next epoch: from now on every write of an older engine is refused. */
  takeEpoch(): Promise<number>;
  load(): Promise<LiveImage>;
  /** Fire and forget in order; a failure marks the store as lost. `offerable` = listed for matching. */
  saveContact(contact: Contact, waiting: boolean): void;
  saveAgent(agent: Agent, offerable: boolean): void;
  forgetContact(id: ContactId): void;
  /** Reserves each pair that is still true, in order; all or nothing per pair. */
  commitOffers(commits: readonly OfferCommit[]): Promise<readonly CommitResult[]>;
  releaseOffer(offerId: OfferId, agentId: AgentId): void;
  /** Reserves an expert, and the agent he is, if nobody has either; false = somebody has, or the store is away. */
  reserveExpert(reservation: ExpertReservation): Promise<boolean>;
  releaseExpert(reservation: Omit<ExpertReservation, 'leaseMs'>): void;
  /**
   * Replaces the whole image, raising the epoch: at a take-over, and after Redis came back new or behind. What is saved meanwhile is
   * in it. Reservations that neither the image nor an answer to this client bears out are let go.
   */
  writeBack(image: LiveImage): Promise<number>;
  /** True while commands are answered. */
  isUp(): boolean;
  onChange(listener: (change: StoreChange) => void): void;
}

/** `back.behind`: Redis is another run or holds older versions than were written: write back before matching. */
export type StoreChange =
  { readonly type: 'lost'; readonly reason: string } | { readonly type: 'back'; readonly behind: boolean };

/** Raw numbers, kept apart from everything else. */
export interface CallerNumbers {
  /** Key and masked form of a number as the carrier sent it; remembers the raw number for `numberOf`. */
  remember(ani: string, shown: boolean): { readonly callerKey: CallerKey; readonly callerMasked: string };
  /** One call of this caller is over and done with. */
  forget(callerKey: CallerKey): void;
  /** A call of this caller is sealed: his number stays at hand only until the table has it. */
  hide(callerKey: CallerKey): void;
  /** The raw number of a live contact, for a role that may see it; `undefined` when not kept. */
  numberOf(callerKey: CallerKey): string | undefined;
}

/** A channel as the telephony node reports it. */
export interface SeenChannel {
  readonly channelId: ChannelId;
  readonly offerId: OfferId | null;
  readonly up: boolean;
  readonly bridgeId: BridgeId | null;
  /** The device whose phone this is, or null for a trunk. */
  readonly deviceId: DeviceId | null;
  /** A supervisor's leg or the ear at an agent's. */
  readonly supervises: boolean;
  /** Present while a channel that nobody claimed waits in our application. */
  readonly arrival: ArrivalSeen | null;
}

/** A call that came in, raw as the dialplan handed it over. */
export interface ArrivalSeen {
  readonly channelId: ChannelId;
  readonly trunkId: string;
  readonly dnis: string;
  readonly redirectedFrom: string;
  readonly toUser: string;
  readonly ani: string;
  readonly aniShown: boolean;
  readonly sipCallId: string;
  /** What its X-Yihao-* headers tell, whoever sent them; left out = nothing. */
  readonly told?: ToldByCentre;
  readonly arrivedAtMs: number;
}

/** A call that Asterisk answered by itself, raw as its records tell. */
export interface MissedCallSeen extends Omit<ArrivalSeen, 'toUser' | 'told'> {
  readonly endedAtMs: number;
  readonly reason: CallMissedFact['reason'];
}

/** What the node has now. */
export interface NodeSnapshot {
  readonly node: NodeId;
  /** Changes with every start of Asterisk. */
  readonly bootId: string;
  readonly channels: readonly SeenChannel[];
  readonly bridges: readonly { readonly bridgeId: BridgeId; readonly channelIds: readonly ChannelId[] }[];
  readonly reachableDevices: readonly DeviceId[];
}

/** What telephony tells, already in our words. */
export type TelephonyEvent =
  | { readonly type: 'arrived'; readonly arrival: ArrivalSeen }
  | {
      readonly type: 'featureDialled';
      readonly channelId: ChannelId;
      readonly deviceId: DeviceId;
      readonly code: string;
    }
  | {
      readonly type: 'playEnded';
      readonly channelId: ChannelId;
      readonly playId: PlayId;
      readonly ok: boolean;
    }
  | { readonly type: 'digit'; readonly channelId: ChannelId; readonly digit: string }
  | { readonly type: 'ringing'; readonly channelId: ChannelId }
  | { readonly type: 'answered'; readonly channelId: ChannelId }
  | { readonly type: 'held'; readonly channelId: ChannelId; readonly held: boolean }
  | {
      readonly type: 'gone';
      readonly channelId: ChannelId;
      readonly causeCode: number;
      readonly phoneLost: boolean;
    }
  | { readonly type: 'phone'; readonly deviceId: DeviceId; readonly reachable: boolean }
  /** A channel of a device that we did not make: the agent's own call. */
  | {
      readonly type: 'ownCall';
      readonly deviceId: DeviceId;
      readonly channelId: ChannelId;
      readonly up: boolean;
    }
  | { readonly type: 'newContactAddress'; readonly deviceId: DeviceId }
  /** The event stream is (again) whole from here on; `snapshot` is what there was at that moment. */
  | { readonly type: 'connected'; readonly snapshot: NodeSnapshot }
  | { readonly type: 'disconnected' }
  | { readonly type: 'sick' }
  | { readonly type: 'well' }
  /** Another service took the application over: stop acting. */
  | { readonly type: 'replaced' };

/** A trunk to the carrier. */
export interface TrunkSeen {
  readonly trunkId: string;
  readonly linesInUse: number;
  /** How many may be in use at one time; null = not known yet. */
  readonly lines: number | null;
  /** `none`: known by its address, registers nowhere. */
  readonly registration: 'none' | 'registered' | 'failed';
}

/** How a phone is rung. */
export interface RingOrder {
  readonly contactId: ContactId;
  readonly offerId: OfferId;
  readonly deviceId: DeviceId;
  readonly ringMs: number;
  /** Shown on the phone, e.g. 「价格举报|0311」. */
  readonly displayName: string;
  /** The citizen's number, masked where the role may not see it. */
  readonly displayNumber: string;
  readonly autoAnswer: boolean;
}

/** How a sub-centre, or another city, is dialled. The leg's channel id is the offer's. */
export interface LeadOrder {
  readonly contactId: ContactId;
  readonly offerId: OfferId;
  readonly trunkId: string;
  readonly number: DialNumber;
  readonly ringMs: number;
  /** Shown as the caller: the citizen's number where it may be, else our own. */
  readonly callerNumber: string;
  /** Told besides: his number where it may be shown, else its masked form; '' = withheld, or confidential. */
  readonly caller: string;
  /** Prompts he has heard. */
  readonly heard: readonly string[];
  /** The number the citizen dialled, as the ledger names it. */
  readonly entryId: string;
  /** Where his matter is: a place's name or an area code. */
  readonly region: string;
}

/** How the number is rung that an agent calls. */
export interface DialOrder {
  readonly contactId: ContactId;
  /** Minted by us. */
  readonly channelId: ChannelId;
  readonly trunkId: string;
  readonly number: DialNumber;
  readonly ringMs: number;
  /** The number shown there. */
  readonly callerNumber: string;
}

/** How a supervisor's phone is rung; the leg's channel id is the supervision's. */
export interface SupervisorRing extends Omit<RingOrder, 'contactId' | 'offerId'> {
  readonly supervisionId: SupervisionId;
}

/** How an expert's phone is rung, at his desk or outside over a trunk; the leg's channel id is the offer's. */
export interface ExpertRing extends Omit<RingOrder, 'deviceId'> {
  readonly to: { readonly deviceId: DeviceId } | { readonly trunkId: string; readonly number: DialNumber };
}

/** What a supervisor is to hear: an agent's leg, by an ear of this id. */
export interface ListenOrder {
  readonly supervisionId: SupervisionId;
  readonly earId: ChannelId;
  readonly legId: ChannelId;
  readonly mode: SupervisionMode;
}

/** A prompt in the middle of a talk. */
export interface Announcement {
  readonly bridgeId: BridgeId;
  readonly citizen: ChannelId;
  readonly leg: ChannelId;
  readonly playId: PlayId;
  /** One after another. */
  readonly prompts: readonly PromptRef[];
}

/**
 * Channels and bridges on one node. Every promise settles within its deadline: fulfilled, or rejected with an AppError
 * (ARI_REFUSED with status 404 = the channel is gone). Every verb may be repeated.
 */
export interface Telephony {
  onEvent(listener: (event: TelephonyEvent) => void): void;
  answer(channelId: ChannelId): Promise<void>;
  /** Plays and reports `playEnded`, also for a prompt that has no audio (`ok: false`). */
  play(channelId: ChannelId, playId: PlayId, prompt: PromptRef): Promise<void>;
  stopPlay(playId: PlayId): Promise<void>;
  music(channelId: ChannelId, on: boolean): Promise<void>;
  /** Rings a phone. The leg's channel id is the offer's id. Rejects at once where the phone cannot be dialled. */
  ring(order: RingOrder): Promise<void>;
  /** Dials a sub-centre over its trunk. Rejects at once where it cannot be dialled. */
  lead(order: LeadOrder): Promise<void>;
  /** Rings the number that an agent calls. Rejects at once where it cannot be dialled. */
  dial(order: DialOrder): Promise<void>;
  /** Lets an agent hear that it rings where he calls. */
  ringBack(legId: ChannelId, on: boolean): Promise<void>;
  /** Makes the bridge if need be and brings both in. The leg's keys come to us alone, the citizen's too unless they pass. */
  join(bridgeId: BridgeId, citizen: ChannelId, leg: ChannelId, keysPass: boolean): Promise<void>;
  /** Says this to both sides of a talk; cut short when they part or one is put on hold. */
  announce(announcement: Announcement): Promise<void>;
  /** Shows this on the phone of a talk under way, instead of what it shows. */
  showCaller(legId: ChannelId, name: string, number: string): Promise<void>;
  /** Takes the citizen out to music, or brings him back. */
  hold(bridgeId: BridgeId, citizen: ChannelId, on: boolean): Promise<void>;
  ringExpert(ring: ExpertRing): Promise<void>;
  /** Takes the citizen out of a talk's bridge, which stays. */
  takeOut(bridgeId: BridgeId, citizen: ChannelId): Promise<void>;
  /** Makes the bridge if need be and brings all in, out of whatever they are in. The legs' keys are feature codes. */
  gather(bridgeId: BridgeId, citizens: readonly ChannelId[], legs: readonly ChannelId[]): Promise<void>;
  ringSupervisor(ring: SupervisorRing): Promise<void>;
  /** From now on the supervisor hears both sides; by whisper the agent hears him, the citizen never. */
  listen(order: ListenOrder): Promise<void>;
  /** Takes an ear away. */
  unlisten(earId: ChannelId): Promise<void>;
  /** Hangs up the supervisor's leg and clears away what it heard by. */
  endSupervision(supervisionId: SupervisionId, earId: ChannelId | null): Promise<void>;
  /** Ends the bridge of a talk. Once this settles the citizen is out of it, and what is played to him is heard. */
  part(bridgeId: BridgeId, citizen: ChannelId): Promise<void>;
  /** Clears away a bridge that belongs to nobody. */
  dropBridge(bridgeId: BridgeId): Promise<void>;
  hangUp(channelId: ChannelId, causeCode: number): Promise<void>;
  /** Starts recording a channel into this file below the recordings' folder. */
  record(channelId: ChannelId, file: string): Promise<void>;
  /** True when the file exists and has grown since the last look. */
  recordingGrows(file: string): Promise<boolean>;
  muteRecording(channelId: ChannelId, on: boolean): Promise<void>;
  stopRecording(channelId: ChannelId): Promise<void>;
  /** Sends digits to this channel's far end: those of an agent that are no feature code. */
  sendDigits(channelId: ChannelId, digits: string): Promise<void>;
  /** Sends this channel's own audio back to it: the headset test. */
  echo(channelId: ChannelId): Promise<void>;
  /** RTP packets received from this channel's far end so far. */
  packetsReceived(channelId: ChannelId): Promise<number>;
  snapshot(): Promise<NodeSnapshot>;
  /** The trunks as last looked at. */
  trunks(): readonly TrunkSeen[];
}

/** Where a prompt's audio lies. */
export interface PromptMedia {
  /** Sound names Asterisk can play and their whole length, or undefined where there is no audio. */
  resolve(prompt: PromptRef): { readonly media: readonly string[]; readonly durationMs: number } | undefined;
}

/** Structured log without raw numbers. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** The configuration in force, and the older ones that contacts under way began with. */
export interface Sites {
  current(): Site;
  /** The version asked for, or the current one where it is no longer known. */
  ofVersion(version: string): Site;
}

/** What a caller may ask of a case by himself. */
export interface CaseStatus {
  /**
   * Null where number and code do not belong together, whatever is wrong, and where a case has been guessed at too often.
   * It is not waited for longer than the site's `lookUp`. Rejects where nothing can be looked up.
   */
  find(query: CaseQuery): Promise<CaseStanding | null>;
}

/** A short message to a caller. */
export interface MessageOrder {
  /** The same order twice under one id is one message. */
  readonly id: string;
  readonly templateId: string;
  readonly slots: Readonly<Record<string, string>>;
  readonly callerKey: CallerKey;
  readonly contactId?: ContactId;
  /** 工号 or account; `service` by itself. */
  readonly by?: string;
}

/**
 * Short messages. An order that is taken survives a kill of the process and is sent when the gateway takes it; it is not
 * waited for. A refusal is final; with `notMobile` the same may be said by voice.
 */
export interface Messages {
  send(
    order: MessageOrder,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly code: MessageRefusal }>;
}
