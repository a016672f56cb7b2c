// Builds every Redis key of this service: one hash tag a site, so that one script stays in one cluster slot.
import type { AgentId, ContactId } from '../../contact/ids.js';

/** The keys of one site's live state; docs/redis-keys.md says what each holds. */
export interface RedisKeys {
  readonly epoch: string;
  readonly contacts: string;
  readonly contactVersions: string;
  readonly waiting: string;
  readonly agents: string;
  readonly agentVersions: string;
  readonly offerable: string;
  readonly callers: string;
  session(id: string): string;
  contactReservation(id: ContactId): string;
  agentReservation(id: AgentId): string;
}

/** The keys of `site`, all beginning with `{yihao:<site>}:`. */
export function redisKeys(site: string): RedisKeys {
  const tag = `{yihao:${site}}`;
  return {
    epoch: `${tag}:epoch`,
    contacts: `${tag}:contacts`,
    contactVersions: `${tag}:contact-versions`,
    waiting: `${tag}:waiting`,
    agents: `${tag}:agents`,
    agentVersions: `${tag}:agent-versions`,
    offerable: `${tag}:offerable`,
    callers: `${tag}:callers`,
    session: (id) => `${tag}:session:${id}`,
    contactReservation: (id) => `${tag}:contact-reservation:${id}`,
    agentReservation: (id) => `${tag}:agent-reservation:${id}`,
  };
}
