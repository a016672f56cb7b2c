// What reaches a contact's mailbox, what is journaled of it, and what it asks of the outside.
import type { AgentSignal } from './agent.js';
import type { CaseAnswer, CaseQuery } from './case-answer.js';
import type {
  Arrival,
  ContactTimer,
  Disposition,
  EndedBy,
  HoldSource,
  Seal,
  SealWish,
  LeadOutcome,
  LeadTarget,
  StageName,
  Supervision,
  SupervisionMode,
  VoicemailEnd,
} from './contact.js';
import type { QueueExit, SpokenPart } from './flow-turn.js';
import type {
  AgentId,
  BridgeId,
  ChannelId,
  DeviceId,
  OfferId,
  PlayId,
  QueueId,
  SupervisionId,
} from './ids.js';
import type { MatchDecision, OfferOutcome } from './offer.js';
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
  /** 转评价: the agent releases the contact by page; the citizen is asked, or hears the goodbye. */
  | { readonly type: 'AgentReleased'; readonly agentId: AgentId }
  | { readonly type: 'PauseRecording'; readonly agentId: AgentId; readonly paused: boolean }
  | { readonly type: 'HoldContact'; readonly agentId: AgentId; readonly on: boolean }
  /** 求助班长, and taking it back. */
  | { readonly type: 'CallHelp'; readonly agentId: AgentId; readonly on: boolean }
  /** 无声处理: the caller is not heard. */
  | { readonly type: 'AskSilentCaller'; readonly agentId: AgentId }
  | { readonly type: 'CallerTexted'; readonly sent: boolean }
  /** What the citizen wishes for his next calls, as he told the agent; null = nothing any more. */
  | { readonly type: 'SetWish'; readonly agentId: AgentId; readonly wish: string | null }
  /** 转专席: the citizen needs a seat of its own, e.g. that of minors. */
  | { readonly type: 'SeekSeat'; readonly agentId: AgentId; readonly seat: SeatKind }
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
      /** Asterisk itself is another run than the one that held the call. */
      readonly nodeRestarted: boolean;
    };

/** Why a supervision ended: he hung up or asked for it, the talk ended, Asterisk could not, or the service came back anew. */
export type SupervisionEnd = 'supervisor' | 'talk' | 'failed' | 'restart';

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
  | { readonly type: 'PlaceTold'; readonly place: number }
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
  | { readonly type: 'ContactRequeued'; readonly queueId: QueueId; readonly preferAgentId: AgentId }
  | { readonly type: 'QueueExited'; readonly queueId: QueueId; readonly exit: QueueExit }
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
  /** Writes our id on the channel, so that a restarted engine knows it. */
  | { readonly do: 'claim' }
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
    }
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
  | { readonly do: 'join'; readonly offerId: OfferId; readonly legId: ChannelId; readonly bridgeId: BridgeId }
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
  | 'CONTACT_NOT_TALKING'
  | 'CONTACT_NOT_YOURS'
  | 'RECORDING_OFF'
  | 'CONTACT_HELD'
  | 'WARNED_JUST_NOW'
  | 'HELD_BY_PHONE'
  | 'CITIZEN_HELD'
  | 'SEAT_UNKNOWN'
  | 'SUPERVISION_TAKEN'
  | 'SUPERVISION_NONE';
