// What reaches a contact's mailbox, what is journaled of it, and what it asks of the outside.
import type { AgentSignal } from './agent.js';
import type { CaseAnswer, CaseQuery } from './case-answer.js';
import type { ConsultOutcome, ExpertCall, ExpertOutcome, ExpertWish } from './consult.js';
import type {
  Arrival,
  ContactTimer,
  Disposition,
  EndedBy,
  HoldSource,
  Seal,
  SealWish,
  CallOutEnd,
  LeadOutcome,
  LeadTarget,
  StageName,
  Supervision,
  SupervisionMode,
  VoicemailEnd,
  WaitBand,
} from './contact.js';
import type { QueueExit, SpokenPart } from './flow-turn.js';
import type { HandOverMode, HandOverTarget } from './hand-over-target.js';
import type {
  AgentId,
  BridgeId,
  ChannelId,
  ConsultId,
  DeviceId,
  OfferId,
  PlayId,
  QueueId,
  SupervisionId,
} from './ids.js';
import type { MatchDecision, OfferOutcome } from './offer.js';
import type { OverflowCause, Overflowed } from './overflow.js';
import type { PromptRef } from './prompt-ref.js';
import type { SeatKind } from './seat.js';
import type { SurveyGrade, SurveyReason } from './survey.js';

/** What reaches a contact's mailbox. Offers are named by id: a late word about an old one changes nothing. */
export type ContactSignal =
  | { readonly type: 'Arrived' }
  | { readonly type: 'PlayEnded'; readonly playId: PlayId; readonly ok: boolean }
  | { readonly type: 'Digit'; readonly digit: string }
  | { readonly type: 'TimerFired'; readonly timer: ContactTimer }
  | { readonly type: 'CaseLookedUp'; readonly lookUpId: string; readonly answer: CaseAnswer }
  | {
      readonly type: 'OfferMade';
      readonly offerId: OfferId;
      readonly agentId: AgentId;
      readonly deviceId: DeviceId;
      readonly decision: MatchDecision;
    }
  /** An event prompt went live: who waits is told of it as soon as his line is quiet. */
  | { readonly type: 'EventWentLive' }
  | { readonly type: 'LegRinging'; readonly offerId: OfferId }
  | { readonly type: 'LegAnswered'; readonly offerId: OfferId }
  /**
   * The leg is gone, in whatever stage. `causeCode`: Q.850 as Asterisk reports it, 0 when the phone could not even be
   * dialled. `phoneLost`: no BYE came, the media or the socket died.
   */
  | {
      readonly type: 'LegGone';
      readonly offerId: OfferId;
      readonly causeCode: number;
      readonly phoneLost: boolean;
    }
  | { readonly type: 'Joined'; readonly offerId: OfferId }
  | { readonly type: 'JoinFailed'; readonly offerId: OfferId }
  | { readonly type: 'LegHeld'; readonly offerId: OfferId; readonly held: boolean }
  | { readonly type: 'CallerGone'; readonly causeCode: number; readonly inGap: boolean }
  /** 外呼: the phone that the call was ordered by is free. */
  | { readonly type: 'PhoneFree' }
  /** 外呼: whom the agent calls has picked up. */
  | { readonly type: 'CalleeAnswered' }
  /** 转评价: the agent releases the contact by page; the citizen is asked, or hears the goodbye. */
  | { readonly type: 'AgentReleased'; readonly agentId: AgentId }
  | { readonly type: 'PauseRecording'; readonly agentId: AgentId; readonly paused: boolean }
  | { readonly type: 'HoldContact'; readonly agentId: AgentId; readonly on: boolean }
  /** 求助班长, and taking it back. */
  | { readonly type: 'CallHelp'; readonly agentId: AgentId; readonly on: boolean }
  /** 无声处理: the caller is not heard. */
  | { readonly type: 'AskSilentCaller'; readonly agentId: AgentId }
  | { readonly type: 'CallerTexted'; readonly sent: boolean }
  /** The query code of the case made in this talk: told at its end, for no message reaches him. */
  | { readonly type: 'TellCode'; readonly code: string }
  /** What the citizen wishes for his next calls, as he told the agent; null = nothing any more. */
  | { readonly type: 'SetWish'; readonly agentId: AgentId; readonly wish: string | null }
  /** 转专席: the citizen needs a seat of its own, e.g. that of minors. */
  | { readonly type: 'SeekSeat'; readonly agentId: AgentId; readonly seat: SeatKind }
  /** 转外地12345: his matter is another city's; only those of the site's table are reached. */
  | { readonly type: 'SeekCity'; readonly agentId: AgentId; readonly areaCode: string }
  /** 专家座席咨询: the agent asks for an expert; somebody who could be is on duty. */
  | {
      readonly type: 'SeekExpert';
      readonly consultId: ConsultId;
      readonly agentId: AgentId;
      readonly wish: ExpertWish;
      readonly note: string;
      /** Of a wish for a target: what it is. */
      readonly target?: HandOverTarget;
    }
  /** The target has what is known of the matter. */
  | { readonly type: 'PacketTaken'; readonly consultId: ConsultId }
  /** Reserved for this consult, to be rung now: one, or several at once. */
  | {
      readonly type: 'ExpertsReserved';
      readonly consultId: ConsultId;
      readonly experts: readonly Pick<ExpertCall, 'legId' | 'expertId' | 'departmentId' | 'line'>[];
    }
  /** Nobody is free. `mayCome`: somebody may become so. `expectedMs`: how long until then; null = not known. */
  | {
      readonly type: 'ExpertsBusy';
      readonly consultId: ConsultId;
      readonly mayCome: boolean;
      readonly expectedMs: number | null;
    }
  /** An expert may be free now for a consult that waits for one. */
  | { readonly type: 'ExpertMayBeFree'; readonly consultId: ConsultId }
  | { readonly type: 'ExpertAnswered'; readonly legId: ChannelId }
  | { readonly type: 'ExpertPressed'; readonly legId: ChannelId; readonly digit: string }
  | { readonly type: 'ExpertPlayEnded'; readonly legId: ChannelId; readonly playId: PlayId }
  | {
      readonly type: 'ExpertGone';
      readonly legId: ChannelId;
      readonly causeCode: number;
      readonly phoneLost: boolean;
    }
  /** All of these legs are in the bridge that was asked for; `ok` false = they could not be brought there. */
  | {
      readonly type: 'Gathered';
      readonly bridgeId: BridgeId;
      readonly legIds: readonly ChannelId[];
      readonly ok: boolean;
    }
  /** `consult`: the how manyeth of this contact. */
  | { readonly type: 'ConsultRecordingStarted'; readonly consult: number; readonly file: string }
  /** 三方通话. */
  | { readonly type: 'ConferConsult'; readonly agentId: AgentId }
  /** The citizen is the expert's from now on. */
  | { readonly type: 'HandOver'; readonly agentId: AgentId }
  /** Back to the citizen; a consult that has not come to a talk is given up. */
  | { readonly type: 'EndConsult'; readonly agentId: AgentId }
  /** A supervisor wants to hear this talk; whether he can is the engine's to know. */
  | {
      readonly type: 'Supervise';
      readonly supervisionId: SupervisionId;
      readonly supervisorId: AgentId;
      readonly deviceId: DeviceId;
      readonly mode: SupervisionMode;
    }
  | { readonly type: 'ChangeSupervision'; readonly supervisorId: AgentId; readonly mode: SupervisionMode }
  | { readonly type: 'SupervisorAnswered'; readonly supervisionId: SupervisionId }
  /** He hears the talk. */
  | { readonly type: 'SupervisorHears'; readonly supervisionId: SupervisionId }
  | {
      readonly type: 'SupervisionOver';
      readonly supervisionId: SupervisionId;
      readonly reason: Exclude<SupervisionEnd, 'talk' | 'restart'>;
    }
  | { readonly type: 'SetDisposition'; readonly agentId: AgentId; readonly disposition: Disposition }
  /** 不予受理: the citizen hears where his matter goes, and comes back to the agent. */
  | {
      readonly type: 'GiveRoute';
      readonly agentId: AgentId;
      readonly kind: string;
      /** Where it is another city's matter. */
      readonly areaCode: string | null;
      readonly say: readonly PromptRef[];
      /** It must not be recorded. */
      readonly unrecorded: boolean;
    }
  /** 文明提醒: the machine says it, so that the agent is not accused of it; the third time the call ends. */
  | { readonly type: 'Warn'; readonly agentId: AgentId }
  /** 设为保密. */
  | ({ readonly type: 'Seal' } & SealWish)
  | { readonly type: 'RecordingStarted'; readonly file: string }
  | { readonly type: 'RecordingFailed'; readonly reason: string }
  /** `count` as `takeVoicemail` had it: word of an earlier one changes nothing. */
  | { readonly type: 'VoicemailStarted'; readonly count: number; readonly file: string }
  | { readonly type: 'VoicemailFailed'; readonly count: number; readonly reason: string }
  | { readonly type: 'AudioChecked'; readonly citizenHeard: boolean; readonly agentHeard: boolean }
  /** After a restart or a reconnect: what Asterisk really has of this contact. */
  | {
      readonly type: 'Resynced';
      readonly citizenUp: boolean;
      /** The leg of the present offer or talk. */
      readonly leg: 'gone' | 'ringing' | 'up';
      /** Citizen and leg are in one bridge. */
      readonly joined: boolean;
      /** A supervisor is still in the talk; else his supervision ends, for nobody listens unseen. */
      readonly supervised?: true;
      /** The expert's leg, where one has taken a consult. */
      readonly expert?: 'gone' | 'up';
      /** Asterisk itself is another run than the one that held the call. */
      readonly nodeRestarted: boolean;
    };

/** Why a supervision ended: he hung up or asked for it, the talk ended, Asterisk could not, or the service came back anew. */
export type SupervisionEnd = 'supervisor' | 'talk' | 'failed' | 'restart';

/** Whom an agent asked for, as it is journaled: one of them. */
export interface ExpertWishTold {
  readonly departmentId?: string;
  readonly skill?: string;
  readonly expertId?: string;
  readonly targetId?: string;
  /** Of a target: how it is to be taken. */
  readonly mode?: HandOverMode;
  /** Of a target: what is known of the matter is owed to it. */
  readonly packet?: boolean;
}

/** An expert in the journal. */
export interface ExpertTold {
  readonly consultId: ConsultId;
  readonly expertId: string;
  readonly departmentId: string;
  /** The emergency line or utility whose number it is. */
  readonly targetId?: string;
}

/** What is journaled of a contact, in the field's words. */
export type ContactFact =
  | ({ readonly type: 'ContactArrived' } & Arrival)
  | { readonly type: 'FlowStepped'; readonly nodeId: string; readonly digit?: string }
  /** What a caller who asked by himself was told; never which case. */
  | { readonly type: 'CaseLookedUp'; readonly result: CaseAnswer['state'] }
  | {
      readonly type: 'ContactQueued';
      readonly queueId: QueueId;
      readonly requires: readonly string[];
      readonly also?: readonly string[];
      readonly priority: number;
      /** How long it was expected to wait for a person from here; left out = not known, or somebody was free. */
      readonly expected?: { readonly lowMs: number; readonly highMs: number };
      /** 溢出: the queue it came from, and why. */
      readonly overflowed?: Overflowed;
    }
  /** 外呼: the number is rung; it was answered; it did not come to a talk. */
  | { readonly type: 'CalleeDialled' }
  | { readonly type: 'CalleeAnswered'; readonly rangMs: number }
  | {
      readonly type: 'CallOutEnded';
      readonly agentId: AgentId;
      readonly outcome: CallOutEnd;
      readonly causeCode: number;
      readonly rangMs: number;
    }
  | { readonly type: 'CentreDialled'; readonly trunkId: string; readonly number: string }
  /** Citizen and sub-centre hear one another. */
  | { readonly type: 'CentreConnected'; readonly waitedMs: number }
  | {
      readonly type: 'CentreLeft';
      readonly outcome: LeadOutcome;
      readonly causeCode: number;
      readonly talkMs: number;
    }
  /** An agent leads the citizen to another city's 12345. */
  | { readonly type: 'CitySought'; readonly agentId: AgentId; readonly areaCode: string }
  | {
      readonly type: 'CityDialled';
      readonly areaCode: string;
      readonly trunkId: string;
      readonly number: string;
    }
  /** Citizen and the other city hear one another. */
  | { readonly type: 'CityConnected'; readonly areaCode: string; readonly rangMs: number }
  | {
      readonly type: 'CityLeft';
      readonly areaCode: string;
      readonly outcome: LeadOutcome;
      readonly causeCode: number;
      readonly talkMs: number;
    }
  | { readonly type: 'PlaceTold'; readonly place: number }
  /** The expected wait was spoken, counted from here. */
  | ({ readonly type: 'WaitTold' } & WaitBand)
  | { readonly type: 'NoticeHeard' }
  /** 事件提示 began to be told. */
  | { readonly type: 'EventTold'; readonly eventId: string }
  | { readonly type: 'PromptFailed'; readonly promptId: string }
  | {
      readonly type: 'OfferMade';
      readonly offerId: OfferId;
      readonly agentId: AgentId;
      readonly deviceId: DeviceId;
      readonly decision: MatchDecision;
    }
  | {
      readonly type: 'OfferAnswered';
      readonly offerId: OfferId;
      readonly agentId: AgentId;
      readonly rangMs: number;
    }
  | {
      readonly type: 'OfferEnded';
      readonly offerId: OfferId;
      readonly agentId: AgentId;
      readonly outcome: OfferOutcome;
      readonly causeCode: number;
      readonly rangMs: number;
    }
  | {
      readonly type: 'AgentConnected';
      readonly agentId: AgentId;
      readonly offerId: OfferId;
      /** From arrival, menu and greeting included. */
      readonly waitedMs: number;
      readonly queuedMs: number;
    }
  | { readonly type: 'ContactHeld'; readonly held: boolean; readonly by: HoldSource | 'system' }
  /** On hold for longer than a citizen should be. */
  | { readonly type: 'HoldOverdue'; readonly agentId: AgentId; readonly heldMs: number }
  | { readonly type: 'HelpAsked'; readonly agentId: AgentId }
  | {
      readonly type: 'HelpOver';
      readonly agentId: AgentId;
      readonly by: 'agent' | 'supervisor';
      readonly lastedMs: number;
    }
  | { readonly type: 'SilentCallerAsked'; readonly agentId: AgentId }
  | { readonly type: 'SilentCallerAnswered'; readonly answer: 'hears' | 'cannotSpeak' | 'none' }
  | { readonly type: 'SilentCallerTexted'; readonly sent: boolean }
  /** `by`: 工号, or the caller himself by a key. */
  | { readonly type: 'WishKept'; readonly wish: string | null; readonly by: string }
  /** By key, where several cities share an area code. */
  | { readonly type: 'RegionPicked'; readonly region: string }
  /** `found`: somebody was there, and he was sent on. */
  | {
      readonly type: 'SeatSought';
      readonly agentId: AgentId;
      readonly seat: SeatKind;
      readonly queueId: QueueId;
      readonly found: boolean;
    }
  /** Nobody took him there; he is back in his old queue. */
  | {
      readonly type: 'SeatMissed';
      readonly seat: SeatKind;
      readonly queueId: QueueId;
      readonly exit: QueueExit;
    }
  | {
      readonly type: 'SupervisionStarted';
      readonly supervisorId: AgentId;
      readonly agentId: AgentId;
      readonly mode: SupervisionMode;
    }
  | {
      readonly type: 'SupervisionModeChanged';
      readonly supervisorId: AgentId;
      readonly mode: SupervisionMode;
    }
  | {
      readonly type: 'SupervisionEnded';
      readonly supervisorId: AgentId;
      readonly agentId: AgentId;
      readonly mode: SupervisionMode;
      readonly lastedMs: number;
      readonly reason: SupervisionEnd;
    }
  | ({
      readonly type: 'ConsultSought';
      readonly consultId: ConsultId;
      readonly agentId: AgentId;
      readonly note: string;
    } & ExpertWishTold)
  /** All are busy. */
  | { readonly type: 'ConsultQueued'; readonly consultId: ConsultId; readonly expectedMs: number | null }
  /** The citizen hears music, nobody hears him; or he is back with his agent. */
  | { readonly type: 'CitizenParked'; readonly consultId: ConsultId; readonly parked: boolean }
  | ({ readonly type: 'ExpertRung' } & ExpertTold)
  /** A person has taken it. */
  | ({ readonly type: 'ExpertAnswered'; readonly rangMs: number; readonly waitedMs: number } & ExpertTold)
  | ({
      readonly type: 'ExpertMissed';
      readonly outcome: ExpertOutcome;
      readonly causeCode: number;
      readonly rangMs: number;
    } & ExpertTold)
  /** Agent and expert hear one another, the citizen music. */
  | ({ readonly type: 'ConsultJoined' } & ExpertTold)
  /** 三方通话: all three hear one another. */
  | ({ readonly type: 'ConferenceJoined' } & ExpertTold)
  /** Citizen and expert hear one another, the agent has gone on. */
  | ({ readonly type: 'ExpertConnected'; readonly agentId: AgentId } & ExpertTold)
  | ({
      readonly type: 'ExpertReleased';
      readonly by: EndedBy | 'expert';
      readonly talkMs: number;
      readonly causeCode: number;
      readonly interrupted?: 'phone' | 'node';
    } & ExpertTold)
  | {
      readonly type: 'ConsultEnded';
      readonly consultId: ConsultId;
      readonly agentId: AgentId;
      readonly outcome: ConsultOutcome;
      /** The expert who had taken it, and how long he was in it. */
      readonly expertId?: string;
      readonly targetId?: string;
      readonly talkMs: number;
    }
  /** What agent and expert say without the citizen, in a file of its own. */
  | { readonly type: 'ConsultRecordingStarted'; readonly consultId: ConsultId; readonly file: string }
  | { readonly type: 'RecordingStarted'; readonly file: string }
  | { readonly type: 'RecordingFailed'; readonly reason: string }
  /** 留言 that lasted long enough to be one: somebody has to hear it and call back. */
  | {
      readonly type: 'VoicemailLeft';
      readonly file: string;
      readonly lastingMs: number;
      readonly end: VoicemailEnd;
    }
  | { readonly type: 'RecordingPaused'; readonly paused: boolean; readonly by: 'agent' | 'system' }
  | { readonly type: 'OneWayAudio'; readonly silent: 'citizen' | 'agent' | 'both' }
  | {
      readonly type: 'TalkEnded';
      readonly agentId: AgentId;
      readonly by: EndedBy;
      readonly talkMs: number;
      readonly causeCode: number;
      /** 中断: the link that failed, when nobody chose to end it. */
      readonly interrupted?: 'phone' | 'node';
    }
  /** To the head of the queue again; null = his agent cannot take him back. */
  | { readonly type: 'ContactRequeued'; readonly queueId: QueueId; readonly preferAgentId: AgentId | null }
  | {
      readonly type: 'QueueExited';
      readonly queueId: QueueId;
      readonly exit: QueueExit;
      /** Of the exit `overflow`: why. */
      readonly because?: OverflowCause;
    }
  | { readonly type: 'SurveyOffered'; readonly agentId: AgentId }
  | { readonly type: 'SurveyAnswered'; readonly grade: SurveyGrade }
  | { readonly type: 'SurveyReason'; readonly reason: SurveyReason }
  /** Asked to the end, given up, or broken off. `citizen`: he hung up or pressed the star key. */
  | { readonly type: 'SurveyEnded'; readonly by: EndedBy }
  /** 不纳入满意率: the tag or the disposition that says so. */
  | { readonly type: 'SurveyExempt'; readonly reason: string }
  | {
      readonly type: 'RouteGiven';
      readonly agentId: AgentId;
      readonly kind: string;
      readonly areaCode: string | null;
    }
  | { readonly type: 'WarningGiven'; readonly agentId: AgentId; readonly count: number }
  /** A caller under a limit pressed the key for help. */
  | { readonly type: 'LimitSetAside' }
  | ({ readonly type: 'ContactSealed' } & Seal)
  | ({ readonly type: 'DispositionSet'; readonly agentId: AgentId } & Disposition)
  | {
      readonly type: 'ContactEnded';
      readonly by: EndedBy;
      /** The stage the citizen was in: tells 语音中、排队中、振铃中放弃. */
      readonly during: StageName;
      readonly reason: string;
      readonly causeCode: number;
      /** 听取提示后挂机: he gave up while an event prompt was told, or right after it. */
      readonly afterEvent?: string;
      /** Happened while the service was away; the instant is when it was noticed. */
      readonly inGap: boolean;
    };

/** What a contact asks of the outside, run in order. An outcome comes back only as a signal. */
export type ContactEffect =
  | { readonly do: 'answer' }
  | { readonly do: 'play'; readonly playId: PlayId; readonly part: SpokenPart }
  | { readonly do: 'stopPlay'; readonly playId: PlayId }
  | { readonly do: 'lookUpCase'; readonly lookUpId: string; readonly query: CaseQuery }
  | { readonly do: 'music'; readonly on: boolean }
  | {
      readonly do: 'ring';
      readonly offerId: OfferId;
      readonly agentId: AgentId;
      readonly deviceId: DeviceId;
      readonly ringMs: number;
    }
  | {
      readonly do: 'lead';
      readonly offerId: OfferId;
      readonly target: LeadTarget;
      readonly ringMs: number;
      /** Prompts he has heard, the recording notice among them. */
      readonly heard: readonly string[];
      /** Area code of the city whose matter it is; left out = that of the number dialled. */
      readonly region?: string;
    }
  /** 外呼: rings the number of this contact. */
  | { readonly do: 'dial'; readonly ringMs: number }
  /** The agent hears that it rings there. */
  | { readonly do: 'ringBack'; readonly legId: ChannelId; readonly on: boolean }
  | { readonly do: 'hangUpLeg'; readonly legId: ChannelId }
  /** Said to the agent alone, before the joining. */
  | {
      readonly do: 'whisper';
      readonly legId: ChannelId;
      readonly playId: PlayId;
      readonly prompt: PromptRef;
      /** The joining waits for its end. */
      readonly waits: boolean;
    }
  | {
      readonly do: 'join';
      readonly offerId: OfferId;
      readonly legId: ChannelId;
      readonly bridgeId: BridgeId;
      /** His keys go on to the other side: whoever answers there may have a menu. */
      readonly keysPass?: true;
    }
  /** Said to both. */
  | {
      readonly do: 'announce';
      readonly bridgeId: BridgeId;
      readonly legId: ChannelId;
      readonly prompt: PromptRef;
      /** Without a break after it. */
      readonly next?: readonly PromptRef[];
    }
  /** Sends the caller a short message, once a talk. */
  | { readonly do: 'textCaller'; readonly templateId: string }
  | { readonly do: 'hold'; readonly bridgeId: BridgeId; readonly on: boolean }
  /** Chooses experts and reserves them; told as `ExpertsReserved` or `ExpertsBusy`. */
  | {
      readonly do: 'reserveExperts';
      readonly consultId: ConsultId;
      readonly wish: ExpertWish;
      readonly tried: readonly string[];
    }
  | { readonly do: 'releaseExpert'; readonly call: ExpertCall }
  | { readonly do: 'ringExpert'; readonly call: ExpertCall; readonly ringMs: number }
  | {
      readonly do: 'tellExpert';
      readonly legId: ChannelId;
      readonly playId: PlayId;
      readonly prompt: PromptRef;
    }
  | { readonly do: 'hangUpExpert'; readonly legId: ChannelId }
  | { readonly do: 'recordConsult'; readonly legId: ChannelId; readonly consult: number }
  | { readonly do: 'stopConsultRecording'; readonly legId: ChannelId }
  /** The citizen leaves the bridge; what is said to him is heard by him alone. */
  | { readonly do: 'takeOut'; readonly bridgeId: BridgeId }
  /** Brings these into one bridge, out of whatever they are in. */
  | {
      readonly do: 'gather';
      readonly bridgeId: BridgeId;
      readonly citizen: boolean;
      readonly legIds: readonly ChannelId[];
    }
  | { readonly do: 'dropBridge'; readonly bridgeId: BridgeId }
  | { readonly do: 'ringSupervisor'; readonly supervision: Supervision; readonly ringMs: number }
  /** The supervisor hears what the agent's leg hears and says. */
  | {
      readonly do: 'listen';
      readonly supervisionId: SupervisionId;
      readonly earId: ChannelId;
      readonly legId: ChannelId;
      readonly mode: SupervisionMode;
    }
  | { readonly do: 'unlisten'; readonly earId: ChannelId }
  | {
      readonly do: 'endSupervision';
      readonly supervisionId: SupervisionId;
      readonly earId: ChannelId | null;
    }
  | { readonly do: 'record'; readonly talk: number }
  /** Records the citizen alone into the file of his n-th message. */
  | { readonly do: 'takeVoicemail'; readonly count: number }
  | { readonly do: 'checkRecording'; readonly talk: number }
  | { readonly do: 'muteRecording'; readonly on: boolean }
  | { readonly do: 'stopRecording' }
  | { readonly do: 'checkAudio'; readonly legId: ChannelId }
  /** The agent's phone shows the citizen's number no longer. */
  | { readonly do: 'hideCaller'; readonly legId: ChannelId }
  | { readonly do: 'part'; readonly bridgeId: BridgeId }
  /** `causeCode` is Q.850's; 16 normal, 22 number changed. */
  | { readonly do: 'hangUp'; readonly causeCode: number }
  | { readonly do: 'tellAgent'; readonly agentId: AgentId; readonly signal: AgentSignal }
  /** The contact is done with: forget it. */
  | { readonly do: 'retire' };

/** Who a refused wish is told to, as a code of `errors.ts`. */
export type ContactRefusal =
  | 'CALLED_OUT'
  | 'CONTACT_NOT_TALKING'
  | 'CONTACT_NOT_YOURS'
  | 'RECORDING_OFF'
  | 'CONTACT_HELD'
  | 'WARNED_JUST_NOW'
  | 'HELD_BY_PHONE'
  | 'CITIZEN_HELD'
  | 'CITY_UNKNOWN'
  | 'CONSULT_NONE'
  | 'CONSULT_RUNNING'
  | 'SEAT_UNKNOWN'
  | 'SUPERVISION_TAKEN'
  | 'SUPERVISION_NONE';
