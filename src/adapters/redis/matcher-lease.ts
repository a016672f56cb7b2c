// Which of several engines of one site may match: a lease in Redis, renewed by its holder, that lapses when he falls silent.
import type { Log } from '../../engine/ports.js';
import { redisKeys } from './keys.js';
import { createRedisClient } from './redis-client.js';
import { defineScripts } from './scripts.js';

/** Where Redis is, and who wants to match there. */
export interface MatcherLeaseOptions {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly site: string;
  /** The same name as that of the engine's live store: Redis lets nobody else take over while the lease is held. */
  readonly owner: string;
  /** So long it is held without word from its holder. */
  readonly leaseMs: number;
  readonly log: Log;
  /** Called with true when it is ours, with false when it is no more. */
  readonly onChange: (held: boolean) => void;
}

/** Asks for the lease until it is closed, and renews it once it is ours. */
export interface MatcherLease {
  /** Ours, and not lapsed by our own clock: also right after the process was frozen. */
  isHeld(): boolean;
  /** Gives it back, for another to take at once. */
  close(): Promise<void>;
}

/** Asked for so often within the time it lasts, so that two answers may be missed. */
const asksPerLease = 3;

/**
 * Starts asking. The lease keeps two from matching; what keeps the loser from writing is the epoch, which its new holder raises
 * by the write-back of its live store: every write of the former holder is refused from then on, even of one who slept through.
 */
export function createMatcherLease(options: MatcherLeaseOptions): MatcherLease {
  const { site, owner, leaseMs, log, onChange, ...address } = options;
  const redis = createRedisClient({ ...address, clientName: `yihao-lease:${owner}` }, (error) =>
    log.warn({ error: error.message }, 'Redis (lease)'),
  );
  const scripts = defineScripts(redis, redisKeys(site));
  let heldUntilMs = 0;
  let told = false;
  let lapse: NodeJS.Timeout | undefined;

  const isHeld = (): boolean => performance.now() < heldUntilMs;

  function tell(): void {
    const held = isHeld();
    if (held === told) return;
    told = held;
    log.info({ owner }, held ? 'the matcher’s lease is ours' : 'the matcher’s lease is ours no more');
    onChange(held);
  }

  /** Counted from before the question was sent: Redis lets it lapse no sooner. */
  async function ask(): Promise<void> {
    // A lapse that was slept through is told, even if the lease is ours again: somebody may have held it meanwhile.
    tell();
    const sentAtMs = performance.now();
    const held = await scripts.holdLease(owner, leaseMs).catch(() => null);
    if (held === null) return;
    heldUntilMs = held ? sentAtMs + leaseMs : 0;
    clearTimeout(lapse);
    lapse = setTimeout(tell, leaseMs - (performance.now() - sentAtMs));
    tell();
  }

  const asking = setInterval(() => void ask(), leaseMs / asksPerLease);
  redis.on('ready', () => void ask());
  return {
    isHeld,
    async close() {
      clearInterval(asking);
      clearTimeout(lapse);
      heldUntilMs = 0;
      await scripts.dropLease(owner).catch(() => undefined);
      redis.disconnect();
    },
  };
}
