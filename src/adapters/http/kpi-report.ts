// Makes the figures of a period from its call records: by hour, by day, or as rolling 24 hours with the worst window.
import { dayMs } from '../../contact/civil-time.js';
import { gapsWithin, type GapsShown } from '../../metrics/data-gaps.js';
import type { Interval } from '../../metrics/intervals.js';
import { createTallySheet, everyInterval } from '../../metrics/tally-sheet.js';
import {
  addTallies,
  defaultTallyRules,
  emptyTally,
  figuresOf,
  tallyAll,
  type Figures,
  type Tally,
  type TallyRules,
} from '../../metrics/tally.js';
import { worstWindow, type CountedArrival, type WorstWindow } from '../../metrics/worst-window.js';
import type { MetricsPolicy } from '../../site/site.js';
import type { RecordReader } from './record-reader.js';

export const kpiKinds = ['hour', 'day', 'rolling24'] as const;
export type KpiKind = (typeof kpiKinds)[number];

/** What is asked for; the interval is `[fromMs, toMs)`. */
export interface KpiQuestion extends Interval {
  readonly by: KpiKind;
  readonly kpiLine?: string;
}

/** Figures of one interval, the counts behind them, and how much of it has no data. */
export interface KpiRow extends Interval, GapsShown {
  readonly counts: Tally;
  readonly figures: Figures;
}

/** The rows of a period and all of it in one; `worst24h` only where rolling 24 hours were asked for. */
export interface KpiReport extends Interval {
  readonly by: KpiKind;
  readonly rows: readonly KpiRow[];
  readonly total: KpiRow;
  readonly worst24h: WorstWindow | null;
}

/** Longest period, so that no question holds the thread or the memory. */
export const longestPeriodMs: Readonly<Record<KpiKind, number>> = {
  hour: 31 * dayMs,
  day: 366 * dayMs,
  rolling24: 31 * dayMs,
};

/** The limits of the formulas, as the site sets them. */
export function tallyRulesOf({ answerGoalMs, shortAbandonMs }: MetricsPolicy): TallyRules {
  return { ...defaultTallyRules, answerWithinMs: answerGoalMs, shortAbandonMs };
}

/** Answers a question. @throws DATABASE_UNAVAILABLE */
export async function reportKpis(
  records: RecordReader,
  question: KpiQuestion,
  rules: TallyRules,
): Promise<KpiReport> {
  const { fromMs, toMs, by } = question;
  const gaps = await records.dataGaps(by === 'rolling24' ? lastDayOf(question) : question);
  const row = ({ fromMs: from, toMs: to }: Interval, counts: Tally): KpiRow => ({
    fromMs: from,
    toMs: to,
    counts,
    figures: figuresOf(counts, rules),
    ...gapsWithin(gaps, { fromMs: from, toMs: to }),
  });
  if (by === 'rolling24') {
    const lastDay = lastDayOf(question);
    const total = row(lastDay, await tallyPeriod(records, lastDay, rules, question.kpiLine));
    return { fromMs, toMs, by, rows: [total], total, worst24h: await worstOf(records, question) };
  }
  const sheet = createTallySheet({ by, within: { fromMs, toMs }, rules });
  for await (const chunk of records.countedRecords({ fromMs, toMs }, question.kpiLine)) sheet.add(chunk);
  const tallies = everyInterval(by, { fromMs, toMs }, sheet.rows());
  const all = tallies.reduce((sum, { tally }) => addTallies(sum, tally), emptyTally);
  return {
    fromMs,
    toMs,
    by,
    rows: tallies.map((interval) => row(interval, interval.tally)),
    total: row({ fromMs, toMs }, all),
    worst24h: null,
  };
}

function lastDayOf({ toMs }: Interval): Interval {
  return { fromMs: toMs - dayMs, toMs };
}

async function tallyPeriod(
  records: RecordReader,
  interval: Interval,
  rules: TallyRules,
  kpiLine: string | undefined,
): Promise<Tally> {
  let sum = emptyTally;
  for await (const chunk of records.countedRecords(interval, kpiLine))
    sum = addTallies(sum, tallyAll(chunk, rules));
  return sum;
}

async function worstOf(records: RecordReader, question: KpiQuestion): Promise<WorstWindow | null> {
  const dataFromMs = await records.firstArrivalMs();
  if (dataFromMs === null) return null;
  const { fromMs, toMs } = question;
  const arrivals: CountedArrival[] = [];
  const reach = { fromMs: fromMs - dayMs, toMs };
  for await (const chunk of records.countedArrivals(reach, question.kpiLine)) arrivals.push(...chunk);
  return worstWindow(arrivals, { fromMs, toMs, dataFromMs }) ?? null;
}
