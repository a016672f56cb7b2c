// The real scripts on a connection of one's own, under an epoch that another one keeps: how engines commit side by side.
import { isOfferable, type Agent } from '../../src/contact/agent.js';
import type { OfferCommit } from '../../src/engine/ports.js';
import { redisKeys } from '../../src/adapters/redis/keys.js';
import { createRedisLink, type RedisAddress } from '../../src/adapters/redis/redis-link.js';
import { defineScripts, type Scripts } from '../../src/adapters/redis/scripts.js';
import type { CommittingStore } from './history.js';
import type { OfferSeen } from './world.js';

/** A store without an epoch of its own. */
export interface SharedStore extends CommittingStore {
  /** Commit under this one from now on; none = not now. */
  follow(epoch: number | null): void;
  /** Saves the agent as he is now and lets go of the reservations behind that; the call's only where it is not over. */
  settle(offer: OfferSeen, agent: Agent | undefined, isCallThere: boolean): void;
  close(): Promise<void>;
}

/** Starts connecting; `onUp` each time it is there: the epoch is to be told again. */
export function createSharedStore(address: RedisAddress, site: string, onUp: () => void): SharedStore {
  const keys = redisKeys(site);
  let scripts: Scripts | undefined;
  let epoch: number | null = null;
  let drop: (reason: string) => void = () => undefined;
  const link = createRedisLink(address, {
    async up(redis, dropThis) {
      await redis.ping();
      [scripts, drop] = [defineScripts(redis, keys), dropThis];
      onUp();
    },
    down() {
      [scripts, epoch] = [undefined, null];
    },
  });

  function send(work: Promise<unknown> | undefined): void {
    work?.catch((error: unknown) => drop(String(error)));
  }

  async function commitOffers(commits: readonly OfferCommit[]) {
    const away = commits.map(() => 'storeAway' as const);
    if (scripts === undefined || epoch === null) return away;
    try {
      return await scripts.commitOffers(epoch, commits);
    } catch (error) {
      drop(String(error));
      return away;
    }
  }

  return {
    isUp: () => scripts !== undefined && epoch !== null,
    commitOffers,
    follow: (next) => void (epoch = next),
    /** Without its states a reservation lapses by itself. */
    releaseOffer: () => undefined,
    settle({ offerId, contactId, agentId }, agent, isCallThere) {
      if (scripts === undefined || epoch === null) return;
      if (agent !== undefined)
        send(
          scripts.saveAgent(epoch, { state: agent, score: isOfferable(agent) ? agent.idleSinceMs : null }),
        );
      send(scripts.releaseReservation(keys.agentReservation(agentId), offerId));
      // Its keeper alone saves a call: whoever wakes from a freeze would list one anew that is over and forgotten.
      // The keeper takes a call that is over away by another connection: only then may it be reserved anew, and it never will.
      if (isCallThere) send(scripts.releaseReservation(keys.contactReservation(contactId), offerId));
    },
    close: () => link.close(),
  };
}
