// Keeps one connection to Redis: watches it with pings, drops it at the first sign of trouble and connects again for ever.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Where Redis is and who asks. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Shown in Redis' list of clients. */
  readonly clientName: string;
}

/** What the link tells its user. */
export interface LinkListener {
  /** Connected: look at what is there; rejects when it will not do. `drop` gives up this very connection, and no later one. */
  up(redis: Redis, drop: Drop): Promise<void>;
  /** Called once for each connection, whether it had been up or could not be made. */
  down(reason: string): void;
}

/** Gives a connection up, e.g. after a command failed; a new one follows. */
export type Drop = (reason: string) => void;

/** A connection that is made again whenever it breaks. */
export interface RedisLink {
  /** Ends for good. */
  close(): Promise<void>;
}

/** A command without an answer after this has failed. */
const commandTimeoutMs = 500;
/** As long may one take that carries the whole image of a large site, and what was sent behind it. */
const wholeImageTimeoutMs = 5000;
/** A silent Redis is noticed after at most this plus {@link commandTimeoutMs}. */
const pingEveryMs = 250;
const connectTimeoutMs = 1000;
const retryMinMs = 100;
const retryMaxMs = 1000;

/** Starts connecting; `listener` hears how it goes. */
export function createRedisLink(address: RedisAddress, listener: LinkListener): RedisLink {
  const closing = new AbortController();
  let dropPresent: Drop = () => undefined;

  async function session(): Promise<void> {
    const redis = connectionTo(address);
    const { drop, ended } = oneEnd((reason) => {
      redis.disconnect();
      listener.down(reason);
    });
    dropPresent = drop;
    redis.on('error', (error: Error) => drop(error.message));
    redis.on('end', () => drop('the connection ended'));
    const greeted = greet(redis, drop, listener).catch((error: unknown) => drop(reasonOf(error)));
    await Promise.race([greeted, ended]);
    const ping = (): void => void redis.ping().catch((error: unknown) => drop(reasonOf(error)));
    const watch = setInterval(ping, pingEveryMs);
    await ended;
    clearInterval(watch);
  }

  async function keepConnected(): Promise<void> {
    let waitMs = retryMinMs;
    while (!closing.signal.aborted) {
      const startedAtMs = performance.now();
      await session();
      waitMs =
        performance.now() - startedAtMs > 2 * connectTimeoutMs
          ? retryMinMs
          : Math.min(2 * waitMs, retryMaxMs);
      // Half of the wait by chance, lest all services return in step.
      await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(
        () => undefined,
      );
    }
  }

  const running = keepConnected();
  return {
    close: async () => {
      closing.abort();
      dropPresent('closed');
      await running;
    },
  };
}

/** Of many reasons to end, the first one counts. */
function oneEnd(end: Drop): { readonly drop: Drop; readonly ended: Promise<void> } {
  let resolve: () => void;
  let over = false;
  const ended = new Promise<void>((done) => {
    resolve = done;
  });
  const drop: Drop = (reason) => {
    if (over) return;
    over = true;
    end(reason);
    resolve();
  };
  return { drop, ended };
}

async function greet(redis: Redis, drop: Drop, listener: LinkListener): Promise<void> {
  await within(connectTimeoutMs, redis.connect());
  await patiently(redis, () => listener.up(redis, drop));
}

/** Runs `work` with patience for a whole image; ioredis reads the time-out anew at each command. */
export async function patiently<Result>(redis: Redis, work: () => Promise<Result>): Promise<Result> {
  redis.options.commandTimeout = wholeImageTimeoutMs;
  try {
    return await work();
  } finally {
    redis.options.commandTimeout = commandTimeoutMs;
  }
}

function connectionTo({ host, port, password, clientName }: RedisAddress): Redis {
  return new Redis({
    host,
    port,
    password,
    connectionName: clientName,
    lazyConnect: true,
    enableOfflineQueue: false,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    // A half-open connection to a frozen Redis would never say good-bye.
    disconnectTimeout: 0,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => null,
  });
}

async function within<Result>(deadlineMs: number, work: Promise<Result>): Promise<Result> {
  const timer = new AbortController();
  const late = sleep(deadlineMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error('no answer in time');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

/** The words of a failure. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
