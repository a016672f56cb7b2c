// What can be done to an account on the accounts' page, by whom, and what is asked before.
import type { AccountView } from '../../adapters/http/account-routes.js';
import type { Role } from '../../adapters/http/access.js';
import type { WordKey } from '../words/zh.js';

/** An act of a row. */
export interface RowAct {
  /** The last part of the address. */
  readonly path: 'disable' | 'enable' | 'password' | 'totp';
  readonly word: WordKey;
  /** Asked before; none: it harms nobody. */
  readonly sure?: WordKey;
}

const disable: RowAct = { path: 'disable', word: 'account.disable', sure: 'account.sure.disable' };
const enable: RowAct = { path: 'enable', word: 'account.enable' };
const password: RowAct = { path: 'password', word: 'account.password', sure: 'account.sure.password' };
const totp: RowAct = { path: 'totp', word: 'account.resetTotp', sure: 'account.sure.totp' };

/** The acts one may do to this account; nobody acts on his own. */
export function actsOn(
  account: AccountView,
  me: { readonly role: Role; readonly name: string },
): readonly RowAct[] {
  if (account.name === me.name) return [];
  if (me.role === 'systemAdmin') return account.disabled ? [enable, password] : [disable, password];
  return account.totpConfirmed ? [totp] : [];
}
