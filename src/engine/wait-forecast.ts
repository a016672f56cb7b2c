// Foretells waits from what was seen here lately, and holds each against the wait there was.
//
// What is seen is kept in memory: the last 200 durations of each kind and queue, and how readily those who wait give up. A
// service that was restarted begins with what policies.yaml assumes; 20 calls later its own durations have taken their place.
import { workOf, type WorkName } from '../acd/at-work.js';
import { createDurationWindow, type DurationWindow } from '../acd/durations.js';
import {
  expectedWait,
  type ExpectedWait,
  type WaitDurations,
  type WorkingAgent,
} from '../acd/expected-wait.js';
import type { WaitingContact } from '../acd/place.js';
import type { QueueModel } from '../acd/queue-model.js';
import type { Agent } from '../contact/agent.js';
import { dayKeyAt, type DayKey } from '../contact/civil-time.js';
import type { ContactFact } from '../contact/contact-signals.js';
import type { AgentId, ContactId, QueueId } from '../contact/ids.js';
import {
  addForecast,
  followWait,
  noWaitErrors,
  type OpenWait,
  type WaitEnd,
  type WaitErrors,
  type WaitMoment,
} from '../metrics/wait-error.js';
import type { Queue } from '../site/site.js';
import type { Clock, Sites } from './ports.js';

/** What the forecast needs. */
export interface WaitForecastParts {
  readonly clock: Clock;
  readonly sites: Sites;
  readonly model: QueueModel;
  /** The queue of a live contact. */
  readonly queueOf: (id: ContactId) => QueueId | undefined;
  /** The turn of whoever is next to stand in line. */
  readonly nextTurn: () => number;
}

/** How well waits of one queue were foretold on one day. */
export interface WaitErrorRow extends WaitErrors {
  readonly day: DayKey;
  readonly queueId: string;
  readonly moment: WaitMoment;
}

/** The site's forecast. */
export interface WaitForecast {
  agentChanged(agent: Agent): void;
  contactMoved(id: ContactId, facts: readonly ContactFact[]): void;
  /** How long a contact will wait from now, be it in line or about to be. */
  of(contact: WaitingContact): ExpectedWait;
  /** The same of one that is being queued, to measure how well waits are foretold; of a large hotline one in so many, the rest are not known. */
  atQueueing(contact: WaitingContact): ExpectedWait | undefined;
  /** The same of a call that this queue would get now; reckoned anew every few seconds. */
  ofQueue(queue: Queue): ExpectedWait;
  /** Of the last days, since the service was started; the latest day first. */
  errors(): readonly WaitErrorRow[];
}

/** An agent's present work, and the queue of his contact. */
interface Work {
  readonly is: WorkName | null;
  readonly sinceMs: number;
  readonly queueId: QueueId | undefined;
}

interface Seen {
  readonly pickUp: DurationWindow;
  readonly talk: DurationWindow;
  readonly wrapUp: DurationWindow;
  /** Those who gave up, and how long all waited; what is older counts for less. */
  gaveUp: number;
  waitedMs: number;
}

const queueEveryMs = 2_000;
/** The work grows with those signed in: with so many every call is foretold as it is queued, with twice as many every other one. */
const everyCallAgents = 100;
const daysKept = 7;
/** Each wait that ends makes all earlier ones count for so much. */
const fading = 0.99;
const assumedPickUpMs = 4_000;

/** A forecast that has seen nothing yet. */
export function createWaitForecast(parts: WaitForecastParts): WaitForecast {
  const { clock, sites, model, queueOf } = parts;
  const works = new Map<AgentId, Work>();
  const seenOf = new Map<QueueId, Seen>();
  const open = new Map<ContactId, OpenWait>();
  const ofQueues = new Map<QueueId, { readonly atMs: number; readonly wait: ExpectedWait }>();
  const days = new Map<DayKey, Map<string, WaitErrors>>();

  function seenIn(queueId: QueueId): Seen {
    const known = seenOf.get(queueId);
    if (known !== undefined) return known;
    const { waitPolicy, agentPolicy } = sites.current();
    const seen: Seen = {
      pickUp: createDurationWindow(assumedPickUpMs),
      talk: createDurationWindow(waitPolicy.talkMs),
      wrapUp: createDurationWindow(agentPolicy.wrapUpMs),
      gaveUp: 1,
      waitedMs: waitPolicy.patienceMs,
    };
    seenOf.set(queueId, seen);
    return seen;
  }

  function durationsOf(queueId: QueueId): WaitDurations {
    const { pickUp, talk, wrapUp } = seenIn(queueId);
    return { pickUp: pickUp.now(), talk: talk.now(), wrapUp: wrapUp.now() };
  }

  /** A stretch of work that is over is one more that was seen; a ring counts once it led to a talk. */
  function learn({ is, sinceMs, queueId }: Work, next: Work['is']): void {
    if (queueId === undefined) return;
    const lastedMs = clock.nowMs() - sinceMs;
    const seen = seenIn(queueId);
    if (is === 'ringing' && next === 'talking') seen.pickUp.add(lastedMs);
    if (is === 'talking') seen.talk.add(lastedMs);
    if (is === 'wrapup') seen.wrapUp.add(lastedMs);
  }

  function waitOver(end: WaitEnd): void {
    const seen = seenIn(end.queueId as QueueId);
    seen.gaveUp = seen.gaveUp * fading + Number(end.outcome === 'left');
    seen.waitedMs = seen.waitedMs * fading + end.atMs - end.sinceMs;
    for (const forecast of end.forecasts) {
      const rows = rowsOf(dayKeyAt(forecast.atMs));
      const key = `${forecast.moment} ${end.queueId}`;
      rows.set(key, addForecast(rows.get(key) ?? noWaitErrors, forecast, end));
    }
  }

  function rowsOf(day: DayKey): Map<string, WaitErrors> {
    const known = days.get(day);
    if (known !== undefined) return known;
    const rows = new Map<string, WaitErrors>();
    days.set(day, rows);
    for (const old of [...days.keys()].sort().slice(0, -daysKept)) days.delete(old);
    return rows;
  }

  function reckon(contact: WaitingContact): ExpectedWait {
    const nowMs = clock.nowMs();
    const { ahead, agents, signedIn } = model.contest(contact, nowMs);
    const byQueue = new Map<QueueId, WaitDurations>();
    const durationsIn = (queueId: QueueId) => {
      const durations = byQueue.get(queueId) ?? durationsOf(queueId);
      byQueue.set(queueId, durations);
      return durations;
    };
    const working = agents.flatMap(({ agentId, opensAtMs, takes }): readonly WorkingAgent[] => {
      const { is, sinceMs, queueId } = works.get(agentId) ?? offWork;
      if (is === null) return [];
      return [{ is, sinceMs, durations: durationsIn(queueId ?? contact.queueId), opensAtMs, takes }];
    });
    const { gaveUp, waitedMs } = seenIn(contact.queueId);
    return expectedWait({
      nowMs,
      ahead,
      agents: working,
      signedIn,
      durations: durationsIn(contact.queueId),
      leavesPerMs: gaveUp / waitedMs,
      coverage: sites.current().waitPolicy.coverage,
      seed: contact.turn,
    });
  }

  return {
    agentChanged(agent) {
      const before = works.get(agent.id);
      const is = workOf(agent);
      const { activity, sinceMs } = agent;
      const contactId = 'contactId' in activity ? activity.contactId : undefined;
      if (before?.is === is && before.sinceMs === sinceMs) return;
      if (before !== undefined && before.sinceMs !== sinceMs) learn(before, is);
      const queueId = activity.is === 'wrapup' ? before?.queueId : contactId && queueOf(contactId);
      works.set(agent.id, { is, sinceMs, queueId });
    },
    contactMoved(id, facts) {
      for (const fact of facts) {
        const { open: next, end } = followWait(open.get(id), fact, clock.nowMs());
        if (next === undefined) open.delete(id);
        else open.set(id, next);
        if (end !== undefined) waitOver(end);
      }
    },
    of: reckon,
    atQueueing(contact) {
      const every = Math.max(1, Math.ceil(model.counts().signedIn / everyCallAgents));
      return contact.turn % every === 0 ? reckon(contact) : undefined;
    },
    ofQueue(queue) {
      const known = ofQueues.get(queue.id);
      const nowMs = clock.nowMs();
      if (known !== undefined && nowMs < known.atMs + queueEveryMs) return known.wait;
      const wait = reckon(newcomer(queue, parts.nextTurn(), nowMs));
      ofQueues.set(queue.id, { atMs: nowMs, wait });
      return wait;
    },
    errors: () =>
      [...days]
        .sort(([one], [other]) => (one < other ? 1 : -1))
        .flatMap(([day, rows]) =>
          [...rows].map(([key, errors]) => {
            const [moment, queueId] = key.split(' ') as [WaitMoment, string];
            return { day, queueId, moment, ...errors };
          }),
        ),
  };
}

const offWork: Work = { is: null, sinceMs: 0, queueId: undefined };

function newcomer({ id, requires, priority }: Queue, turn: number, nowMs: number): WaitingContact {
  return {
    contactId: '' as ContactId,
    version: 0,
    queueId: id,
    requires,
    also: [],
    priority,
    resumed: false,
    prefer: null,
    turn,
    queuedAtMs: nowMs,
    arrivedAtMs: nowMs,
  };
}
