// Keeps the matcher's picture in step with the mailboxes, and answers what a queue is like right now.
import type { BusySlot, Standing } from '../acd/on-duty.js';
import type { WaitingContact } from '../acd/place.js';
import type { QueueModel, Routing } from '../acd/queue-model.js';
import { isOfferable, shownState, type ActivityName, type Agent } from '../contact/agent.js';
import { isWaiting, type Contact, type Place } from '../contact/contact.js';
import type { QueueCondition } from '../contact/contact-step.js';
import type { StickyRule } from '../contact/sticky-agent.js';
import type { AgentId, ContactId, QueueId } from '../contact/ids.js';
import type { Site } from '../site/site.js';
import type { Clock, Sites } from './ports.js';

/** Follows states into the model. */
export interface ModelFeed {
  agentChanged(agent: Agent): void;
  /** `null`: the contact is retired. */
  contactChanged(id: ContactId, contact: Contact | null): void;
  queueCondition(site: Site, queueId: QueueId): QueueCondition;
  /** The turn of whoever is next to stand in line. */
  nextTurn(): number;
  /** The configuration changed. Agents are to be told again. */
  rerouted(): void;
}

/** A queue that a newer configuration dropped while contacts still wait in it. */
const unknownQueue = { limit: Number.MAX_SAFE_INTEGER, timeoutMs: 600_000, nobodyMs: 60_000 };
const busyWindowMs = 3_600_000;
const busyActivities: readonly ActivityName[] = ['outbound', 'talking', 'wrapup'];

/** A contact as the model sees it in line. */
export function inLine({ id, version, arrival }: Contact, place: Place): WaitingContact {
  const { request, resumed, prefer, queuedAtMs, turn = 0, overflowed } = place;
  const { arrivedAtMs } = arrival;
  const stands = { resumed, prefer, queuedAtMs, arrivedAtMs, turn };
  return { contactId: id, version, also: [], ...request, ...stands, ...(overflowed && { overflowed }) };
}

/** How a site routes, as the model takes it. */
export function routingOf(site: Site): Routing {
  const { queues, choices, routing } = site;
  return { queues, choices: choices.size > 0, placesPerPriority: routing.placesPerPriority };
}

interface Busy {
  readonly is: ActivityName;
  readonly sinceMs: number;
  readonly slots: readonly BusySlot[];
}

/** A queue's own rule, else the site's for who calls again at once. */
function stickyOf(sticky: StickyRule | undefined): Pick<QueueCondition, 'sticky'> {
  return sticky === undefined ? {} : { sticky };
}

/** A feed into this model. */
export function createModelFeed(model: QueueModel, sites: Sites, clock: Clock): ModelFeed {
  const busy = new Map<AgentId, Busy>();
  /** As last told of: since when a phone has been in trouble is in no state. */
  const standings = new Map<AgentId, Standing>();
  let lastTurn = 0;

  /** A stretch of talk or wrap-up counts when it is over: a service that was restarted counts from then on. */
  function follow({ id, activity, sinceMs }: Agent): void {
    const before = busy.get(id);
    if (before?.is === activity.is) return;
    const nowMs = clock.nowMs();
    const kept = (before?.slots ?? []).filter(({ endsMs }) => nowMs < endsMs + busyWindowMs);
    const wasBusy = before !== undefined && busyActivities.includes(before.is);
    const ended = wasBusy ? [{ endsMs: nowMs, busyMs: Math.max(0, nowMs - before.sinceMs) }] : [];
    busy.set(id, { is: activity.is, sinceMs, slots: [...kept, ...ended] });
  }

  function standingOf(agent: Agent): Standing {
    const { id, activity, sinceMs, reachable, ownCalls } = agent;
    const before = standings.get(id);
    const state = shownState(agent);
    const breakReason = state === 'break' && activity.is === 'break' ? activity.reason : null;
    const isPhones = !reachable || ownCalls.length > 0;
    const phonesSinceMs = before === undefined ? sinceMs : clock.nowMs();
    const since = before?.state === state ? before.sinceMs : phonesSinceMs;
    const standing = { state, breakReason, sinceMs: isPhones ? since : sinceMs };
    standings.set(id, standing);
    return standing;
  }

  return {
    agentChanged(agent) {
      follow(agent);
      const standing = standingOf(agent);
      const { id, version, deviceId, idleSinceMs, activity } = agent;
      const skills = sites.current().skillLevels.get(id);
      if (skills === undefined || deviceId === null || activity.is === 'offline') {
        model.dropAgent(id);
        return;
      }
      const ready = isOfferable(agent);
      const prefers = sites.current().choices.get(id);
      model.putAgent(
        {
          ...{ agentId: id, version, deviceId, idleSinceMs, skills, ready, standing },
          ...(prefers && { prefers }),
          busy: busy.get(id)?.slots ?? [],
        },
        clock.nowMs(),
      );
    },
    contactChanged(id, contact) {
      lastTurn = Math.max(lastTurn, contact?.place?.turn ?? 0, contact?.inLineSince?.turn ?? 0);
      if (contact === null || !isWaiting(contact)) {
        model.dropContact(id);
        return;
      }
      model.putContact(inLine(contact, contact.place), clock.nowMs());
    },
    queueCondition(site, queueId) {
      const queue = site.queues.get(queueId);
      return {
        waiting: model.queueView(queueId).waiting,
        signedIn: model.cover(queueId, queue?.requires ?? []),
        ...(queue === undefined
          ? unknownQueue
          : {
              limit: queue.limit,
              timeoutMs: queue.queueTimeoutMs,
              nobodyMs: queue.nobodyMs,
              ...(queue.seat === 'minor' && { seals: 'minor' as const }),
              ...stickyOf(queue.sticky ?? site.redial),
            }),
      };
    },
    nextTurn: () => lastTurn + 1,
    rerouted: () => model.reroute(routingOf(sites.current()), clock.nowMs()),
  };
}
