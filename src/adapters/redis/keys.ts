// Builds every Redis key of this service: one hash tag a site, so that one script stays in one cluster slot.
import type { AgentId, ContactId } from '../../contact/ids.js';

/** The keys of one site's live state; docs/redis-keys.md says what each holds. */
export interface RedisKeys {
  readonly epoch: string;
  readonly matcherLease: string;
  readonly contacts: string;
  readonly contactVersions: string;
  readonly waiting: string;
  readonly agents: string;
  readonly agentVersions: string;
  readonly offerable: string;
  /** The image that is being written back, until it comes into force. */
  readonly nextContacts: string;
  readonly nextContactVersions: string;
  readonly nextWaiting: string;
  readonly nextAgents: string;
  readonly nextAgentVersions: string;
  readonly nextOfferable: string;
  readonly callers: string;
  session(id: string): string;
  contactReservation(id: ContactId): string;
  agentReservation(id: AgentId): string;
  expertReservation(id: string): string;
}

/** The keys of `site`, all beginning with `{yihao:<site>}:`. */
export function redisKeys(site: string): RedisKeys {
  const tag = `{yihao:${site}}`;
  return {
    epoch: `${tag}:epoch`,
    matcherLease: `${tag}:matcher-lease`,
    contacts: `${tag}:contacts`,
    contactVersions: `${tag}:contact-versions`,
    waiting: `${tag}:waiting`,
    agents: `${tag}:agents`,
    agentVersions: `${tag}:agent-versions`,
    offerable: `${tag}:offerable`,
    nextContacts: `${tag}:next-contacts`,
    nextContactVersions: `${tag}:next-contact-versions`,
    nextWaiting: `${tag}:next-waiting`,
    nextAgents: `${tag}:next-agents`,
    nextAgentVersions: `${tag}:next-agent-versions`,
    nextOfferable: `${tag}:next-offerable`,
    callers: `${tag}:callers`,
    session: (id) => `${tag}:session:${id}`,
    contactReservation: (id) => `${tag}:contact-reservation:${id}`,
    expertReservation: (id) => `${tag}:expert-reservation:${id}`,
    agentReservation: (id) => `${tag}:agent-reservation:${id}`,
  };
}
