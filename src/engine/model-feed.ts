// Keeps the matcher's picture in step with the mailboxes, and answers what a queue is like right now.
import type { QueueModel } from '../acd/queue-model.js';
import { isOfferable, type Agent } from '../contact/agent.js';
import { isWaiting, type Contact } from '../contact/contact.js';
import type { QueueCondition } from '../contact/contact-step.js';
import type { ContactId, QueueId } from '../contact/ids.js';
import type { Site } from '../site/site.js';
import type { Sites } from './ports.js';

/** Follows states into the model. */
export interface ModelFeed {
  agentChanged(agent: Agent): void;
  /** `null`: the contact is retired. */
  contactChanged(id: ContactId, contact: Contact | null): void;
  queueCondition(site: Site, queueId: QueueId): QueueCondition;
}

/** A queue that a newer configuration dropped while contacts still wait in it. */
const unknownQueue = { limit: Number.MAX_SAFE_INTEGER, timeoutMs: 600_000, nobodyMs: 60_000 };

/** A feed into this model. */
export function createModelFeed(model: QueueModel, sites: Sites, agents: () => readonly Agent[]): ModelFeed {
  function signedIn(site: Site, queueId: QueueId): number {
    const requires = site.queues.get(queueId)?.requires ?? [];
    return agents().filter(({ id, activity }) => {
      const skills = site.agents.get(id)?.skills;
      return (
        activity.is !== 'offline' && skills !== undefined && requires.every((skill) => skills.has(skill))
      );
    }).length;
  }

  return {
    agentChanged(agent) {
      const profile = sites.current().agents.get(agent.id);
      if (profile === undefined || agent.deviceId === null || !isOfferable(agent)) {
        model.dropAgent(agent.id);
        return;
      }
      const { id, version, deviceId, idleSinceMs } = agent;
      model.putAgent({ agentId: id, version, deviceId, idleSinceMs, skills: profile.skills });
    },
    contactChanged(id, contact) {
      if (contact === null || !isWaiting(contact)) {
        model.dropContact(id);
        return;
      }
      const { version, arrival, place } = contact;
      const { request, resumed, prefer, queuedAtMs } = place;
      const { arrivedAtMs } = arrival;
      model.putContact({ contactId: id, version, ...request, resumed, prefer, queuedAtMs, arrivedAtMs });
    },
    queueCondition(site, queueId) {
      const queue = site.queues.get(queueId);
      return {
        waiting: model.queueView(queueId).waiting,
        signedIn: signedIn(site, queueId),
        ...(queue === undefined
          ? unknownQueue
          : {
              limit: queue.limit,
              timeoutMs: queue.queueTimeoutMs,
              nobodyMs: queue.nobodyMs,
              ...(queue.seat === 'minor' && { seals: 'minor' as const }),
            }),
      };
    },
  };
}
