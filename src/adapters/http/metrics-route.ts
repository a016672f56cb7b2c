// /metrics for Prometheus: counts by state, stage and queue, parts, and the process itself. Nothing of any person in it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { shownState } from '../../contact/agent.js';
import { dayKeyAt } from '../../contact/civil-time.js';
import type { Api, HttpParts } from './http-parts.js';
import type { LiveFeed } from './live-feed.js';
import { agentStates, contactStages, queueStates } from './views.js';

const resolutionMs = 10;
/** The event loop's delay is told for windows of this length. */
const windowEveryMs = 10_000;

/** Adds `/metrics`. */
export function addMetricsRoute(api: Api, parts: HttpParts, feed: LiveFeed): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const delay = watchDelay();
  api.addHook('onClose', async () => delay.end());
  const show = createGauges(registry, parts, feed, delay.p99Ms);

  api.get('/metrics', { schema: { hide: true }, config: { rateLimit: false } }, async (_request, reply) => {
    show();
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

function createGauges(
  registry: Registry,
  { engine, sites, nowMs, backlogBytes, version }: HttpParts,
  feed: LiveFeed,
  delayP99Ms: () => number,
): () => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `yihao_${name}`, help, labelNames, registers: [registry] });
  const delay = gauge(
    'event_loop_delay_p99_seconds',
    'Delay of the event loop, 99th percentile of a 10 s window',
  );
  const agents = gauge('agents', 'Agents by state', ['state']);
  const contacts = gauge('contacts', 'Live contacts by stage', ['stage']);
  const waiting = gauge('queue_waiting', 'Contacts waiting, the ringing included', ['queue']);
  const longest = gauge('queue_longest_wait_seconds', 'Longest wait since arrival', ['queue']);
  const waitsForetold = gauge('wait_forecasts_answered', 'Waits of today that were foretold, and answered', [
    'queue',
    'moment',
  ]);
  const waitsWithin = gauge('wait_forecasts_within', 'Of these, those that lasted as long as foretold', [
    'queue',
    'moment',
  ]);
  const waitError = gauge(
    'wait_forecast_error_seconds',
    'Mean absolute error of the middle of the foretold wait, today',
    ['queue', 'moment'],
  );
  const part = gauge('part_up', '1 while the part answers', ['part']);
  const alarms = gauge('alarms', 'Standing alarms by kind', ['alarm']);
  const backlog = gauge('spool_backlog_bytes', 'Journal that is not in the database yet');
  const watchers = gauge('live_watchers', 'Watchers of /ws');
  const info = gauge('info', 'Always 1: the versions of the program and of the flows in force', [
    'version',
    'site_version',
  ]);

  return () => {
    const site = sites.current();
    const [live, calls, condition] = [engine.agents(), engine.contacts(), engine.condition()];
    delay.set(delayP99Ms() / 1_000);
    for (const state of agentStates) {
      const count = live.filter((agent) => shownState(agent) === state).length;
      agents.set({ state }, count);
    }
    for (const stage of contactStages)
      contacts.set({ stage }, calls.filter((contact) => contact.stage.at === stage).length);
    for (const gone of [waiting, longest, alarms, info, waitsForetold, waitsWithin, waitError]) gone.reset();
    for (const row of engine.waits.errors()) {
      if (row.day !== dayKeyAt(nowMs())) continue;
      const labels = { queue: row.queueId, moment: row.moment };
      waitsForetold.set(labels, row.answered);
      waitsWithin.set(labels, row.within);
      if (row.answered > 0) waitError.set(labels, row.errorMs / row.answered / 1_000);
    }
    info.set({ version, site_version: site.version }, 1);
    for (const { queueId, waiting: count, longestSinceMs } of queueStates(site, engine)) {
      waiting.set({ queue: queueId }, count);
      longest.set({ queue: queueId }, longestSinceMs === null ? 0 : (nowMs() - longestSinceMs) / 1_000);
    }
    for (const { alarm } of condition.alarms) alarms.inc({ alarm });
    part.set({ part: 'telephony' }, condition.telephony === 'connected' ? 1 : 0);
    part.set({ part: 'store' }, condition.store === 'up' ? 1 : 0);
    part.set({ part: 'database' }, condition.alarms.some(({ alarm }) => alarm === 'databaseAway') ? 0 : 1);
    if (backlogBytes !== undefined) backlog.set(backlogBytes());
    watchers.set(feed.watchers());
  };
}

/** The delay's 99th percentile in the last whole window, ms. */
function watchDelay(): { readonly p99Ms: () => number; readonly end: () => void } {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let p99Ms = 0;
  const timer = setInterval(() => {
    // A histogram of the time between two ticks, in ns: the tick's own time is no delay.
    p99Ms = Math.max(0, delays.percentile(99) / 1e6 - resolutionMs);
    delays.reset();
  }, windowEveryMs).unref();
  return {
    p99Ms: () => p99Ms,
    end() {
      clearInterval(timer);
      delays.disable();
    },
  };
}
