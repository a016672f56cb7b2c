// The accounts of the office of tests: one of each role, with password and codes in order, and a newcomer who has just got his password.
import { createAccountBook, newAccount, type FirstAccount } from '../../src/adapters/http/account-book.js';
import type { Role } from '../../src/adapters/http/access.js';
import type { AccountParts } from '../../src/adapters/http/http-parts.js';
import { createOneTimeCodes } from '../../src/adapters/http/one-time-code.js';
import { createPasswords } from '../../src/adapters/http/password-hash.js';
import { createMemoryAccounts } from '../../src/adapters/memory/account-store.js';
import { accountRoles, pendingOf, type AccountRole, type AccountStore } from '../../src/engine/account.js';
import type { Attempts } from '../../src/engine/attempts.js';
import type { Log } from '../../src/engine/ports.js';
import { codesOf } from '../enrolment.js';

/** Of every account of the office. */
export const accountPassword = 'correct horse battery staple';

/** A second hotline administrator: nobody publishes his own changes. */
export const secondAdmin = 'deputy';

/** Names by role. */
export const accountNames: Readonly<Record<AccountRole, string>> = {
  quality: 'quality',
  hotlineAdmin: 'hotline',
  systemAdmin: 'admin',
  securityAdmin: 'security',
  auditAdmin: 'audit',
  province: 'province',
};

export interface OfficeAccountOptions {
  readonly store?: AccountStore;
  /** A site at its very beginning: these and nobody else. */
  readonly firstAccounts?: readonly FirstAccount[];
  readonly nowMs: () => number;
  readonly attempts: Attempts;
  readonly log: Log;
}

/** Accounts, and what each logs in with. */
export async function openAccounts({
  store = createMemoryAccounts(),
  firstAccounts,
  nowMs,
  attempts,
  log,
}: OfficeAccountOptions) {
  // A cheap hash: here it is not the hash that is tried.
  const passwords = createPasswords({ memoryKib: 64, passes: 1 });
  const codes = createOneTimeCodes({ key: 'a key of the office of tests', issuer: '12345 test' });
  const secrets = new Map<string, string>();
  if (firstAccounts === undefined) {
    const passwordHash = await passwords.hash(accountPassword);
    const made = { passwordHash, createdAtMs: nowMs(), createdBy: 'setup' };
    const named = accountRoles.map((role) => [accountNames[role], role] as const);
    for (const [name, role] of [...named, [secondAdmin, 'hotlineAdmin'] as const]) {
      const fresh = newAccount({ ...made, name, displayName: name, role });
      const account = { ...fresh, mustChangePassword: false };
      const { secret, sealed } = codes.begin(name);
      const needsCode = pendingOf(account).includes('totp');
      if (needsCode) secrets.set(name, secret);
      await store.add(needsCode ? { ...account, totpSecret: sealed, totpConfirmed: true } : account);
    }
    await store.add(newAccount({ ...made, name: 'newcomer', displayName: 'newcomer', role: 'hotlineAdmin' }));
  }
  const book = createAccountBook({ store, passwords, firstAccounts: firstAccounts ?? [], nowMs, log });
  await book.look();
  const parts: AccountParts = { store, book, passwords, codes, attempts };
  return {
    parts,
    isAccount: (name: string) =>
      name === 'newcomer' || name === secondAdmin || Object.values(accountNames).includes(name),
    /** A code for the next log-in. In virtual time no 30 s pass between two: what was taken is forgotten. */
    async nextCode(name: string): Promise<string | undefined> {
      const secret = secrets.get(name);
      if (secret === undefined) return undefined;
      await store.change(name, nowMs(), (account) => ({ ok: true, account: { ...account, totpStep: 0 } }));
      return codesOf(secret, nowMs)();
    },
  };
}

/** The cookie of somebody in every role of a site of all roles, of a session that still has something to do, and of nobody. */
export async function everyone(
  logIn: (user: string) => Promise<{ readonly cookie: string }>,
): Promise<Readonly<Record<Role | 'nobody' | 'pending', string>>> {
  const cookieOf = async (user: string) => {
    const { cookie } = await logIn(user);
    if (cookie === '') throw new Error(`${user} cannot log in`);
    return cookie;
  };
  const accounts = await Promise.all(
    accountRoles.map(async (role) => [role, await cookieOf(accountNames[role])] as const),
  );
  return {
    ...(Object.fromEntries(accounts) as Record<AccountRole, string>),
    agent: await cookieOf('1002'),
    expert: await cookieOf('1009'),
    supervisor: await cookieOf('1001'),
    pending: await cookieOf('newcomer'),
    nobody: '',
  };
}
