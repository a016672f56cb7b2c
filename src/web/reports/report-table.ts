// What the report's table shows, column by column: counts that lead to their calls, rates, and times.
import type { Report, ReportRow } from '../../adapters/http/report.js';
import type { Interval } from '../../metrics/intervals.js';
import type { SubsetName } from '../../metrics/subset.js';
import { clockText, civilDay, minuteText } from '../civil-time.js';
import { dayText, nameOf, say } from '../words/language.js';
import type { WordKey } from '../words/zh.js';
import type { ListWish, ReportTopic } from './report-address.js';

/** A count, and the calls it stands for. */
export interface CountColumn {
  readonly word: WordKey;
  /** The heading of its column, broken into lines; where there is none, it has no column. */
  readonly head?: WordKey;
  readonly subset: SubsetName;
}

/** The columns of counts, in two bands. */
export const countColumns: readonly CountColumn[] = [
  { word: 'kpi.offered', head: 'reports.head.offered', subset: 'offered' },
  { word: 'kpi.answered', head: 'reports.head.answered', subset: 'answered' },
  { word: 'reports.inTime', head: 'reports.head.inTime', subset: 'within15' },
  { word: 'reports.notAnswered', head: 'reports.head.notAnswered', subset: 'notAnswered' },
  { word: 'reports.undecided', head: 'reports.head.undecided', subset: 'undecided' },
  { word: 'reports.excluded', head: 'reports.head.excluded', subset: 'excluded' },
];

export const abandonColumns: readonly CountColumn[] = [
  { word: 'reports.abandoned', head: 'reports.head.abandoned', subset: 'abandoned' },
  { word: 'reports.inPrompt', head: 'reports.head.inPrompt', subset: 'abandonedInPrompt' },
  { word: 'reports.inQueue', head: 'reports.head.inQueue', subset: 'abandonedInQueue' },
  { word: 'reports.ringing', head: 'reports.head.ringing', subset: 'abandonedRinging' },
  { word: 'reports.short', head: 'reports.head.short', subset: 'shortAbandoned' },
  { word: 'reports.afterEvent', head: 'reports.head.afterEvent', subset: 'abandonedAfterEvent' },
];

/** 评价 after the talk. */
export const surveyColumns: readonly CountColumn[] = [
  { word: 'reports.survey.offered', subset: 'surveyOffered' },
  { word: 'reports.survey.rated', subset: 'rated' },
  { word: 'rate.none', subset: 'unrated' },
  { word: 'reports.survey.unhappy', subset: 'dissatisfied' },
  { word: 'rate.exempt', head: 'reports.head.exempt', subset: 'surveyExempt' },
];

type FigureName = keyof ReportRow['figures'];

export interface FigureColumn {
  readonly word: WordKey;
  readonly head: WordKey;
  readonly figure: FigureName;
}

export const rateColumns: readonly FigureColumn[] = [
  { word: 'kpi.rate', head: 'reports.head.rate', figure: 'answerRate' },
  { word: 'kpi.within15.offered', head: 'reports.head.within15.offered', figure: 'within15OfOffered' },
  { word: 'kpi.within15.answered', head: 'reports.head.within15.answered', figure: 'within15OfAnswered' },
  { word: 'kpi.reached', head: 'reports.head.reached', figure: 'reached' },
];

export const surveyRateColumns: readonly FigureColumn[] = [
  { word: 'kpi.surveyOffer', head: 'reports.head.surveyOffer', figure: 'surveyOffer' },
  { word: 'kpi.survey', head: 'reports.head.survey', figure: 'surveyResponse' },
  { word: 'kpi.satisfied', head: 'reports.head.satisfied', figure: 'satisfied' },
];

export const timeColumns: readonly FigureColumn[] = [
  { word: 'kpi.asa', head: 'reports.head.asa', figure: 'asa' },
  { word: 'reports.aht', head: 'reports.head.aht', figure: 'aht' },
  { word: 'reports.talk', head: 'reports.head.talk', figure: 'averageTalk' },
  { word: 'reports.hold', head: 'reports.head.hold', figure: 'averageHold' },
  { word: 'reports.wrap', head: 'reports.head.wrap', figure: 'averageWrapUp' },
];

/** Old numbers: calls served as any other, and those that were only told what to dial. */
const ledCounts = [...countColumns, ...abandonColumns].filter(({ subset }) =>
  ['offered', 'answered', 'notAnswered', 'abandoned'].includes(subset),
);
const toldColumns: readonly CountColumn[] = [
  { word: 'reports.outside.promptOnly', head: 'reports.head.promptOnly', subset: 'excludedPromptOnly' },
  { word: 'reports.hungUpInPrompt', head: 'reports.head.hungUpInPrompt', subset: 'hungUpInPrompt' },
];

/** A stretch of the table under one heading: counts, rates or times. */
export interface TableBand {
  readonly word: WordKey;
  readonly counts?: readonly CountColumn[];
  readonly rates?: readonly FigureColumn[];
  readonly times?: readonly FigureColumn[];
}

/** What the table tells of, band by band. */
export const tableBands: Readonly<Record<ReportTopic, readonly TableBand[]>> = {
  answering: [
    { word: 'reports.counts', counts: countColumns },
    { word: 'reports.abandons', counts: abandonColumns },
    { word: 'reports.rates', rates: rateColumns },
    { word: 'reports.times', times: timeColumns },
  ],
  numbers: [
    { word: 'reports.counts', counts: ledCounts },
    { word: 'reports.told', counts: toldColumns },
    { word: 'reports.rates', rates: rateColumns },
  ],
  survey: [
    { word: 'reports.counts', counts: countColumns.filter(({ subset }) => subset === 'answered') },
    { word: 'reports.survey', counts: surveyColumns },
    { word: 'reports.rates', rates: surveyRateColumns },
  ],
};

/** Why calls were not answered: together they are all of those. */
export const missedColumns: readonly CountColumn[] = [
  { word: 'reports.result.abandoned', subset: 'abandoned' },
  { word: 'reports.missed.timeout', subset: 'missedTimeout' },
  { word: 'reports.missed.nobody', subset: 'missedNobody' },
  { word: 'reports.missed.overload', subset: 'missedOverload' },
  { word: 'reports.missed.flowEnd', subset: 'missedFlowEnd' },
  { word: 'reports.missed.lost', subset: 'missedLost' },
  { word: 'reports.missed.away', subset: 'missedAway' },
  { word: 'reports.missed.full', subset: 'missedFull' },
];

/** What stands outside all rates. */
export const excludedColumns: readonly CountColumn[] = [
  { word: 'reports.outside.testCall', subset: 'excludedTestCall' },
  { word: 'reports.outside.blocked', subset: 'excludedBlocked' },
  { word: 'reports.outside.promptOnly', subset: 'excludedPromptOnly' },
  { word: 'reports.outside.subCentre', subset: 'excludedSubCentre' },
];

/** 外呼: a line of its own, in no rate of the calls that come in. */
export const outboundColumns: readonly CountColumn[] = [
  { word: 'reports.outbound.made', subset: 'outbound' },
  { word: 'reports.outbound.reached', subset: 'outboundReached' },
];

/** Seconds with one decimal, cut off: `12.3`; the unit stands over the columns. */
export function secondsText(ms: number): string {
  const tenths = Math.floor(ms / 100);
  return `${String(Math.floor(tenths / 10))}.${String(tenths % 10)}`;
}

/** An average of a row, `—` where there is nothing to divide by. */
export function averageText({ figures }: ReportRow, name: FigureName): string {
  const figure = figures[name];
  if (figure === null || figure.denominator === 0) return '—';
  return secondsText(figure.numerator / figure.denominator);
}

/** `14:00–14:15`, with its day where the period has several; a whole day; a month. */
export function timeText(row: Interval, by: string, severalDays: boolean): string {
  if (by === 'month') {
    const { year, month } = civilDay(row.fromMs);
    return say('reports.monthText', { y: year, m: String(month).padStart(2, '0') });
  }
  const { weekday } = civilDay(row.fromMs);
  if (by === 'week') return `${dayText(row.fromMs)}–${dayText(row.toMs - 1)}`;
  if (by === 'day') return `${dayText(row.fromMs)} ${say(`weekday.${String(weekday)}` as WordKey)}`;
  const end = minuteText(row.toMs) === '00:00' ? '24:00' : minuteText(row.toMs);
  const clock = `${minuteText(row.fromMs)}–${end}`;
  return severalDays ? `${dayText(row.fromMs)} ${clock}` : clock;
}

/** `11月23日 14:05:03`. */
export function instantText(epochMs: number): string {
  return `${dayText(epochMs)} ${clockText(epochMs)}`;
}

const dayMs = 86_400_000;

/** Whether its times need their days beside them. */
export function hasSeveralDays({ fromMs, toMs }: Interval): boolean {
  return toMs - fromMs > dayMs;
}

/** Lists that no column of the table leads to: the wall does. */
const otherWords: Readonly<Partial<Record<SubsetName, WordKey>>> = {
  notWithin15: 'reports.notWithin15',
  answeredLate: 'reports.answeredLate',
};

/** `14:00–15:00 综合队列 · 放弃`: what a list over this report holds. */
export function listTitle(report: Report, { subset, fromMs, toMs, of }: ListWish): string {
  const when =
    fromMs === undefined || toMs === undefined
      ? wholeText(report)
      : timeText({ fromMs, toMs }, report.by, hasSeveralDays(report));
  const group = report.groups.find(({ id }) => id === of);
  const whose = of === undefined ? [] : [group === undefined ? of : nameOf(group)];
  const columns = [
    ...countColumns,
    ...abandonColumns,
    ...toldColumns,
    ...surveyColumns,
    ...missedColumns,
    ...excludedColumns,
    ...outboundColumns,
  ];
  const word = columns.find((column) => column.subset === subset)?.word ?? otherWords[subset];
  return `${[when, ...whose].join(' ')} · ${word === undefined ? subset : say(word)}`;
}

/** The days of the whole. */
function wholeText(report: Report): string {
  const [first, last] = [dayText(report.fromMs), dayText(report.toMs - 1)];
  return first === last ? first : `${first}–${last}`;
}
