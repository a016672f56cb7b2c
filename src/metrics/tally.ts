// Counts call records into a tally, and turns a tally into figures. Tallies add up: hours make a day, lines make a site.
import { satisfiedFrom } from '../contact/survey.js';
import type { ContactRecord, ExcludedReason, MissedCause } from './contact-record.js';
import { averageFigure, rateFigure, type Figure } from './figure.js';

/** What of a record is counted. */
export type CountedRecord = Pick<
  ContactRecord,
  | 'arrivedAtMs'
  | 'endedAtMs'
  | 'answered'
  | 'waitMs'
  | 'queuedWaitMs'
  | 'talkMs'
  | 'holdMs'
  | 'wrapUpMs'
  | 'abandonedDuring'
  | 'afterEvent'
  | 'endedBy'
  | 'missedCause'
  | 'excluded'
  | 'interruptions'
  | 'calledBackAtMs'
  | 'surveyOffered'
  | 'grade'
  | 'surveyExempt'
>;

/** The limits in the formulas. */
export interface TallyRules {
  /** The standard's answer time, from arrival; 15 s. */
  readonly answerWithinMs: number;
  /** Abandons shorter than this are also shown left out; 0 = there is no such limit. */
  readonly shortAbandonMs: number;
  /** 服务触达率: called back so soon after the end counts as reached; 30 min. */
  readonly calledBackWithinMs: number;
}

/** The rules a site has unless it says otherwise. */
export const defaultTallyRules: TallyRules = {
  answerWithinMs: 15_000,
  shortAbandonMs: 0,
  calledBackWithinMs: 30 * 60_000,
};

/** Raw counts and sums (ms) of some contacts, made under one set of rules. */
export interface Tally {
  /** Answered or over: the denominator of 接通率. */
  readonly offered: number;
  /** Arrived, neither answered nor over: shown beside the rates, in none of them. */
  readonly undecided: number;
  readonly answered: number;
  readonly answeredInTime: number;
  readonly calledBackInTime: number;
  /** Given up in the prompts or on the way to a sub-centre (语音中放弃), in line (排队中放弃), at a ringing phone (振铃中放弃). */
  readonly abandonedInPrompt: number;
  readonly abandonedInQueue: number;
  readonly abandonedRinging: number;
  readonly shortAbandons: number;
  /** 听取提示后挂机: of the abandons, those during or right after an event prompt. */
  readonly abandonedAfterEvent: number;
  readonly missedBy: Readonly<Partial<Record<MissedCause, number>>>;
  /** 提示中挂机: of those that were only told of a changed number, the ones that hung up before its end. */
  readonly hungUpInPrompt: number;
  readonly excludedBy: Readonly<Partial<Record<ExcludedReason, number>>>;
  /** 外呼 that came to a talk, and those talks' time: counted apart, in no rate of the calls that come in. */
  readonly outboundReached: number;
  readonly outboundTalkMs: number;
  readonly interruptions: number;
  /** 评价: offered, answered with a grade, 基本满意 or better; and answered contacts that stand outside it. */
  readonly surveysOffered: number;
  readonly rated: number;
  readonly satisfied: number;
  readonly surveyExempt: number;
  /** Answered contacts' waits from arrival, and from queueing. */
  readonly answeredWaitMs: number;
  readonly answeredQueuedWaitMs: number;
  readonly longestWaitMs: number;
  readonly longestQueuedWaitMs: number;
  readonly talkMs: number;
  readonly holdMs: number;
  readonly wrapUpMs: number;
}

/** Nothing counted yet. */
export const emptyTally: Tally = {
  offered: 0,
  undecided: 0,
  answered: 0,
  answeredInTime: 0,
  calledBackInTime: 0,
  abandonedInPrompt: 0,
  abandonedInQueue: 0,
  abandonedRinging: 0,
  shortAbandons: 0,
  abandonedAfterEvent: 0,
  missedBy: {},
  hungUpInPrompt: 0,
  excludedBy: {},
  outboundReached: 0,
  outboundTalkMs: 0,
  interruptions: 0,
  surveysOffered: 0,
  rated: 0,
  satisfied: 0,
  surveyExempt: 0,
  answeredWaitMs: 0,
  answeredQueuedWaitMs: 0,
  longestWaitMs: 0,
  longestQueuedWaitMs: 0,
  talkMs: 0,
  holdMs: 0,
  wrapUpMs: 0,
};

/** The tally of one record: what every sum is made of. */
export function tallyOf(record: CountedRecord, rules: TallyRules): Tally {
  if (record.excluded !== null)
    return {
      ...emptyTally,
      excludedBy: { [record.excluded]: 1 },
      hungUpInPrompt: record.excluded === 'promptOnly' && record.endedBy === 'citizen' ? 1 : 0,
      ...(record.excluded === 'outbound' && record.answered && reachedTalk(record)),
    };
  if (record.answered) return answeredTally(record, rules);
  if (record.endedAtMs === null) return { ...emptyTally, undecided: 1 };
  return missedTally(record, rules);
}

function reachedTalk({ talkMs, holdMs }: CountedRecord): Partial<Tally> {
  return { outboundReached: 1, outboundTalkMs: talkMs + holdMs };
}

function answeredTally(record: CountedRecord, rules: TallyRules): Tally {
  const waitMs = record.waitMs ?? 0;
  return {
    ...emptyTally,
    ...waits(record),
    ...surveyed(record),
    offered: 1,
    answered: 1,
    answeredInTime: waitMs <= rules.answerWithinMs ? 1 : 0,
    answeredWaitMs: waitMs,
    answeredQueuedWaitMs: record.queuedWaitMs ?? 0,
    interruptions: record.interruptions,
    talkMs: record.talkMs,
    holdMs: record.holdMs,
    wrapUpMs: record.wrapUpMs,
  };
}

function surveyed({ surveyOffered, grade, surveyExempt }: CountedRecord): Partial<Tally> {
  if (surveyExempt) return { surveyExempt: 1 };
  return {
    surveysOffered: surveyOffered ? 1 : 0,
    rated: grade === null ? 0 : 1,
    satisfied: grade !== null && grade >= satisfiedFrom ? 1 : 0,
  };
}

function missedTally(record: CountedRecord, rules: TallyRules): Tally {
  const { abandonedDuring, afterEvent, missedCause, calledBackAtMs, endedAtMs, waitMs } = record;
  const short = abandonedDuring !== null && (waitMs ?? 0) < rules.shortAbandonMs;
  const calledBack = calledBackAtMs !== null && calledBackAtMs - (endedAtMs ?? 0) <= rules.calledBackWithinMs;
  return {
    ...emptyTally,
    ...waits(record),
    offered: 1,
    calledBackInTime: calledBack ? 1 : 0,
    abandonedInPrompt: isBeforeQueue(abandonedDuring) ? 1 : 0,
    abandonedInQueue: abandonedDuring === 'waiting' ? 1 : 0,
    abandonedRinging: abandonedDuring === 'offered' ? 1 : 0,
    shortAbandons: short ? 1 : 0,
    abandonedAfterEvent: afterEvent === null ? 0 : 1,
    missedBy: missedCause === null ? {} : { [missedCause]: 1 },
  };
}

function waits({
  waitMs,
  queuedWaitMs,
}: CountedRecord): Pick<Tally, 'longestWaitMs' | 'longestQueuedWaitMs'> {
  return { longestWaitMs: waitMs ?? 0, longestQueuedWaitMs: queuedWaitMs ?? 0 };
}

/** Two tallies of different contacts as one. */
export function addTallies(one: Tally, other: Tally): Tally {
  return {
    offered: one.offered + other.offered,
    undecided: one.undecided + other.undecided,
    answered: one.answered + other.answered,
    answeredInTime: one.answeredInTime + other.answeredInTime,
    calledBackInTime: one.calledBackInTime + other.calledBackInTime,
    abandonedInPrompt: one.abandonedInPrompt + other.abandonedInPrompt,
    abandonedInQueue: one.abandonedInQueue + other.abandonedInQueue,
    abandonedRinging: one.abandonedRinging + other.abandonedRinging,
    shortAbandons: one.shortAbandons + other.shortAbandons,
    abandonedAfterEvent: one.abandonedAfterEvent + other.abandonedAfterEvent,
    missedBy: addCounts(one.missedBy, other.missedBy),
    hungUpInPrompt: one.hungUpInPrompt + other.hungUpInPrompt,
    excludedBy: addCounts(one.excludedBy, other.excludedBy),
    outboundReached: one.outboundReached + other.outboundReached,
    outboundTalkMs: one.outboundTalkMs + other.outboundTalkMs,
    interruptions: one.interruptions + other.interruptions,
    surveysOffered: one.surveysOffered + other.surveysOffered,
    rated: one.rated + other.rated,
    satisfied: one.satisfied + other.satisfied,
    surveyExempt: one.surveyExempt + other.surveyExempt,
    answeredWaitMs: one.answeredWaitMs + other.answeredWaitMs,
    answeredQueuedWaitMs: one.answeredQueuedWaitMs + other.answeredQueuedWaitMs,
    longestWaitMs: Math.max(one.longestWaitMs, other.longestWaitMs),
    longestQueuedWaitMs: Math.max(one.longestQueuedWaitMs, other.longestQueuedWaitMs),
    talkMs: one.talkMs + other.talkMs,
    holdMs: one.holdMs + other.holdMs,
    wrapUpMs: one.wrapUpMs + other.wrapUpMs,
  };
}

type Counts = Readonly<Record<string, number>>;

function addCounts(one: Counts, other: Counts): Counts {
  const sum: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** All records in one tally. */
export function tallyAll(records: Iterable<CountedRecord>, rules: TallyRules): Tally {
  let sum = emptyTally;
  for (const record of records) sum = addTallies(sum, tallyOf(record, rules));
  return sum;
}

/** The figures of a tally. The three promises stand side by side and are never mixed. */
export interface Figures {
  /** 接通率: answered by a person / offered. */
  readonly answerRate: Figure;
  /** The same with short abandons left out; `null` while there is no such limit. */
  readonly answerRateWithoutShort: Figure | null;
  /** Answered within 15 s of arrival / offered, and / answered: both usages of the "15-second rate". */
  readonly within15OfOffered: Figure;
  readonly within15OfAnswered: Figure;
  /** 服务触达率: answered, or called back in time / offered. */
  readonly reached: Figure;
  readonly abandonRate: Figure;
  /** 评价发起率: surveys offered / answered, without those exempt. */
  readonly surveyOffer: Figure;
  /** 评价参与率: rated / surveys offered. */
  readonly surveyResponse: Figure;
  /** 满意率: 非常满意, 满意 and 基本满意 / rated. */
  readonly satisfied: Figure;
  /** Average speed of answer, from arrival. */
  readonly asa: Figure;
  /** (talk + hold + wrap-up) / answered. */
  readonly aht: Figure;
  readonly averageTalk: Figure;
  readonly averageHold: Figure;
  readonly averageWrapUp: Figure;
  /** 外呼接通率: agents' own calls that came to a talk / all of them; and those talks' mean. */
  readonly outboundReach: Figure;
  readonly averageOutboundTalk: Figure;
}

/** All that the citizens gave up, in prompts, in line and at a ringing phone. */
export function abandonedIn(tally: Tally): number {
  return tally.abandonedInPrompt + tally.abandonedInQueue + tally.abandonedRinging;
}

/** Turns counts into figures; see docs/glossary.md for each formula. */
export function figuresOf(tally: Tally, rules: TallyRules): Figures {
  const { offered, answered, shortAbandons } = tally;
  const abandoned = abandonedIn(tally);
  const handledMs = tally.talkMs + tally.holdMs + tally.wrapUpMs;
  return {
    answerRate: rateFigure('answerRate', answered, offered),
    answerRateWithoutShort:
      rules.shortAbandonMs === 0
        ? null
        : rateFigure('answerRateWithoutShort', answered, offered - shortAbandons),
    within15OfOffered: rateFigure('within15OfOffered', tally.answeredInTime, offered),
    within15OfAnswered: rateFigure('within15OfAnswered', tally.answeredInTime, answered),
    reached: rateFigure('reached', answered + tally.calledBackInTime, offered),
    abandonRate: rateFigure('abandonRate', abandoned, offered),
    surveyOffer: rateFigure('surveyOffer', tally.surveysOffered, answered - tally.surveyExempt),
    surveyResponse: rateFigure('surveyResponse', tally.rated, tally.surveysOffered),
    satisfied: rateFigure('satisfied', tally.satisfied, tally.rated),
    asa: averageFigure('asa', tally.answeredWaitMs, answered),
    aht: averageFigure('aht', handledMs, answered),
    averageTalk: averageFigure('averageTalk', tally.talkMs, answered),
    averageHold: averageFigure('averageHold', tally.holdMs, answered),
    averageWrapUp: averageFigure('averageWrapUp', tally.wrapUpMs, answered),
    outboundReach: rateFigure('outboundReach', tally.outboundReached, tally.excludedBy.outbound ?? 0),
    averageOutboundTalk: averageFigure('averageOutboundTalk', tally.outboundTalkMs, tally.outboundReached),
  };
}

/** Given up where nobody of ours was asked for: in the prompts, or on the way to a sub-centre. */
function isBeforeQueue(during: CountedRecord['abandonedDuring']): boolean {
  return during === 'flow' || during === 'leaving' || during === 'led';
}
