// Yihao whole, app_queue and a bare ARI distributor on one Asterisk: rounds in turn, and what came of them side by side.
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  startBenchHotline,
  type BenchHotline,
  type CpuMs,
  type Distributor,
  type Staff,
} from './bench-hotline.js';
import { gapsOf, quantilesOf, shareWithin, waysOf, type Mark, type Quantiles } from './figures.js';
import { callIn, turnOnPhones, type CallersDone } from './sipp-people.js';

/** How long and how hard it is measured. */
export interface BenchSize {
  readonly rounds: number;
  readonly agents: Readonly<Record<Staff, number>>;
  /** A full line: so many callers at one time, so many calls in all, the agents release after `talkMs`. */
  readonly full: {
    readonly atOnce: number;
    readonly calls: number;
    readonly talkMs: number;
    /** Releases at the beginning that do not count: programs are cold. */
    readonly skip: number;
  };
  /** Free agents: so many calls a second for CPU and for the way from INVITE to INVITE. */
  readonly free: { readonly callsPerSecond: number; readonly calls: number; readonly warmCalls: number };
  /** What follows a call's end within this time, records and all, belongs to it. */
  readonly settleMs: number;
  /** Steps of offered calls a second, rising, each for `stepMs`. */
  readonly steps: readonly number[];
  readonly stepMs: number;
}

/** What is run, and where. */
export interface BenchOrder {
  readonly size: BenchSize;
  readonly portBase: number;
  readonly rtpStart: number;
  readonly report: (words: string) => void;
  /** Aborted: everything is put away, and the bench rejects. */
  readonly signal: AbortSignal;
  /** Options for the service's Node, such as `--cpu-prof`. */
  readonly serviceNodeOptions?: readonly string[];
}

/** CPU time a call, ms; Yihao's by its parts. */
export interface CpuMsPerCall {
  readonly yihao: Readonly<Record<'asterisk' | 'engine' | 'redis' | 'postgres' | 'total', number>>;
  readonly appQueue: { readonly total: number };
  readonly bareAri: { readonly total: number };
}

/** The figures, side by side. */
export interface BenchFigures {
  readonly rounds: number;
  /** An agent's release -> next INVITE at him, the line full. */
  readonly gapMs: Readonly<Record<Distributor, Quantiles>>;
  /** A caller's INVITE -> INVITE at a free agent. */
  readonly inviteToAgentMs: Readonly<Record<Distributor, Quantiles>>;
  readonly cpuMsPerCall: CpuMsPerCall;
  /** The highest step of offered calls a second, all lower ones passed too, at which 99 % reach an agent's INVITE within 1 s; 0: not even the first. */
  readonly maxCps: Readonly<Record<'yihao' | 'appQueue', number>>;
}

const distributors = ['yihao', 'appQueue', 'bareAri'] as const;
/** With free agents callers hang up so long after their answer. */
const shortTalkMs = 1_000;
const inTimeMs = 1_000;
const inTimeShare = 0.99;
const quietMs = 30_000;
/** Beyond the time that the calls take to come. */
const callsTimeoutMs = 90_000;
const cpuParts = ['asterisk', 'engine', 'redis', 'postgres'] as const;
const fillPerSecond = 60;

/** Sizes for figures, and for a look at whether it works. */
export const sizes: Readonly<Record<'whole' | 'quick', BenchSize>> = {
  whole: {
    rounds: 3,
    agents: { few: 20, all: 60 },
    full: { atOnce: 300, calls: 460, talkMs: 2_000, skip: 40 },
    free: { callsPerSecond: 15, calls: 200, warmCalls: 300 },
    settleMs: 1_500,
    steps: [5, 10, 15, 20, 25, 30, 40, 50],
    stepMs: 8_000,
  },
  quick: {
    rounds: 1,
    agents: { few: 2, all: 4 },
    full: { atOnce: 10, calls: 16, talkMs: 150, skip: 0 },
    free: { callsPerSecond: 10, calls: 6, warmCalls: 1 },
    settleMs: 200,
    steps: [2],
    stepMs: 1_000,
  },
};

/** Runs the whole bench on a hotline of its own. @throws whatever kept it from its end, after everything was put away */
export async function runBench(order: BenchOrder): Promise<BenchFigures> {
  const { size, portBase, rtpStart, report, serviceNodeOptions } = order;
  const hotline = await startBenchHotline({
    ...{ portBase, rtpStart, report, agents: size.agents },
    ...(serviceNodeOptions !== undefined && { serviceNodeOptions }),
  });
  try {
    const run = createRounds(hotline, order);
    const gapMs = await run.fullLine();
    const { inviteToAgentMs, cpuMsPerCall } = await run.freeAgents();
    return { rounds: size.rounds, gapMs, inviteToAgentMs, cpuMsPerCall, maxCps: await run.steps() };
  } finally {
    await hotline.close();
  }
}

function createRounds(hotline: BenchHotline, { size, portBase, report, signal }: BenchOrder) {
  let firstCaller = 0;

  async function call(
    distributor: Distributor,
    staff: Staff,
    load: { calls: number; callsPerSecond: number; atOnce: number; staysMs: number | null },
  ): Promise<CallersDone> {
    signal.throwIfAborted();
    const { host, number } = hotline.callersOf(distributor, staff);
    const done = await callIn({
      ...load,
      ...{ number, firstCaller, signal },
      server: hotline.phones.server,
      bind: { host, port: portBase + 12 },
      mediaPort: portBase + 30,
      folder: hotline.folder,
      timeoutMs: callsTimeoutMs + (load.calls / load.callsPerSecond) * 1_000,
    });
    firstCaller += load.calls;
    signal.throwIfAborted();
    return done;
  }

  /** A round of one distributor: phones on, the distributor on, what is done, and silence after it. */
  async function round<Done>(
    distributor: Distributor,
    staff: Staff,
    talkMs: number | null,
    act: (marks: () => Promise<readonly Mark[]>) => Promise<Done>,
  ): Promise<Done> {
    signal.throwIfAborted();
    const phones = await turnOnPhones(hotline.phones, talkMs);
    try {
      await hotline.turnOn(distributor, staff);
      const done = await act(() => phones.marks());
      await hotline.untilQuiet(quietMs);
      return done;
    } finally {
      await phones.off();
    }
  }

  const tell = (words: string) => report(`${words}; load ${loadavg()[0]?.toFixed(1) ?? ''}`);

  async function fullLine(): Promise<BenchFigures['gapMs']> {
    const { atOnce, calls, talkMs, skip } = size.full;
    const gaps: Record<Distributor, number[]> = { yihao: [], appQueue: [], bareAri: [] };
    for (let nth = 1; nth <= size.rounds; nth += 1) {
      for (const distributor of distributors) {
        const found = await round(distributor, 'few', talkMs, async (marks) => {
          const load = { calls, atOnce, callsPerSecond: fillPerSecond, staysMs: null };
          const done = await call(distributor, 'few', load);
          return gapsOf([...done.marks, ...(await marks())], skip);
        });
        gaps[distributor].push(...found);
        tell(
          `full line, round ${nth}, ${distributor}: ${found.length} gaps, ${JSON.stringify(quantilesOf(found))}`,
        );
      }
    }
    return byDistributor((distributor) => quantilesOf(gaps[distributor]));
  }

  async function freeAgents(): Promise<Pick<BenchFigures, 'inviteToAgentMs' | 'cpuMsPerCall'>> {
    const { callsPerSecond, calls, warmCalls } = size.free;
    const load = { callsPerSecond, atOnce: 10 * callsPerSecond, staysMs: shortTalkMs };
    const ways: Record<Distributor, number[]> = { yihao: [], appQueue: [], bareAri: [] };
    const spent: Record<Distributor, CpuMs[]> = { yihao: [], appQueue: [], bareAri: [] };
    for (let nth = 1; nth <= size.rounds; nth += 1) {
      for (const distributor of distributors) {
        await round(distributor, 'all', null, async (marks) => {
          await call(distributor, 'all', { ...load, calls: warmCalls });
          await sleep(size.settleMs);
          const before = await hotline.cpuMs();
          const done = await call(distributor, 'all', { ...load, calls });
          await sleep(size.settleMs);
          const cost = perCall(before, await hotline.cpuMs(), calls);
          const found = waysOf([...done.marks, ...(await marks())]).filter((ms) => ms !== null);
          ways[distributor].push(...found);
          spent[distributor].push(cost);
          tell(
            `free agents, round ${nth}, ${distributor}: ${found.length} of ${calls} reached an agent, ${JSON.stringify(quantilesOf(found))}, CPU ms a call ${JSON.stringify(cost)}`,
          );
        });
      }
    }
    return {
      inviteToAgentMs: byDistributor((distributor) => quantilesOf(ways[distributor])),
      cpuMsPerCall: costsOf(spent),
    };
  }

  /** Whether this step is passed. */
  async function step(distributor: Distributor, callsPerSecond: number): Promise<boolean> {
    const calls = Math.ceil((callsPerSecond * size.stepMs) / 1_000);
    const share = await round(distributor, 'all', null, async (marks) => {
      const load = { callsPerSecond, atOnce: 10 * callsPerSecond, staysMs: shortTalkMs };
      await call(distributor, 'all', {
        ...load,
        callsPerSecond: size.free.callsPerSecond,
        calls: size.free.warmCalls,
      });
      const done = await call(distributor, 'all', { ...load, calls });
      return shareWithin(waysOf([...done.marks, ...(await marks())]), inTimeMs);
    });
    tell(`${callsPerSecond} calls a second, ${distributor}: ${(100 * share).toFixed(1)} % within 1 s`);
    return share >= inTimeShare;
  }

  async function steps(): Promise<BenchFigures['maxCps']> {
    const most = { yihao: 0, appQueue: 0 };
    const still = new Set<'yihao' | 'appQueue'>(['yihao', 'appQueue']);
    for (const callsPerSecond of size.steps) {
      for (const distributor of [...still]) {
        // A busy machine may spoil a step: it is failed when it fails twice.
        const passed = (await step(distributor, callsPerSecond)) || (await step(distributor, callsPerSecond));
        if (passed) most[distributor] = callsPerSecond;
        else still.delete(distributor);
      }
    }
    return most;
  }

  return { fullLine, freeAgents, steps };
}

function byDistributor<Figure>(figureOf: (distributor: Distributor) => Figure): Record<Distributor, Figure> {
  return { yihao: figureOf('yihao'), appQueue: figureOf('appQueue'), bareAri: figureOf('bareAri') };
}

function perCall(before: CpuMs, after: CpuMs, calls: number): CpuMs {
  const parts = Object.entries(after) as [keyof CpuMs, number][];
  return Object.fromEntries(
    parts.map(([part, ms]) => [part, Math.round((100 * (ms - (before[part] ?? 0))) / calls) / 100]),
  );
}

/** Means over the rounds, each of the same number of calls. */
function costsOf(spent: Readonly<Record<Distributor, readonly CpuMs[]>>): CpuMsPerCall {
  const mean = (distributor: Distributor, part: keyof CpuMs) => {
    const all = spent[distributor].map((one) => one[part] ?? 0);
    return hundredths(all.reduce((sum, ms) => sum + ms, 0) / all.length);
  };
  const total = (distributor: Distributor) =>
    hundredths(cpuParts.reduce((sum, part) => sum + mean(distributor, part), 0));
  const [asterisk, engine, redis, postgres] = cpuParts.map((part) => mean('yihao', part)) as [
    number,
    number,
    number,
    number,
  ];
  return {
    yihao: { asterisk, engine, redis, postgres, total: total('yihao') },
    appQueue: { total: total('appQueue') },
    bareAri: { total: total('bareAri') },
  };
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
