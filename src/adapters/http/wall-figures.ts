// The wall's figures: today, the last four hours, the last 24 hours and the month's worst 24, read now and then while it is watched.
import { dayMs, dayKeyAt, dayStartMs } from '../../contact/civil-time.js';
import { gapsWithin } from '../../metrics/data-gaps.js';
import type { Figure } from '../../metrics/figure.js';
import { intervalAt, last24Hours, type Interval } from '../../metrics/intervals.js';
import { addTallies, emptyTally, figuresOf, tallyOf, type Tally } from '../../metrics/tally.js';
import {
  windowMs,
  worseOf,
  worstWindow,
  type CountedArrival,
  type WorstWindow,
} from '../../metrics/worst-window.js';
import type { HttpParts } from './http-parts.js';
import { keepReading, type ReadLane } from './kept-reading.js';
import { reportKpis, tallyRulesOf } from './kpi-report.js';
import type { LiveData } from './live-image.js';
import { unreachedSinceMs } from './unreached-routes.js';

/** A figure as a board shows it. */
export type Rate = Pick<Figure, 'text' | 'numerator' | 'denominator'>;

/** What the records gave last. */
export interface WallFigures {
  readonly figures: LiveData[string];
  /** By beginning of each 15 minutes. */
  readonly trend: LiveData[string];
  /** The records could be read the last time. */
  readonly databaseUp: boolean;
}

const todayEveryMs = 5_000;
const dayEveryMs = 60_000;
const unreachedEveryMs = 5_000;
/** The month's earlier days change no more, but for facts that were carried late. */
const monthEveryMs = 3_600_000;
const trendStepMs = 15 * 60_000;
const trendSteps = 16;

interface Today {
  readonly dayKey: string;
  readonly figures: object;
  readonly trend: LiveData[string];
}

/** A function that tells the last figures and sees to it that newer ones are read. */
export function createWallFigures(parts: HttpParts, lane: ReadLane): () => WallFigures {
  const { records, sites, nowMs, log } = parts;
  const rules = () => tallyRulesOf(sites.current().metricsPolicy);
  const kept = { lane, nowMs, log };
  const readings = {
    today: keepReading({ ...kept, name: 'today', everyMs: todayEveryMs, read: readToday }),
    last24h: keepReading({ ...kept, name: 'last24h', everyMs: dayEveryMs, read: readLast24h }),
    month: keepReading({ ...kept, name: 'month', everyMs: monthEveryMs, read: readMonth }),
    unreached: keepReading({
      ...kept,
      name: 'unreached',
      everyMs: unreachedEveryMs,
      read: () => records.unreachedCount(unreachedSinceMs(nowMs())),
    }),
    recent: keepReading({ ...kept, name: 'worst24h', everyMs: dayEveryMs, read: readRecent }),
  };

  async function readToday(): Promise<Today> {
    const atMs = nowMs();
    const day = intervalAt('day', atMs);
    const steps = trendOf(atMs);
    const tallies = new Map(steps.map((fromMs) => [fromMs, emptyTally]));
    let sum = emptyTally;
    const reach = { fromMs: Math.min(day.fromMs, steps[0] ?? day.fromMs), toMs: day.toMs };
    for await (const chunk of records.countedRecords(reach)) {
      for (const record of chunk) {
        const tally = tallyOf(record, rules());
        if (record.arrivedAtMs >= day.fromMs) sum = addTallies(sum, tally);
        const step = record.arrivedAtMs - (record.arrivedAtMs % trendStepMs);
        const known = tallies.get(step);
        if (known !== undefined) tallies.set(step, addTallies(known, tally));
      }
    }
    const { gapMs } = gapsWithin(await records.dataGaps(day), day);
    const trend = Object.fromEntries(
      [...tallies].map(([fromMs, tally]) => [String(fromMs), countsOf(tally)]),
    );
    return { dayKey: dayKeyAt(atMs), figures: { ...todayFigures(sum), gapMs }, trend };
  }

  function todayFigures(tally: Tally) {
    const figures = figuresOf(tally, rules());
    const { answered, answeredWaitMs } = tally;
    return {
      ...countsOf(tally),
      answerRate: rateOf(figures.answerRate),
      within15OfOffered: rateOf(figures.within15OfOffered),
      within15OfAnswered: rateOf(figures.within15OfAnswered),
      reached: rateOf(figures.reached),
      asaMs: answered === 0 ? null : Math.floor(answeredWaitMs / answered),
    };
  }

  async function readLast24h() {
    const { fromMs, toMs } = last24Hours(nowMs());
    const { total } = await reportKpis(records, { fromMs, toMs, by: 'day' }, rules());
    return { answerRate: rateOf(total.figures.answerRate), gapMs: total.gapMs };
  }

  /** The worst window that ended this month before today. */
  function readMonth(): Promise<Worst> {
    const atMs = nowMs();
    return worstWithin({ fromMs: intervalAt('month', atMs).fromMs, toMs: dayStartMs(dayKeyAt(atMs)) });
  }

  /** Yesterday too: at midnight the reading of the month is still without it. */
  function readRecent(): Promise<Worst> {
    const toMs = nowMs();
    const yesterdayMs = dayStartMs(dayKeyAt(toMs)) - dayMs;
    return worstWithin({ fromMs: Math.max(yesterdayMs, intervalAt('month', toMs).fromMs), toMs });
  }

  async function worstWithin({ fromMs, toMs }: Interval): Promise<Worst> {
    const monthFromMs = intervalAt('month', fromMs).fromMs;
    const dataFromMs = fromMs < toMs ? await records.firstArrivalMs() : null;
    if (dataFromMs === null) return { monthFromMs, window: undefined };
    const arrivals: CountedArrival[] = [];
    const reach = { fromMs: fromMs - windowMs, toMs };
    for await (const chunk of records.countedArrivals(reach)) arrivals.push(...chunk);
    return { monthFromMs, window: worstWindow(arrivals, { fromMs, toMs, dataFromMs }) };
  }

  /** Undefined until both parts of this month have been read. */
  function worst(): WorstWindow | null | undefined {
    const [before, recent] = [readings.month.value(), readings.recent.value()];
    if (before === undefined || recent === undefined) return undefined;
    const { fromMs } = intervalAt('month', nowMs());
    const ofMonth = [before, recent].map(({ monthFromMs, window }) =>
      monthFromMs === fromMs ? window : undefined,
    );
    return worseOf(ofMonth[0], ofMonth[1]) ?? null;
  }

  return () => {
    const today = readings.today.value();
    // Yesterday's figures are not today's, however long the database is away.
    const isToday = today?.dayKey === dayKeyAt(nowMs());
    const window = worst();
    return {
      figures: {
        today: isToday ? today.figures : undefined,
        last24h: readings.last24h.value(),
        unreached: readings.unreached.value(),
        worst24h: window && {
          answerRate: rateOf(window.answerRate),
          fromMs: window.fromMs,
          toMs: window.toMs,
        },
      },
      trend: today?.trend ?? {},
      databaseUp: !Object.values(readings).some((reading) => reading.failed()),
    };
  };
}

/** A worst window, and of which month. */
interface Worst {
  readonly monthFromMs: number;
  readonly window: WorstWindow | undefined;
}

/** The beginnings of the last 15-minute steps, the present one last. Civil quarters begin with UTC's. */
function trendOf(atMs: number): readonly number[] {
  const lastMs = atMs - (atMs % trendStepMs);
  return Array.from({ length: trendSteps }, (_, at) => lastMs - (trendSteps - 1 - at) * trendStepMs);
}

function countsOf({ offered, answered, ...tally }: Tally) {
  const abandoned = tally.abandonedInPrompt + tally.abandonedInQueue + tally.abandonedRinging;
  return { offered, answered, abandoned };
}

function rateOf({ text, numerator, denominator }: Figure): Rate {
  return { text, numerator, denominator };
}
