// Accounts: the system administrator makes and stops them, the security administrator gives them roles. Neither can do the other's.
import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import {
  accountNamePattern,
  accountRoles,
  disable,
  enable,
  givePassword,
  giveRole,
  isAccountName,
  resetTotp,
  type Account,
  type AccountAct,
} from '../../engine/account.js';
import { AppError } from '../../errors.js';
import { newAccount } from './account-book.js';
import { audit, type AuditDetails, type AuditedAct } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { lineOfText, oneOf } from './views.js';

const nameText = Type.String({
  pattern: accountNamePattern,
  description: 'begins with a small letter; small letters, figures and . _ -; 2 to 32',
});
const params = Type.Object({ name: nameText });
const newBody = Type.Object({ name: nameText, displayName: lineOfText(40) }, { additionalProperties: false });
const roleBody = Type.Object(
  { role: Type.Union([oneOf(accountRoles), Type.Null()], { description: 'null withdraws it' }) },
  { additionalProperties: false },
);
const listQuery = Type.Object(
  {
    cursor: Type.Optional(lineOfText(200)),
    limit: Type.Optional(
      Type.String({ pattern: '^(?:[1-9]\\d?|1\\d\\d|200)$', description: '1 to 200; 50' }),
    ),
  },
  { additionalProperties: false },
);

/** An account as administrators see it: nothing he proves himself by. */
const accountView = Type.Object({
  name: Type.String(),
  displayName: Type.String(),
  role: Type.Union([oneOf(accountRoles), Type.Null()]),
  totpConfirmed: Type.Boolean(),
  mustChangePassword: Type.Boolean(),
  disabled: Type.Boolean(),
  createdAtMs: Type.Integer(),
  createdBy: Type.String(),
  changedAtMs: Type.Integer(),
});
export type AccountView = Static<typeof accountView>;

const withPassword = Type.Object({ account: accountView, password: Type.String() });

/** Adds the routes of accounts. */
export function addAccountRoutes(api: Api, parts: HttpParts): void {
  const { store, book, passwords } = parts.accounts;

  /** @throws ACCOUNT_UNKNOWN, OWN_ACCOUNT, LAST_ADMINISTRATOR and the database's */
  async function act(
    request: FastifyRequest,
    name: string,
    named: AuditedAct,
    how: (by: string) => AccountAct,
    details: AuditDetails = {},
  ): Promise<AccountView> {
    const user = knownUser(request, parts);
    const decision = await store.change(name, parts.nowMs(), how(user.name));
    if (!decision.ok) throw new AppError(decision.code, { account: name });
    book.keep(decision.account);
    audit(parts, user, named, name, details);
    return viewAccount(decision.account);
  }

  api.get(
    '/api/v1/accounts',
    {
      schema: {
        summary: 'Accounts by name; go on with the cursor',
        querystring: listQuery,
        response: {
          200: Type.Object({
            accounts: Type.Array(accountView),
            cursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const { cursor = '', limit = '50' } = request.query;
      if (cursor !== '' && !isAccountName(cursor)) throw new AppError('CURSOR_INVALID');
      const left = (await store.list()).filter(({ name }) => name > cursor);
      const page = left.slice(0, Number(limit));
      const next = left.length > page.length ? (page.at(-1)?.name ?? null) : null;
      return { accounts: page.map(viewAccount), cursor: next };
    },
  );

  api.post(
    '/api/v1/accounts',
    {
      schema: {
        summary: 'Makes an account without a role; the answer holds its first password, once',
        body: newBody,
        response: { 200: withPassword },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { name, displayName } = request.body;
      const password = firstPassword();
      const account = newAccount({
        name,
        displayName,
        role: null,
        passwordHash: await passwords.hash(password),
        createdAtMs: parts.nowMs(),
        createdBy: user.name,
      });
      if (!(await store.add(account))) throw new AppError('ACCOUNT_EXISTS', { name });
      book.keep(account);
      audit(parts, user, 'account.create', name);
      return { account: viewAccount(account), password };
    },
  );

  const answer = { 200: accountView };
  api.post(
    '/api/v1/accounts/:name/disable',
    { schema: { summary: '停用; his sessions end', params, response: answer } },
    async (request) => act(request, request.params.name, 'account.disable', disable),
  );
  api.post(
    '/api/v1/accounts/:name/enable',
    { schema: { summary: '启用', params, response: answer } },
    async (request) => act(request, request.params.name, 'account.enable', enable),
  );
  api.post(
    '/api/v1/accounts/:name/password',
    {
      schema: {
        summary: 'A new first password; the answer holds it, once',
        params,
        response: { 200: withPassword },
      },
    },
    async (request) => {
      const password = firstPassword();
      const passwordHash = await passwords.hash(password);
      const account = await act(request, request.params.name, 'account.password', (by) =>
        givePassword(by, passwordHash),
      );
      return { account, password };
    },
  );
  api.post(
    '/api/v1/accounts/:name/role',
    { schema: { summary: 'Grants a role or withdraws it', params, body: roleBody, response: answer } },
    async (request) => {
      const { role } = request.body;
      return act(request, request.params.name, 'account.role', (by) => giveRole(by, role), { role });
    },
  );
  api.post(
    '/api/v1/accounts/:name/totp',
    { schema: { summary: 'Forgets the one-time codes of a lost phone', params, response: answer } },
    async (request) => act(request, request.params.name, 'account.totp', resetTotp),
  );
}

/** Told by mouth or on paper: in groups, without letters that look like figures. 20 of 31 characters: 99 bits. */
function firstPassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const letters: string[] = [];
  while (letters.length < 20) {
    // Bytes that would favour the first letters are thrown away.
    for (const byte of randomBytes(32)) {
      if (byte < alphabet.length * 8 && letters.length < 20)
        letters.push(alphabet.charAt(byte % alphabet.length));
    }
  }
  return (letters.join('').match(/.{5}/g) ?? []).join('-');
}

function viewAccount(account: Account): AccountView {
  const { name, displayName, role, totpConfirmed, mustChangePassword, disabled } = account;
  const { createdAtMs, createdBy, changedAtMs } = account;
  return {
    name,
    displayName,
    role,
    totpConfirmed,
    mustChangePassword,
    disabled,
    createdAtMs,
    createdBy,
    changedAtMs,
  };
}
