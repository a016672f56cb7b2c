// Folds the facts of one contact into its call record: what reports count and what a page shows of one call.
import type { AgentFact } from '../contact/agent.js';
import { confidentialText } from '../contact/confidential.js';
import type { Disposition, EndedBy, LeadOutcome, SealKind, StageName } from '../contact/contact.js';
import type { ContactFact } from '../contact/contact-signals.js';
import { missedBy } from '../contact/overflow.js';
import type { SurveyGrade, SurveyReason } from '../contact/survey.js';
import type { ReachedFact } from './reached.js';

/** A journaled fact with its place in its stream and its instant. */
export interface Timed<Fact> {
  readonly seq: number;
  readonly atMs: number;
  readonly fact: Fact;
}

/**
 * Why a contact was not answered by a person, in the vocabulary's keys:
 * `abandoned` the citizen hung up; `timeout`, `nobody`, `overload` the queue let him go; `flowEnd` the flow ended without a
 * queue; `lost` the line or the node failed; `away` the service was not there; `full` no line was free.
 */
export type MissedCause =
  'abandoned' | 'timeout' | 'nobody' | 'overload' | 'flowEnd' | 'lost' | 'away' | 'full';

/** The causes as pages and exports write them. */
export const missedCauseTexts: Readonly<Record<MissedCause, string>> = {
  abandoned: '放弃',
  timeout: '排队超时',
  nobody: '无话务员在线',
  overload: '排队已满',
  flowEnd: '语音自助',
  lost: '中断',
  away: '系统未受理',
  full: '线路满',
};

/** Why a contact stands outside the denominators: listed by reason, never counted (口径外呼入). `subCentre`: answered there, and never queued here; `outbound`: an agent called. */
export type ExcludedReason = 'testCall' | 'blocked' | 'promptOnly' | 'subCentre' | 'outbound';

/** The tag of agents' own calls. */
export const outboundTag = 'outbound';

/** The ledger's tags that put a contact outside. `promptOnly` does so only as long as the contact never queued. */
const excludedTags: Readonly<Record<string, ExcludedReason>> = {
  testCall: 'testCall',
  blocked: 'blocked',
  promptOnly: 'promptOnly',
  [outboundTag]: 'outbound',
};

/** One call's record. Instants in epoch ms, durations in ms; `null` = did not happen (yet). */
export interface ContactRecord {
  readonly contactId: string;
  readonly node: string;
  readonly sipCallId: string;
  readonly trunkId: string;
  readonly dnis: string;
  readonly redirectedFrom: string;
  readonly callerKey: string;
  readonly callerMasked: string;
  readonly entryId: string;
  readonly kpiLine: string;
  readonly tag: string;
  readonly siteVersion: string;
  /** How the number dialled was merged, and its state on that day: the ledger's own words. */
  readonly numberPattern: string | null;
  readonly numberState: string | null;
  /** The sub-centre's number that was dialled. */
  readonly ledTo: string | null;
  readonly centreAnsweredAtMs: number | null;
  /** How the lead ended. */
  readonly centreOutcome: LeadOutcome | null;
  /** Area code of the city whose 12345 an agent led him to last. */
  readonly cityLedTo: string | null;
  /** Answered there; null = not this time. */
  readonly cityAnsweredAtMs: number | null;
  readonly cityOutcome: LeadOutcome | null;
  /** The city he picked by key where several share an area code; null = none. */
  readonly regionPicked: string | null;
  /** The contact that a sub-centre told it was before; whether there is one is seen where it is looked up. */
  readonly cameFrom: string | null;
  readonly queueId: string | null;
  readonly arrivedAtMs: number;
  readonly queuedAtMs: number | null;
  readonly firstOfferedAtMs: number | null;
  /** First joined with an agent. */
  readonly answeredAtMs: number | null;
  readonly endedAtMs: number | null;
  /** From arrival to the first answer, or to the end without one; menu and greeting included. */
  readonly waitMs: number | null;
  /** The same from queueing; `null` when never queued. */
  readonly queuedWaitMs: number | null;
  /** Talking without hold, over all talks. */
  readonly talkMs: number;
  readonly holdMs: number;
  readonly wrapUpMs: number;
  /** Agents who talked, in order, each once. */
  readonly agentIds: readonly string[];
  readonly answered: boolean;
  /** The stage in which the citizen gave up: tells 语音中、排队中、振铃中放弃. */
  readonly abandonedDuring: StageName | null;
  readonly endedBy: EndedBy | null;
  readonly endReason: string;
  readonly causeCode: number | null;
  /** 漏接: over, not answered, and inside the denominators. */
  readonly missed: boolean;
  readonly missedCause: MissedCause | null;
  readonly excluded: ExcludedReason | null;
  /** Talks cut off by a phone or a node. */
  readonly interruptions: number;
  /** The last talk was cut off, and nobody has talked with him since. */
  readonly cutOff: boolean;
  readonly ronaCount: number;
  readonly offers: number;
  readonly recordings: readonly string[];
  readonly recordingFailed: boolean;
  readonly oneWayAudio: boolean;
  readonly category: string | null;
  readonly outcome: string | null;
  readonly district: string | null;
  readonly matterNumber: string | null;
  /** 听取提示后挂机: the event prompt during which, or right after which, he gave up; null = none. */
  readonly afterEvent: string | null;
  /** 留言 he left, all together; null = none. */
  readonly voicemailMs: number | null;
  /** 评价 was offered after the talk. */
  readonly surveyOffered: boolean;
  /** 5 非常满意 to 1 非常不满意; null = 未评价. */
  readonly grade: SurveyGrade | null;
  readonly unhappyReason: SurveyReason | null;
  /** 不纳入满意率: not offered, or offered before the agent's note said so. */
  readonly surveyExempt: boolean;
  /** Ended while the service was away: `endedAtMs` is when it was noticed. */
  readonly inGap: boolean;
  /** 不予受理: the last legal route he was told of, or led by; null = none. */
  readonly scopeKind: string | null;
  /** 保密: nobody is shown who called; null = he may be known. */
  readonly sealed: SealKind | null;
  /** Called back by a person. */
  readonly calledBackAtMs: number | null;
  /** The journal has a hole here (a full spool): what is missing is left empty. */
  readonly incomplete: boolean;
}

type Draft = { -readonly [Key in keyof ContactRecord]: ContactRecord[Key] };

/** What the fold carries along besides the record. */
interface Fold {
  readonly record: Draft;
  talkingSinceMs: number | null;
  heldSinceMs: number | null;
  /** Hold so far in the present talk. */
  heldInTalkMs: number;
  queueExit: MissedCause | null;
}

/**
 * The record of one contact from its own facts (by `seq`) and from the agents' facts that name it. Pure: the same facts
 * give the same record, so it may be folded again after every batch.
 * @returns undefined where there is no fact at all
 */
export function foldContact(
  contactId: string,
  facts: readonly Timed<ContactFact>[],
  agentFacts: readonly Timed<AgentFact>[] = [],
): ContactRecord | undefined {
  const first = facts[0];
  if (first === undefined) return undefined;
  const fold: Fold = {
    record: emptyRecord(contactId, arrivalOf(first)),
    talkingSinceMs: null,
    heldSinceMs: null,
    heldInTalkMs: 0,
    queueExit: null,
  };
  for (const timed of facts) apply(fold, timed);
  fold.record.incomplete =
    first.fact.type !== 'ContactArrived' || facts.some(({ seq }, at) => seq !== first.seq + at);
  fold.record.wrapUpMs = agentFacts.reduce((sum, { fact }) => sum + wrapUpOf(fact), 0);
  return judgedRecord(fold.record);
}

/** The same record with what was done later about its citizen: the first call back counts, whoever notes it again. */
export function withReached(record: ContactRecord, facts: readonly Timed<ReachedFact>[]): ContactRecord {
  const calls = facts.flatMap(({ atMs, fact }) => (fact.how === 'calledBack' ? [atMs] : []));
  return calls.length === 0 ? record : { ...record, calledBackAtMs: Math.min(...calls) };
}

/** The fact that a contact long over was sealed; journaled in the site's stream. */
export interface SealedLaterFact {
  readonly type: 'ContactSealed';
  readonly contactId: string;
  readonly kind: SealKind;
  readonly by: string;
}

/** The same record once nobody is to know who called. */
export function sealedRecord(record: ContactRecord, kind: SealKind): ContactRecord {
  const { redirectedFrom } = record;
  return {
    ...record,
    sealed: record.sealed === 'minor' ? 'minor' : kind,
    callerMasked: confidentialText,
    redirectedFrom: redirectedFrom.includes('*') ? '' : redirectedFrom,
  };
}

/** A record with nothing but an id and an arrival: where every fold begins. */
export function emptyRecord(contactId: string, arrivedAtMs: number): ContactRecord {
  return {
    contactId,
    node: '',
    sipCallId: '',
    trunkId: '',
    dnis: '',
    redirectedFrom: '',
    callerKey: '',
    callerMasked: '',
    entryId: '',
    kpiLine: '',
    tag: '',
    siteVersion: '',
    numberPattern: null,
    numberState: null,
    ledTo: null,
    centreAnsweredAtMs: null,
    centreOutcome: null,
    cityLedTo: null,
    cityAnsweredAtMs: null,
    cityOutcome: null,
    regionPicked: null,
    cameFrom: null,
    queueId: null,
    arrivedAtMs,
    queuedAtMs: null,
    firstOfferedAtMs: null,
    answeredAtMs: null,
    endedAtMs: null,
    waitMs: null,
    queuedWaitMs: null,
    talkMs: 0,
    holdMs: 0,
    wrapUpMs: 0,
    agentIds: [],
    answered: false,
    abandonedDuring: null,
    endedBy: null,
    endReason: '',
    causeCode: null,
    missed: false,
    missedCause: null,
    excluded: null,
    interruptions: 0,
    cutOff: false,
    ronaCount: 0,
    offers: 0,
    recordings: [],
    recordingFailed: false,
    oneWayAudio: false,
    category: null,
    outcome: null,
    district: null,
    matterNumber: null,
    afterEvent: null,
    voicemailMs: null,
    surveyOffered: false,
    grade: null,
    unhappyReason: null,
    surveyExempt: false,
    inGap: false,
    scopeKind: null,
    sealed: null,
    calledBackAtMs: null,
    incomplete: false,
  };
}

/** Where the arrival was lost, the first thing known of the contact stands in: a citizen never drops out of the figures. */
function arrivalOf({ atMs, fact }: Timed<ContactFact>): number {
  if (fact.type === 'ContactArrived') return fact.arrivedAtMs;
  return fact.type === 'AgentConnected' ? atMs - fact.waitedMs : atMs;
}

function wrapUpOf(fact: AgentFact): number {
  const leftSomething = fact.type === 'AgentActivityChanged' || fact.type === 'AgentSignedOut';
  return leftSomething && fact.from === 'wrapup' ? fact.lastedMs : 0;
}

function apply(fold: Fold, { atMs, fact }: Timed<ContactFact>): void {
  const { record } = fold;
  switch (fact.type) {
    case 'ContactArrived':
      return arrived(record, fact);
    case 'ContactQueued':
      record.queuedAtMs ??= atMs;
      record.queueId = fact.queueId;
      fold.queueExit = null;
      return;
    case 'CentreDialled':
      record.ledTo = fact.number;
      return;
    case 'CentreConnected':
      record.centreAnsweredAtMs = atMs;
      return answeredThere(record, fact.waitedMs, atMs);
    case 'CentreLeft':
      record.centreOutcome = fact.outcome;
      if (isAnsweredThere(record)) record.talkMs += fact.talkMs;
      return;
    case 'CitySought':
      return ledToCity(record, fact.areaCode);
    case 'CityConnected':
      record.cityAnsweredAtMs = atMs;
      return;
    case 'CityLeft':
      record.cityOutcome = fact.outcome;
      return;
    case 'OfferMade':
      record.firstOfferedAtMs ??= atMs;
      record.offers += 1;
      return;
    case 'OfferEnded':
      if (fact.outcome === 'rona') record.ronaCount += 1;
      return;
    case 'AgentConnected':
      return connected(fold, fact, atMs);
    case 'ContactHeld':
      return fact.held ? void (fold.heldSinceMs ??= atMs) : closeHold(fold, atMs);
    case 'TalkEnded':
      record.cutOff = fact.interrupted !== undefined;
      if (record.cutOff) record.interruptions += 1;
      return closeTalk(fold, atMs, fact.talkMs);
    case 'RecordingStarted':
      record.recordings = [...record.recordings, fact.file];
      return;
    case 'RecordingFailed':
      record.recordingFailed = true;
      return;
    case 'OneWayAudio':
      record.oneWayAudio = true;
      return;
    case 'QueueExited':
      fold.queueExit =
        fact.exit === 'overflow' ? missedBy(fact.because ?? { by: 'waited', waitedMs: 0 }) : fact.exit;
      return;
    case 'DispositionSet':
      return dispositionSet(record, fact);
    case 'VoicemailLeft':
      record.voicemailMs = (record.voicemailMs ?? 0) + fact.lastingMs;
      record.recordings = [...record.recordings, fact.file];
      return;
    case 'SurveyOffered':
      record.surveyOffered = true;
      return;
    case 'SurveyAnswered':
      record.grade = fact.grade;
      return;
    case 'SurveyReason':
      record.unhappyReason = fact.reason;
      return;
    case 'SurveyExempt':
      record.surveyExempt = true;
      return;
    case 'RouteGiven':
      record.scopeKind = fact.kind;
      return;
    case 'ContactSealed':
      return void Object.assign(record, sealedRecord(record, fact.kind));
    case 'ConsultRecordingStarted':
      record.recordings = [...record.recordings, fact.file];
      return;
    case 'RegionPicked':
      record.regionPicked = fact.region;
      return;
    case 'ContactEnded':
      return ended(fold, fact, atMs);
    case 'CalleeDialled':
    case 'CalleeAnswered':
    case 'CallOutEnded':
    case 'ConsultSought':
    case 'ConsultQueued':
    case 'CitizenParked':
    case 'ExpertRung':
    case 'ExpertAnswered':
    case 'ExpertMissed':
    case 'ConsultJoined':
    case 'ConferenceJoined':
    case 'ConsultEnded':
    case 'ExpertConnected':
    case 'ExpertReleased':
    case 'CityDialled':
    case 'WarningGiven':
    case 'LimitSetAside':
    case 'FlowStepped':
    case 'CaseLookedUp':
    case 'PlaceTold':
    case 'WaitTold':
    case 'NoticeHeard':
    case 'PromptFailed':
    case 'OfferAnswered':
    case 'RecordingPaused':
    case 'HoldOverdue':
    case 'HelpAsked':
    case 'SilentCallerAsked':
    case 'SilentCallerAnswered':
    case 'SilentCallerTexted':
    case 'WishKept':
    case 'SeatSought':
    case 'SeatMissed':
    case 'HelpOver':
    case 'SupervisionStarted':
    case 'SupervisionModeChanged':
    case 'SupervisionEnded':
    case 'ContactRequeued':
    case 'EventTold':
    case 'SurveyEnded':
      return;
  }
}

function arrived(record: Draft, fact: Extract<ContactFact, { type: 'ContactArrived' }>): void {
  record.node = fact.node;
  record.sipCallId = fact.sipCallId;
  record.trunkId = fact.trunkId;
  record.dnis = fact.dnis;
  record.redirectedFrom = fact.redirectedFrom;
  record.callerKey = fact.callerKey;
  record.callerMasked = fact.callerMasked;
  record.entryId = fact.entryId;
  record.kpiLine = fact.kpiLine;
  record.tag = fact.tag;
  record.siteVersion = fact.siteVersion;
  record.numberPattern = fact.numberPattern ?? null;
  record.numberState = fact.numberState ?? null;
  record.cameFrom = fact.cameFrom ?? null;
  record.arrivedAtMs = fact.arrivedAtMs;
}

function connected(fold: Fold, fact: Extract<ContactFact, { type: 'AgentConnected' }>, atMs: number): void {
  const { record } = fold;
  fold.talkingSinceMs = atMs;
  record.cutOff = false;
  if (!record.agentIds.includes(fact.agentId)) record.agentIds = [...record.agentIds, fact.agentId];
  if (record.answered) return;
  record.answered = true;
  record.answeredAtMs = atMs;
  record.waitMs = fact.waitedMs;
  record.queuedWaitMs = fact.queuedMs;
}

/** Who stood in our line first was answered late, by them, and his wait is ours. */
function answeredThere(record: Draft, waitedMs: number, atMs: number): void {
  if (record.queuedAtMs === null || record.answered) return;
  record.answered = true;
  record.answeredAtMs = atMs;
  record.waitMs = waitedMs;
  record.queuedWaitMs = Math.max(0, atMs - record.queuedAtMs);
}

function isAnsweredThere({ answeredAtMs, centreAnsweredAtMs }: ContactRecord): boolean {
  return centreAnsweredAtMs !== null && answeredAtMs === centreAnsweredAtMs;
}

/** The matter is another city's: out of scope here, by that reason. */
function ledToCity(record: Draft, areaCode: string): void {
  record.scopeKind = 'region';
  record.cityLedTo = areaCode;
  record.cityAnsweredAtMs = null;
  record.cityOutcome = null;
}

function closeHold(fold: Fold, atMs: number): void {
  const heldMs = fold.heldSinceMs === null ? 0 : Math.max(0, atMs - fold.heldSinceMs);
  fold.heldSinceMs = null;
  fold.heldInTalkMs += heldMs;
  fold.record.holdMs += heldMs;
}

/** `lastedMs` of a talk holds its hold; the record keeps the two apart. */
function closeTalk(fold: Fold, atMs: number, lastedMs: number): void {
  closeHold(fold, atMs);
  fold.record.talkMs += Math.max(0, lastedMs - fold.heldInTalkMs);
  fold.heldInTalkMs = 0;
  fold.talkingSinceMs = null;
}

function dispositionSet(record: Draft, { category, outcome, district, matterNumber }: Disposition): void {
  record.category = category ?? record.category;
  record.outcome = outcome ?? record.outcome;
  record.district = district ?? record.district;
  record.matterNumber = matterNumber ?? record.matterNumber;
}

function ended(fold: Fold, fact: Extract<ContactFact, { type: 'ContactEnded' }>, atMs: number): void {
  const { record } = fold;
  if (fold.talkingSinceMs !== null) closeTalk(fold, atMs, Math.max(0, atMs - fold.talkingSinceMs));
  record.endedAtMs = atMs;
  record.endedBy = fact.by;
  record.endReason = fact.reason;
  record.causeCode = fact.causeCode;
  record.inGap = fact.inGap;
  if (record.answered || isCentres(record) || record.tag === outboundTag) return;
  record.waitMs = Math.max(0, atMs - record.arrivedAtMs);
  record.queuedWaitMs = record.queuedAtMs === null ? null : Math.max(0, atMs - record.queuedAtMs);
  record.missedCause = missedCauseOf(fold, fact);
  if (record.missedCause !== 'abandoned') return;
  record.abandonedDuring = fact.during;
  record.afterEvent = fact.afterEvent ?? null;
}

function missedCauseOf(
  { queueExit, record }: Fold,
  fact: Extract<ContactFact, { type: 'ContactEnded' }>,
): MissedCause {
  if (fact.reason === 'node') return 'lost';
  if (queueExit !== null) return queueExit;
  if (fact.by === 'citizen') return 'abandoned';
  return record.queuedAtMs === null ? 'flowEnd' : 'lost';
}

/** Answered at a sub-centre and done with there: its people's call, not ours. */
function isCentres({ centreAnsweredAtMs, queuedAtMs }: ContactRecord): boolean {
  return centreAnsweredAtMs !== null && queuedAtMs === null;
}

/** The last word on a record: in or out of the denominators, and missed or not. */
export function judgedRecord(record: ContactRecord): ContactRecord {
  const byTag = excludedTags[record.tag] ?? null;
  const byNumber = byTag === 'promptOnly' && record.queuedAtMs !== null ? null : byTag;
  const excluded = byNumber ?? (isCentres(record) ? 'subCentre' : null);
  const missed = record.endedAtMs !== null && !record.answered && excluded === null;
  return { ...record, excluded, missed };
}
