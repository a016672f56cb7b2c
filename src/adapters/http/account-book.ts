// The accounts as this service last saw them: asked at every request, read anew every few seconds and after each act. Makes the first ones.
import {
  pendingOf,
  type Account,
  type AccountRole,
  type AccountStore,
  type PendingStep,
} from '../../engine/account.js';
import type { Log } from '../../engine/ports.js';
import type { Passwords } from './password-hash.js';

/** An account that is made where it is missing; its password has to be changed at the first log-in. */
export interface FirstAccount {
  readonly name: string;
  readonly displayName: string;
  readonly role: AccountRole;
  readonly password: string;
}

/** What an account may do now. */
export interface AccountStanding {
  readonly role: AccountRole;
  readonly displayName: string;
  readonly pending: readonly PendingStep[];
}

/** What a book is made of. */
export interface AccountBookParts {
  readonly store: AccountStore;
  readonly passwords: Passwords;
  readonly firstAccounts: readonly FirstAccount[];
  readonly nowMs: () => number;
  readonly log: Log;
}

/** The copy, and its upkeep. */
export interface AccountBook {
  /** Null: there is no such account, it may do nothing, or what he proved himself by has changed since. */
  standingOf(name: string, credential: number): AccountStanding | null;
  /** The accounts have been read; while the database is away since the start nobody knows who is who. */
  isKnown(): boolean;
  /** An account as an act left it: in force at once. */
  keep(account: Account): void;
  /** Reads all accounts, making the first ones at the first time. False while the database is away. */
  look(): Promise<boolean>;
  /** Looks now and from then on; waits at most so long for the first time. */
  start(patienceMs: number): Promise<void>;
  stop(): void;
}

const lookEveryMs = 5_000;
/** Until the accounts were read once. */
const firstLookEveryMs = 250;
/** While the database is away known accounts keep what they may do for so long: a shift. ASSUMED. */
const keptMs = 12 * 3_600_000;

/** A book that knows nobody yet. */
export function createAccountBook(parts: AccountBookParts): AccountBook {
  const { store, log } = parts;
  const copy = new Map<string, Account>();
  let lookedAtMs: number | undefined;
  let hasFailed = false;
  let looking: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** What was read may be older than an act that came between. */
  function keep(account: Account): void {
    const known = copy.get(account.name);
    if (known === undefined || known.version <= account.version) copy.set(account.name, account);
  }

  async function read(): Promise<boolean> {
    try {
      if (lookedAtMs === undefined) await makeFirstAccounts(parts);
      for (const account of await store.list()) keep(account);
      lookedAtMs = performance.now();
      hasFailed = false;
      return true;
    } catch (error) {
      // Once an absence: where it is the database, the journal's carrier raises the alarm.
      if (!hasFailed) log.warn({ error: String(error) }, 'the accounts cannot be read');
      hasFailed = true;
      return false;
    }
  }

  function look(): Promise<boolean> {
    return (looking ??= read().finally(() => (looking = undefined)));
  }

  async function goOn(): Promise<void> {
    await look();
    if (!stopped)
      timer = setTimeout(
        () => void goOn(),
        lookedAtMs === undefined ? firstLookEveryMs : lookEveryMs,
      ).unref();
  }

  return {
    standingOf(name, credential) {
      const account = copy.get(name);
      if (account === undefined || account.disabled || account.role === null) return null;
      if (account.credential !== credential) return null;
      if (lookedAtMs === undefined || performance.now() - lookedAtMs > keptMs) return null;
      return { role: account.role, displayName: account.displayName, pending: pendingOf(account) };
    },
    isKnown: () => lookedAtMs !== undefined,
    keep,
    look,
    async start(patienceMs) {
      void goOn();
      for (const endMs = performance.now() + patienceMs; lookedAtMs === undefined;) {
        if (performance.now() > endMs)
          return log.warn(
            {},
            'the accounts could not be read yet; log-ins of accounts wait for the database',
          );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Idempotent: another service may do the same at the same time. */
async function makeFirstAccounts({ store, passwords, firstAccounts, nowMs, log }: AccountBookParts) {
  const names = new Set((await store.list()).map(({ name }) => name));
  for (const { password, ...first } of firstAccounts.filter(({ name }) => !names.has(name))) {
    const made = newAccount({
      ...first,
      passwordHash: await passwords.hash(password),
      createdAtMs: nowMs(),
      createdBy: 'setup',
    });
    if (await store.add(made)) log.info({ account: first.name }, 'account made');
  }
}

/** An account nobody has logged in with. */
export function newAccount(
  made: Pick<Account, 'name' | 'displayName' | 'role' | 'passwordHash' | 'createdAtMs' | 'createdBy'>,
): Account {
  return {
    ...made,
    totpSecret: null,
    totpConfirmed: false,
    totpStep: 0,
    mustChangePassword: true,
    disabled: false,
    credential: 1,
    version: 1,
    changedAtMs: made.createdAtMs,
  };
}
