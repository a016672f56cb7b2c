// Accounts of those who have no 工号, and the rule of the 三员: none of three administrators can do another's work, and none is ever missing.

/** 质检员, 热线管理员, 系统/安全/审计管理员 (三员), 上级监管. */
export const accountRoles = [
  'quality',
  'hotlineAdmin',
  'systemAdmin',
  'securityAdmin',
  'auditAdmin',
  'province',
] as const;
export type AccountRole = (typeof accountRoles)[number];

/** The three without whom nobody could be let in, let do, or looked at. */
const threeAdministrators: readonly AccountRole[] = ['systemAdmin', 'securityAdmin', 'auditAdmin'];
/** Those whose password alone opens nothing. */
const codeObliged: readonly AccountRole[] = [...threeAdministrators, 'hotlineAdmin'];

/** An account as it is kept. */
export interface Account {
  /** What he logs in with; see `isAccountName`. */
  readonly name: string;
  readonly displayName: string;
  /** Null: the security administrator has granted none yet. */
  readonly role: AccountRole | null;
  readonly passwordHash: string;
  /** The secret of the one-time codes, sealed; null = none yet. */
  readonly totpSecret: string | null;
  /** A code of it has been seen. */
  readonly totpConfirmed: boolean;
  /** The last 30-second step whose code was taken: none is taken twice. */
  readonly totpStep: number;
  /** The password is the one he was given. */
  readonly mustChangePassword: boolean;
  readonly disabled: boolean;
  /** Counts the changes of what he proves himself by: a session of an older one is over. */
  readonly credential: number;
  /** Counts all changes. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly changedAtMs: number;
}

/** What has to be done before a session may do anything else. */
export type PendingStep = 'password' | 'totp';

/** What an account still has to do, in this order. */
export function pendingOf(account: Account): readonly PendingStep[] {
  const needsCode = account.role !== null && codeObliged.includes(account.role);
  return [
    ...(account.mustChangePassword ? (['password'] as const) : []),
    ...(needsCode && !account.totpConfirmed ? (['totp'] as const) : []),
  ];
}

/** A name begins with a letter, so that it can never be a 工号 of figures. */
export const accountNamePattern = '^[a-z][a-z0-9._-]{1,31}$';

const nameForm = new RegExp(accountNamePattern);

/** Whether an account could have this name. */
export function isAccountName(name: string): boolean {
  return nameForm.test(name);
}

/** Why an act on an account is refused. */
export type AccountRefusal =
  | 'ACCOUNT_UNKNOWN'
  | 'LAST_ADMINISTRATOR'
  | 'OWN_ACCOUNT'
  | 'TOTP_CONFIRMED'
  | 'TOTP_NOT_BEGUN'
  | 'TOTP_WRONG';

/** The account after an act, or why not. */
export type AccountDecision =
  { readonly ok: true; readonly account: Account } | { readonly ok: false; readonly code: AccountRefusal };

/** Decides an act on an account, seeing all of them as they stand. */
export type AccountAct = (account: Account, all: readonly Account[]) => AccountDecision;

/** Where accounts are kept. Every method may reject with DATABASE_UNAVAILABLE. */
export interface AccountStore {
  /** All, by name. */
  list(): Promise<readonly Account[]>;
  find(name: string): Promise<Account | undefined>;
  /** False where there is one of this name: it stays as it is. */
  add(account: Account): Promise<boolean>;
  /** One act after the other: each is decided on what the one before left, and raises `version`. */
  change(name: string, nowMs: number, act: AccountAct): Promise<AccountDecision>;
}

const changed = (account: Account): AccountDecision => ({ ok: true, account });
const refused = (code: AccountRefusal): AccountDecision => ({ ok: false, code });
/** Whatever he logged in with before is worth nothing now, nor are the sessions begun with it. */
const renewed = (account: Account): AccountDecision =>
  changed({ ...account, credential: account.credential + 1 });

/** Nobody changes his own rights or state. */
function onAnother(by: string, act: AccountAct): AccountAct {
  return (account, all) => (account.name === by ? refused('OWN_ACCOUNT') : act(account, all));
}

/** The last of one of the three: without him nobody could do his work again. */
function isLast(account: Account, all: readonly Account[]): boolean {
  const { role, name, disabled } = account;
  if (role === null || disabled || !threeAdministrators.includes(role)) return false;
  return !all.some((other) => other.role === role && !other.disabled && other.name !== name);
}

/** 停用; his sessions end. */
export const disable = (by: string): AccountAct =>
  onAnother(by, (account, all) =>
    isLast(account, all) ? refused('LAST_ADMINISTRATOR') : renewed({ ...account, disabled: true }),
  );

/** 启用. */
export const enable = (by: string): AccountAct =>
  onAnother(by, (account) => changed({ ...account, disabled: false }));

/** A password given by the system administrator: to be changed at the next log-in. */
export const givePassword = (by: string, passwordHash: string): AccountAct =>
  onAnother(by, (account) => renewed({ ...account, passwordHash, mustChangePassword: true }));

/** Grants a role, or withdraws it with null. */
export const giveRole = (by: string, role: AccountRole | null): AccountAct =>
  onAnother(by, (account, all) =>
    role !== account.role && isLast(account, all)
      ? refused('LAST_ADMINISTRATOR')
      : changed({ ...account, role }),
  );

/** The one-time codes' secret is forgotten: a lost phone. */
export const resetTotp = (by: string): AccountAct =>
  onAnother(by, (account) => renewed({ ...account, totpSecret: null, totpConfirmed: false }));

/** His own new password. */
export const takePassword =
  (passwordHash: string): AccountAct =>
  (account) =>
    renewed({ ...account, passwordHash, mustChangePassword: false });

/** A new secret, in force once a code of it is seen. Once it is, only the security administrator can reset it. */
export const beginTotp =
  (totpSecret: string): AccountAct =>
  (account) =>
    account.totpConfirmed ? refused('TOTP_CONFIRMED') : changed({ ...account, totpSecret });

/**
 * The first code of the secret that was begun, of this step. Sessions begun before end: whoever else knew the password had them as well.
 * @param totpSecret the one the code was looked at with: another may have been begun meanwhile
 */
export const confirmTotp =
  (totpSecret: string, totpStep: number): AccountAct =>
  (account) => {
    if (account.totpConfirmed) return refused('TOTP_CONFIRMED');
    if (account.totpSecret !== totpSecret) return refused('TOTP_NOT_BEGUN');
    return renewed({ ...account, totpConfirmed: true, totpStep });
  };

/** The code of this step: refused where it, or a later one, was taken before. */
export const takeCode =
  (totpStep: number): AccountAct =>
  (account) =>
    totpStep > account.totpStep ? changed({ ...account, totpStep }) : refused('TOTP_WRONG');
