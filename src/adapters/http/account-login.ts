// Proves who somebody with an account is: password, one-time code, failures counted before the answer is known.
import { takeCode, type Account } from '../../engine/account.js';
import { AppError } from '../../errors.js';
import type { HttpParts } from './http-parts.js';

/** What somebody says to be let in. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly code: string | undefined;
  /** A network address. */
  readonly from: string;
}

/**
 * The account of these credentials, its code taken.
 * @throws DATABASE_UNAVAILABLE, LOGIN_LOCKED, LOGIN_FAILED, ACCOUNT_DISABLED, ACCOUNT_WITHOUT_ROLE, TOTP_NEEDED, TOTP_WRONG
 */
export async function provenAccount(parts: HttpParts, credentials: Credentials): Promise<Account> {
  const { store, book } = parts.accounts;
  if (!book.isKnown()) throw new AppError('DATABASE_UNAVAILABLE');
  const { user, password, code } = credentials;
  return counted(parts, credentials, async () => {
    const account = await store.find(user);
    const isRight = await parts.accounts.passwords.isRight(password, account?.passwordHash);
    if (account === undefined || !isRight) throw new AppError('LOGIN_FAILED');
    if (account.disabled) throw new AppError('ACCOUNT_DISABLED');
    if (account.role === null) throw new AppError('ACCOUNT_WITHOUT_ROLE');
    const proven = account.totpConfirmed ? await withCode(parts, account, code) : account;
    book.keep(proven);
    return proven;
  });
}

/**
 * One's own password once more, before it is changed.
 * @throws LOGIN_LOCKED, LOGIN_FAILED
 */
export async function provePassword(
  parts: HttpParts,
  account: Account,
  password: string,
  from: string,
): Promise<void> {
  await counted(parts, { user: account.name, from }, async () => {
    const isRight = await parts.accounts.passwords.isRight(password, account.passwordHash);
    if (!isRight) throw new AppError('LOGIN_FAILED');
  });
}

async function withCode(parts: HttpParts, account: Account, code: string | undefined): Promise<Account> {
  if (code === undefined) throw new AppError('TOTP_NEEDED');
  const step = stepOfCode(parts, account, code);
  const decision = await parts.accounts.store.change(account.name, parts.nowMs(), takeCode(step));
  if (!decision.ok) throw new AppError(decision.code);
  return decision.account;
}

/** The step of a right code. @throws TOTP_NOT_BEGUN, TOTP_WRONG */
export function stepOfCode(parts: HttpParts, { name, totpSecret }: Account, code: string): number {
  if (totpSecret === null) throw new AppError('TOTP_NOT_BEGUN');
  const step = parts.accounts.codes.stepOf(name, totpSecret, code, parts.nowMs());
  if (step === undefined) throw new AppError('TOTP_WRONG');
  return step;
}

/** Only these are guesses. */
const guessed: ReadonlySet<string> = new Set(['LOGIN_FAILED', 'TOTP_WRONG']);

/** Runs a proof; a failed guess is counted, and the one that reaches the limit is told so. @throws LOGIN_LOCKED and the proof's own */
export async function counted<Result>(
  { accounts: { attempts }, nowMs }: HttpParts,
  { user, from }: Pick<Credentials, 'user' | 'from'>,
  proof: () => Promise<Result>,
): Promise<Result> {
  const attempt = { who: user, from };
  if (attempts.isLocked(attempt, nowMs())) throw new AppError('LOGIN_LOCKED');
  attempts.fail(attempt, nowMs());
  try {
    const result = await proof();
    attempts.takeBack(attempt);
    attempts.clear(attempt);
    return result;
  } catch (error) {
    if (!(error instanceof AppError) || !guessed.has(error.code)) attempts.takeBack(attempt);
    else if (attempts.isLocked(attempt, nowMs())) throw new AppError('LOGIN_LOCKED', {}, { cause: error });
    throw error;
  }
}
