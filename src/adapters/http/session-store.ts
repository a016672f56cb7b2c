// Keeps log-in sessions in Redis, with a copy here, so that who is logged in stays so while Redis is away.
import type { SessionStore } from '@fastify/session';
import type { Session } from 'fastify';
import { AppError } from '../../errors.js';

/** The few commands used, as ioredis has them. */
export interface SessionRedis {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, unit: 'PX', ttlMs: number): Promise<unknown>;
  del(key: string): Promise<unknown>;
}

/** How a store is made. */
export interface SessionStoreParts {
  readonly redis: SessionRedis;
  /** Redis' key of a session. */
  readonly keyOf: (sessionId: string) => string;
  /** A session unused for so long has ended. */
  readonly idleMs: number;
  readonly nowMs: () => number;
}

interface Copy {
  readonly text: string;
  readonly untilMs: number;
}

/** Copies kept here; more people than this are never logged in at one site. */
const copiesKept = 5_000;

/** Sessions by id. Reading and writing survive an absence of Redis; a session it never saw does not. */
export class RedisSessionStore implements SessionStore {
  private readonly copies = new Map<string, Copy>();

  constructor(private readonly parts: SessionStoreParts) {}

  get(sessionId: string, done: (error: unknown, session?: Session | null) => void): void {
    const { redis, keyOf } = this.parts;
    redis.get(keyOf(sessionId)).then(
      (text) => done(null, parse(text)),
      () => done(null, parse(this.copyOf(sessionId))),
    );
  }

  set(sessionId: string, session: Session, done: (error?: unknown) => void): void {
    const { redis, keyOf, idleMs } = this.parts;
    const text = JSON.stringify(session);
    this.keep(sessionId, text);
    redis.set(keyOf(sessionId), text, 'PX', idleMs).then(
      () => done(),
      () => done(),
    );
  }

  /** A log-out must reach Redis: else the session would come back with it. */
  destroy(sessionId: string, done: (error?: unknown) => void): void {
    const { redis, keyOf } = this.parts;
    this.copies.delete(sessionId);
    redis.del(keyOf(sessionId)).then(
      () => done(),
      (cause: unknown) => done(new AppError('REDIS_UNAVAILABLE', {}, { cause })),
    );
  }

  private copyOf(sessionId: string): string | null {
    const copy = this.copies.get(sessionId);
    return copy !== undefined && copy.untilMs > this.parts.nowMs() ? copy.text : null;
  }

  private keep(sessionId: string, text: string): void {
    this.copies.delete(sessionId);
    this.copies.set(sessionId, { text, untilMs: this.parts.nowMs() + this.parts.idleMs });
    const [oldest] = this.copies.keys();
    if (this.copies.size > copiesKept && oldest !== undefined) this.copies.delete(oldest);
  }
}

/** What cannot be read is no session: the person logs in again. */
function parse(text: string | null): Session | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as Session;
  } catch {
    return null;
  }
}

/** Redis of one process' own memory: for tests and for a trial without Redis. */
export function createMemorySessions(nowMs: () => number): SessionRedis {
  const kept = new Map<string, Copy>();
  return {
    async get(key) {
      const copy = kept.get(key);
      return copy !== undefined && copy.untilMs > nowMs() ? copy.text : null;
    },
    async set(key, text, _unit, ttlMs) {
      kept.set(key, { text, untilMs: nowMs() + ttlMs });
    },
    async del(key) {
      kept.delete(key);
    },
  };
}
