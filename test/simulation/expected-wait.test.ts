// How well waits are foretold in a busy hotline: measured on the virtual clock, and recounted from the journal.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { createRandom, exponentialMs, type Random } from '../../src/sim/random.js';
import { createWorld, type World } from '../../src/sim/world.js';
import {
  addForecast,
  followWait,
  meanErrorMs,
  noWaitErrors,
  type OpenWait,
  type WaitErrors,
} from '../../src/metrics/wait-error.js';
import { parseSite } from '../../src/site/parse-site.js';
import type { Site } from '../../src/site/site.js';
import { busyStartMs } from './busy-hotline.js';

const hourMs = 3_600_000;

interface Hotline {
  readonly agents: number;
  /** Of the agents, how many may also take the calls of businesses. */
  readonly experts: number;
  readonly callsPerHour: readonly number[];
  readonly breaks: boolean;
}

async function siteOf({ agents, experts }: Hotline): Promise<Site> {
  const files = new Map(await readSiteFiles('ivr-flows'));
  const rows = Array.from({ length: agents }, (_, n) => {
    const skills = n < experts ? 'general, enterprise' : 'general';
    return `- { id: '${String(2001 + n)}', name: 演示, team: east, skills: [${skills}] }\n`;
  });
  files.set('agents.yaml', `${files.get('agents.yaml') ?? ''}${rows.join('')}`);
  files.set(
    'numbers.yaml',
    `${files.get('numbers.yaml') ?? ''}
- { number: '12399', name: 企业热线, shortName: 企业热线, kpiLine: '12399', tag: price, flow: business, queue: enterprise }
`,
  );
  const flow = files.get('flows/12345.yaml') ?? '';
  files.set('flows/business.yaml', flow.replace('enqueue: general', 'enqueue: enterprise'));
  const queues = files.get('queues.yaml') ?? '';
  files.set(
    'queues.yaml',
    queues.replaceAll('timeout: 10m', 'timeout: 30m').replaceAll('tellWait: false', 'tellWait: true'),
  );
  const parsed = parseSite(files, { nowMs: busyStartMs });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.site;
}

/** Agents who talk for two minutes in the mean, log-normally, and write for half a minute. */
function work(world: World, hotline: Hotline, random: Random): void {
  const ids = Array.from({ length: hotline.agents }, (_, n) => String(2001 + n) as AgentId);
  const deviceOf = (id: AgentId) => `d${id}` as DeviceId;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  for (const id of ids) {
    world.telephony.setReachable(deviceOf(id), true);
    world.signIn(id, deviceOf(id));
  }
  const second = () => {
    for (const id of ids) {
      const talkMs = 120_000 * Math.exp(0.83 * normal() - 0.345);
      const afterMs = 1_000 + exponentialMs(random, 2_000);
      world.telephony.setHabit(deviceOf(id), { does: 'answer', afterMs, talkMs: Math.round(talkMs) });
    }
    for (const { id, activity } of world.engine.agents()) {
      if (activity.is === 'missed') world.engine.actOnAgent(id, { type: 'GoReady', by: 'agent' });
      if (activity.is === 'wrapup' && random() < 1 / 30)
        world.engine.actOnAgent(id, { type: 'EndWrapUp', by: 'agent' });
      if (activity.is === 'break' && random() < 1 / 300)
        world.engine.actOnAgent(id, { type: 'GoReady', by: 'agent' });
      if (hotline.breaks && activity.is === 'wrapup' && random() < 1 / 1_000)
        world.engine.actOnAgent(id, { type: 'GoBreak', reason: 'rest', by: 'agent' });
    }
    world.clock.at(world.clock.nowMs() + 1_000, second);
  };
  second();
}

async function live(hotline: Hotline, seed: number): Promise<World> {
  const random = createRandom(seed);
  const world = createWorld({ site: await siteOf(hotline), startMs: busyStartMs });
  await world.start();
  work(world, hotline, random);
  for (const [hour, calls] of hotline.callsPerHour.entries()) {
    const endMs = busyStartMs + (hour + 1) * hourMs;
    for (;;) {
      await world.runUntil(Math.min(endMs, world.clock.nowMs() + exponentialMs(random, hourMs / calls)));
      if (world.clock.nowMs() >= endMs) break;
      const dnis = random() < 0.2 ? '12399' : '12345';
      const patienceMs = 20_000 + exponentialMs(random, 400_000);
      world.telephony.call({
        ani: `0311${String(10_000_000 + Math.floor(random() * 1e7))}`,
        dnis,
        patienceMs,
      });
    }
  }
  return world;
}

/** The figures again, from nothing but the journal. */
function recount({ journal }: World): ReadonlyMap<string, WaitErrors> {
  const open = new Map<string, OpenWait | undefined>();
  const rows = new Map<string, WaitErrors>();
  for (const { stream, id, atMs, facts } of journal) {
    if (stream !== 'contact') continue;
    for (const fact of facts) {
      const { open: next, end } = followWait(open.get(id), fact as never, atMs);
      open.set(id, next);
      if (end === undefined) continue;
      for (const forecast of end.forecasts) {
        const key = `${forecast.moment} ${end.queueId}`;
        rows.set(key, addForecast(rows.get(key) ?? noWaitErrors, forecast, end));
      }
    }
  }
  return rows;
}

function print(t: { comment(text: string): void }, rows: ReadonlyMap<string, WaitErrors>): void {
  for (const [key, one] of rows) {
    const share = ((100 * one.within) / one.answered).toFixed(1);
    const mae = ((meanErrorMs(one) ?? 0) / 1_000).toFixed(1);
    t.comment(
      `${key}: ${one.answered} answered, ${share} % within, ${one.sooner} sooner, ${one.later} later, MAE ${mae} s; ${one.left} left`,
    );
  }
}

t.test(
  'waits are foretold about as well as they claim, and the journal gives the figures shown',
  async (t) => {
    const hotline = { agents: 8, experts: 4, callsPerHour: [170, 230, 190], breaks: true };
    const world = await live(hotline, 20_261_127);
    t.same(world.faults, []);
    const rows = recount(world);
    print(t, rows);
    const shown = world.engine.waits.errors();
    t.same(
      new Map(shown.map(({ day: _day, queueId, moment, ...errors }) => [`${moment} ${queueId}`, errors])),
      rows,
    );
    const queued = [...rows].flatMap(([key, errors]) => (key.startsWith('queued') ? [errors] : []));
    const sum = (field: keyof WaitErrors) => queued.reduce((total, errors) => total + errors[field], 0);
    t.ok(sum('answered') > 300);
    // Of 100 in 80 is aimed at; breaks that begin and end are foreseen by nobody.
    t.ok(sum('within') / sum('answered') > 0.65);
    t.ok(
      sum('within') / sum('answered') < 0.92,
      'and the two values are not so far apart that they always hold',
    );
    t.ok(sum('errorMs') / sum('answered') < 45_000);
  },
);
