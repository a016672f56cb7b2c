// The site: everything a hotline's office decides in files, read, cross-checked and frozen under one version.
import type { SharedArea } from '../numbers/shared-areas.js';
import type { AgentPolicy } from '../contact/agent.js';
import type { BreakPlaces } from '../contact/break-places.js';
import type { DayKey } from '../contact/civil-time.js';
import type { ContactPolicy, LeadTarget, WaitBand } from '../contact/contact.js';
import type { DialVerdict } from '../contact/dial-out.js';
import type { Finding } from '../contact/finding.js';
import type { FlowCursor, FlowInput, FlowTurn, FlowView } from '../contact/flow-turn.js';
import type { AgentId, DeviceId, FlowId, QueueId, SkillName } from '../contact/ids.js';
import type { Ring } from '../acd/rings.js';
import type { SeatKind } from '../contact/seat.js';
import type { StickyRule } from '../contact/sticky-agent.js';
import type { Flow } from '../ivr/flow.js';
import type { DialledCall, Meaning } from '../numbers/ledger.js';
import type { Strategy } from '../contact/offer.js';
import type { SkillLevels } from '../contact/requirement.js';
import type { LedgerRow } from '../numbers/ledger-row.js';
import type { StateEnd } from '../numbers/state-ends.js';
import type { DayKindOf, DutyChange, DutyRoster } from '../workforce/duty.js';
import type { Department, Expert } from '../workforce/experts.js';
import type { Span } from '../workforce/spans.js';
import type { Calendar } from './calendar.js';
import type { LegalRoute, ScopeKind } from './legal-route.js';
import type { CallOut } from './call-out.js';
import type { Target } from './target.js';

export type { Finding } from '../contact/finding.js';
export type { DialledCall, Meaning } from '../numbers/ledger.js';

/** The whole configuration in force. A reload or a switch makes another one; a contact keeps the one it began with. */
export interface Site {
  /** Hash of every file's text and of the switches: equal texts, equal version. */
  readonly version: string;
  /** Tags Redis keys and the journal's site stream: letters, digits, dashes. */
  readonly name: string;
  /** The site's own area code with its 0: put before a local caller's number. */
  readonly areaCode: string;
  /** Area codes that several cities share. */
  readonly sharedAreas: readonly SharedArea[];
  /** The entry of every call whose number no row knows. */
  readonly mainEntryId: string;
  readonly entries: ReadonlyMap<string, Entry>;
  /** The number ledger, row by row as in its file. */
  readonly numbers: readonly NumberRow[];
  /** Prompts as they are written, by id. */
  readonly promptTexts: ReadonlyMap<string, string>;
  readonly flows: ReadonlyMap<FlowId, Flow>;
  readonly queues: ReadonlyMap<QueueId, Queue>;
  readonly agents: ReadonlyMap<AgentId, AgentProfile>;
  /** Every agent's skills with the level that counts. */
  readonly skillLevels: ReadonlyMap<AgentId, SkillLevels>;
  /** Queues that agents would rather serve, by their own list or their team's; who has none is not here. */
  readonly choices: ReadonlyMap<AgentId, readonly QueueId[]>;
  readonly routing: RoutingPolicy;
  readonly waitPolicy: WaitPolicy;
  /** The waits that can be spoken: the bands of the prompt `queue.ewt`. */
  readonly waitBands: readonly WaitBand[];
  readonly devices: ReadonlyMap<DeviceId, DeviceProfile>;
  readonly teams: ReadonlyMap<string, Team>;
  readonly skills: ReadonlyMap<SkillName, NamedRow>;
  readonly contactPolicy: ContactPolicy;
  readonly agentPolicy: AgentPolicy;
  readonly metricsPolicy: MetricsPolicy;
  readonly recordingPolicy: RecordingPolicy;
  readonly callerPolicy: CallerPolicy;
  readonly messagePolicy: MessagePolicy;
  readonly calendar: Calendar;
  /** Texts of short messages. */
  readonly messages: ReadonlyMap<string, MessageTemplate>;
  /** Where matters go that are not the hotline's, in the order of the file. */
  readonly legalRoutes: ReadonlyMap<ScopeKind, LegalRoute>;
  readonly expertSeats: ExpertSeats;
  /** The trunk over which experts outside are called; '' where none is. */
  readonly consultTrunkId: string;
  /** Other cities' 12345 that citizens may be led to, by area code: nothing else can be reached so. */
  readonly otherCities: ReadonlyMap<string, LeadTarget>;
  /** 紧急与公用事业 that citizens may be handed over to, in the order of their file. */
  readonly targets: ReadonlyMap<string, Target>;
  /** Whether a number of such a target may be dialled for a citizen who is handed over to it, and for nobody else. */
  mayHandOver(number: string): DialVerdict;
  /** How agents call out; null = they do not. */
  readonly callOut: CallOut | null;
  /** Whether a number may be dialled, by whomever: nothing goes out over a trunk without it. */
  mayDial(number: string): DialVerdict;
  /** Who calls again so soon waits for the agent of his last talk first, in every queue; left out = by the queue's own rule alone. */
  readonly redial?: StickyRule;
  /** The menu variant is in force. */
  readonly menu: boolean;
  /** What a dialled number means now: always exactly one meaning. */
  meaningOf(call: DialledCall): Meaning;
  /** A number dialled, or one that forwarded, as it may be journaled: one of the ledger as it came, a person's masked. */
  keptNumber(number: string): string;
  /** First turn of an entry's flow; an unknown entry is taken as the main one. */
  beginFlow(entryId: string, view: FlowView): FlowTurn;
  /** Whether an entry's flow may ask for the caller's city. */
  asksForCity(entryId: string): boolean;
  /** First turn of the survey; only where its policy has it on. */
  beginSurvey(view: FlowView): FlowTurn;
  /** The next turn. A cursor that this version does not know begins its flow again. */
  flowTurn(cursor: FlowCursor, input: FlowInput, view: FlowView): FlowTurn;
  readonly warnings: readonly Finding[];
  /** Years whose holidays should be in the calendar by now and are not. */
  missingNoticeYears(nowMs: number): readonly number[];
  /** Numbers whose state ends within the days policies.yaml gives. */
  stateEnds(nowMs: number): readonly StateEnd[];
  /** Departments that will have nobody on duty within the time policies.yaml gives, although they should. */
  rosterGaps(nowMs: number, changes: readonly DutyChange[]): readonly RosterGap[];
}

/** 专家座席, and when who of them is on duty by the files. */
export interface ExpertSeats {
  readonly departments: ReadonlyMap<string, Department>;
  /** In the order of their file, which is the order in which they are sought. */
  readonly experts: ReadonlyMap<string, Expert>;
  readonly roster: DutyRoster;
  readonly kindOf: DayKindOf;
}

/** A stretch of time in which nobody of a department is on duty. */
export interface RosterGap extends Span {
  readonly departmentId: string;
}

/** One front door: a number citizens know, and where it leads. */
export interface Entry {
  readonly id: string;
  /** The official name, e.g. 12345政务服务便民热线. */
  readonly name: string;
  /** At most 12 characters: whispered to the agent and shown on the phone. */
  readonly shortName: string;
  /** How the number is read aloud where the site's habit differs, else null. */
  readonly spoken: string | null;
  readonly kpiLine: string;
  readonly tag: string;
  /** The flow in force, menu variant or not. */
  readonly flowId: FlowId;
  readonly queueId: QueueId;
  /** The agent always hears `shortName` before the citizen, if need be with a short wait; else only under the greeting. */
  readonly whisper: boolean;
}

/** One row of the ledger as it was read. */
export interface NumberRow {
  readonly line: number;
  readonly entry: Entry;
  /** The row's flows, the menu variant's too where it has one: both must be there, whichever is in force. */
  readonly flowIds: readonly FlowId[];
  readonly row: LedgerRow;
  readonly papers: NumberPapers;
}

/** What the office keeps of a number, beside what calls need. */
export interface NumberPapers {
  /** 原主管单位. */
  readonly former: string;
  readonly service: string;
  /** 批准文号. */
  readonly approval: string;
  /** 公布渠道: a change is announced through the same ones. */
  readonly announcedThrough: readonly string[];
  /** The number to dial instead. */
  readonly successor: string;
}

/** Where contacts wait for a person. */
export interface Queue {
  readonly id: QueueId;
  readonly name: string;
  /** For pages in English; the name where the files give none. */
  readonly en: string;
  /** Clauses that must all hold, e.g. `tax >= 3`. */
  readonly requires: readonly string[];
  /** Whom it prefers among those who may take its call. */
  readonly strategy: Strategy;
  /** From the innermost: how it widens who may. */
  readonly rings: readonly QueueRing[];
  /** Larger is served first. */
  readonly priority: number;
  readonly queueTimeoutMs: number;
  /** With nobody signed in who could serve it, exit after this. */
  readonly nobodyMs: number;
  /** So many waiting is overload: the next one gets the spoken exit. */
  readonly limit: number;
  /** Its talks are recorded, so a notice must have been heard before. */
  readonly recorded: boolean;
  /** Those who wait are told how long they will probably wait. */
  readonly tellsWait: boolean;
  /** 专席: what an agent's key sends citizens here for. That of minors seals whoever enters. */
  readonly seat?: SeatKind;
  /** Who called before waits for the agent of his last talk first; left out = nobody does. */
  readonly sticky?: StickyRule;
}

/** A ring and the line it stands in. */
export interface QueueRing extends Ring {
  readonly line: number;
}

/** How calls find agents at the site, besides what its queues say. */
export interface RoutingPolicy {
  /** The level of a skill that stands in an agent's list without one. */
  readonly skillLevel: number;
  /** So many turns in line a step of priority is worth. */
  readonly placesPerPriority: number;
}

/** What a person with a 工号 may do: 话务员, 专家, 班长. */
export const agentRoles = ['agent', 'expert', 'supervisor'] as const;
export type AgentRole = (typeof agentRoles)[number];

/** A person who takes calls, known to citizens by 工号 only. */
export interface AgentProfile {
  readonly id: AgentId;
  readonly name: string;
  readonly teamId: string;
  readonly skills: ReadonlySet<SkillName>;
  /** Levels as the file states them; the others have the site's {@link RoutingPolicy.skillLevel}. */
  readonly levels: ReadonlyMap<SkillName, number>;
  readonly role: AgentRole;
  /** Queues he would rather serve, the dearest first; left out = as his team. */
  readonly prefers?: readonly QueueId[];
  /** The phone shows this agent the citizen's number. */
  readonly seesNumber: boolean;
  /** The phone picks up by itself. */
  readonly autoAnswer: boolean;
  /** The phone he usually sits at: his provisioning card is for it. He may sign in at any. */
  readonly deviceId?: DeviceId;
}

/** A SIP account that agents sign in at. */
export interface DeviceProfile {
  readonly id: DeviceId;
  /** What is written on the desk. */
  readonly name: string;
}

/** A row that is no more than a name in two languages. */
export interface NamedRow {
  readonly id: string;
  readonly name: string;
  readonly en: string;
}

/** The text of a short message. */
export interface MessageTemplate {
  readonly id: string;
  /** With its signature; `{name}` is a slot. */
  readonly text: string;
  /** To be filled, every one, by whoever sends it. */
  readonly slots: readonly string[];
}

/** How waits are foretold; all ASSUMED. */
export interface WaitPolicy {
  /** The mean talk of a queue of which none was seen yet. */
  readonly talkMs: number;
  /** How long those who wait are taken to be patient in the mean until that was seen. */
  readonly patienceMs: number;
  /** In so many of 100 cases the wait is to be between its two values. */
  readonly coverage: number;
  /** Two values further apart are not told. */
  readonly spreadMaxMs: number;
}

/** Who may hear a recording besides those who lead and check. */
export interface RecordingPolicy {
  /** Agents the recordings of their own talks; no, ASSUMED. */
  readonly agentsHearOwn: boolean;
}

/** Short messages that are sent without anybody's asking. */
export interface MessagePolicy {
  /** To whom gave up in line, once a day. */
  readonly missed: boolean;
  /** With number and query code, when a case is told of with its contact. */
  readonly case: boolean;
  /** To whom hung up before he could be asked by voice. */
  readonly survey: boolean;
}

/** What is remembered of callers from one call to the next. */
export interface CallerPolicy {
  /** What they may wish, as flows name it. */
  readonly wishes: readonly string[];
  /** Forgotten when it was not used for so long; ASSUMED 180 days. */
  readonly wishKeptMs: number;
  /** 重复来电: a call within so long after his last one; 0 = none is. ASSUMED 24 h as shipped. */
  readonly repeatWithinMs: number;
}

/** People who work together, e.g. a shift or borrowed staff. */
export interface Team extends NamedRow {
  /** Its last day: afterwards its agents cannot sign in. */
  readonly until?: DayKey;
  /** Queues its agents would rather serve, the dearest first; left out = all alike. */
  readonly prefers?: readonly QueueId[];
  /** 小休名额; left out = as many as like. */
  readonly breaks?: BreakPlaces;
}

/** What the figures are measured against. */
export interface MetricsPolicy {
  /** Abandoned sooner than this is listed apart; 0 = none is. */
  readonly shortAbandonMs: number;
  /** The standard's answer time, from arrival; 15 s. */
  readonly answerGoalMs: number;
}
