// Hashes the passwords of accounts (argon2id), off this thread and only a few at once.
import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';
import { AppError } from '../../errors.js';

/** How dear a hash is. */
export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/** OWASP's password storage cheat sheet: argon2id with 19 MiB, 2 passes, 1 lane. About 30 ms of one core. */
export const hashCost: HashCost = { memoryKib: 19_456, passes: 2 };

/** Of libuv's four threads: the spool's writes need the others. */
const atOnce = 2;
/** More than this at the door is no rush of people. */
const mostWaiting = 30;

/** Hashes and compares. Both @throws RATE_LIMITED where too many wait already. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long for an account that is not there (`undefined`) as for a wrong password. */
  isRight(password: string, passwordHash: string | undefined): Promise<boolean>;
}

/** At the usual cost; tests hash cheaper. */
export function createPasswords({ memoryKib, passes }: HashCost = hashCost): Passwords {
  // argon2id is the library's default: its enum exists for the compiler alone.
  const options = { memoryCost: memoryKib, timeCost: passes, parallelism: 1 };
  const waiting: (() => void)[] = [];
  let running = 0;
  let nobodys: Promise<string> | undefined;

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running < atOnce) running += 1;
    else {
      if (waiting.length >= mostWaiting) throw new AppError('RATE_LIMITED');
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      // The turn goes to the next; nobody there: it is free.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  const hashOf = (password: string) => inTurn(() => hash(password, options));
  /** Of a password nobody knows; made beforehand, so that the first stranger takes no longer than others. */
  const strangersHash = () => (nobodys ??= hash(randomBytes(24), options));
  void strangersHash().catch(() => undefined);

  return {
    hash: hashOf,
    async isRight(password, passwordHash) {
      const right = passwordHash ?? (await strangersHash());
      const isEqual = await inTurn(() => verify(right, password));
      return isEqual && passwordHash !== undefined;
    },
  };
}
