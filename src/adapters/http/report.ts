// Makes a report: the figures of a period by interval, hour, day, week or month, of all calls or apart by queue, entry or team.
import { dayMs } from '../../contact/civil-time.js';
import { AppError } from '../../errors.js';
import { gapsWithin, type DataGap, type GapsShown } from '../../metrics/data-gaps.js';
import { formulaVersion } from '../../metrics/figure.js';
import type { Interval } from '../../metrics/intervals.js';
import { countIn, subsetNames, type SubsetName } from '../../metrics/subset.js';
import {
  addTallies,
  emptyTally,
  figuresOf,
  type Figures,
  type Tally,
  type TallyRules,
} from '../../metrics/tally.js';
import { createTallySheet, everyInterval, type GroupTally } from '../../metrics/tally-sheet.js';
import type { Site } from '../../site/site.js';
import type { KpiRow } from './kpi-report.js';
import { groupOf, groupsOf, namedGroups, type GroupName, type ReportGrouping } from './report-groups.js';
import type { RecordReader } from './record-reader.js';

export const reportKinds = ['interval', 'hour', 'day', 'week', 'month'] as const;
export type ReportKind = (typeof reportKinds)[number];

/** What is asked for; the period is `[fromMs, toMs)`. */
export interface ReportQuestion extends Interval {
  readonly by: ReportKind;
  readonly group: ReportGrouping;
}

/** Rates that are measured on all calls offered. */
type RateOfOffered =
  'answerRate' | 'answerRateWithoutShort' | 'within15OfOffered' | 'reached' | 'abandonRate';

/** A call that nobody answered is of no team: a team has no rate of the calls offered. */
export type ReportFigures = {
  readonly [Name in keyof Figures]: Figures[Name] | (Name extends RateOfOffered ? null : never);
};

const noRatesOfOffered: Readonly<Record<RateOfOffered, null>> = {
  answerRate: null,
  answerRateWithoutShort: null,
  within15OfOffered: null,
  reached: null,
  abandonRate: null,
};

/** Figures of one group in one interval, cut to the period: the calls that arrived between its two instants. */
export interface ReportRow extends Omit<KpiRow, 'figures'> {
  readonly figures: ReportFigures;
  /** Empty where nothing is grouped. */
  readonly group: string;
  /** How many calls each subset has: each number leads to its calls by that name. */
  readonly cells: Readonly<Record<SubsetName, number>>;
}

/** A report: rows in order of time, then of the groups; the same groups over the whole period; all of it in one. */
export interface Report extends ReportQuestion {
  readonly formulaVersion: number;
  /** The limits the counts were made with. */
  readonly rules: TallyRules;
  readonly groups: readonly GroupName[];
  /** What a sample can be drawn from. */
  readonly choices: { readonly queues: readonly GroupName[]; readonly teams: readonly GroupName[] };
  readonly rows: readonly ReportRow[];
  readonly totals: readonly ReportRow[];
  readonly total: ReportRow;
}

/** Longest period, as for the KPIs. */
export const longestReportMs: Readonly<Record<ReportKind, number>> = {
  interval: 7 * dayMs,
  hour: 31 * dayMs,
  day: 366 * dayMs,
  week: 732 * dayMs,
  month: 1827 * dayMs,
};

/** Rows at most: groups multiply them. */
export const mostRows = 2_000;

/** Answers a question. @throws DATABASE_UNAVAILABLE, REQUEST_INVALID where it has too many rows */
export async function reportFigures(
  records: RecordReader,
  question: ReportQuestion,
  rules: TallyRules,
  site: Site,
): Promise<Report> {
  const { by, group } = question;
  const period: Interval = { fromMs: question.fromMs, toMs: question.toMs };
  const sheet = createTallySheet({ by, within: period, rules, groupOf: groupOf(group, site) });
  for await (const chunk of records.countedRecords(period)) {
    sheet.add(chunk);
    if (sheet.rowCount() > mostRows) throw tooManyRows();
  }
  const groups = groupsOf(group, site);
  const counted = inOrder(sheet.rows(), groups);
  const rows =
    group === 'none' ? everyInterval(by, period, counted).map((row) => ({ ...row, group: '' })) : counted;
  const finish = rowMaker(await records.dataGaps(period), { ...period, by, group }, rules);
  return {
    ...question,
    formulaVersion,
    rules,
    groups,
    choices: { queues: namedGroups('queue', site), teams: namedGroups('team', site) },
    rows: rows.map(finish),
    totals: group === 'none' ? [] : totalsOf(counted, groups).map((row) => finish({ ...row, ...period })),
    total: finish({ ...period, group: '', tally: sumOf(counted) }),
  };
}

function tooManyRows(): AppError {
  return new AppError('REQUEST_INVALID', {
    in: 'querystring',
    field: 'to',
    zh: `超过 ${String(mostRows)} 行,请缩短时段或加大间隔`,
    en: `more than ${String(mostRows)} rows: take a shorter period or longer intervals`,
  });
}

function inOrder(rows: readonly GroupTally[], groups: readonly GroupName[]): readonly GroupTally[] {
  const place = new Map(groups.map(({ id }, at) => [id, at]));
  const placeOf = (row: GroupTally): number => place.get(row.group) ?? groups.length;
  return [...rows].sort((one, other) => one.fromMs - other.fromMs || placeOf(one) - placeOf(other));
}

function sumOf(rows: readonly GroupTally[]): Tally {
  return rows.reduce((sum, { tally }) => addTallies(sum, tally), emptyTally);
}

function totalsOf(rows: readonly GroupTally[], groups: readonly GroupName[]) {
  const known = new Set(groups.map(({ id }) => id));
  const strange = [...new Set(rows.map(({ group }) => group))].filter((id) => !known.has(id));
  return [...known, ...strange]
    .map((group) => ({ group, tally: sumOf(rows.filter((row) => row.group === group)) }))
    .filter(({ tally }) => tally !== emptyTally);
}

/** Groups of one interval share its gaps: they are looked for once. */
function rowMaker(gaps: readonly DataGap[], period: ReportQuestion, rules: TallyRules) {
  const found = new Map<string, GapsShown>();
  return ({ group, tally, ...whole }: GroupTally): ReportRow => {
    const fromMs = Math.max(whole.fromMs, period.fromMs);
    const toMs = Math.min(whole.toMs, period.toMs);
    const key = `${String(fromMs)} ${String(toMs)}`;
    const shown = found.get(key) ?? gapsWithin(gaps, { fromMs, toMs });
    found.set(key, shown);
    const ofTeam = period.group === 'team' && group !== '';
    const figures = { ...figuresOf(tally, rules), ...(ofTeam && noRatesOfOffered) };
    return { fromMs, toMs, group, counts: tally, cells: cellsOf(tally), figures, ...shown };
  };
}

function cellsOf(tally: Tally): ReportRow['cells'] {
  return Object.fromEntries(subsetNames.map((name) => [name, countIn(tally, name)])) as ReportRow['cells'];
}
