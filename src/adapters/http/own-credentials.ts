// One's own password and one-time codes: what a new account has to do first, and what everybody with an account may do.
import type { FastifyRequest } from 'fastify';
import { toString as toQrCode } from 'qrcode';
import { Type } from 'typebox';
import { beginTotp, confirmTotp, takePassword, type Account, type AccountAct } from '../../engine/account.js';
import { AppError } from '../../errors.js';
import { counted, provePassword, stepOfCode } from './account-login.js';
import { audit } from './audit.js';
import { sessionIn, type Api, type HttpParts } from './http-parts.js';
import { meView, viewMe } from './me-view.js';

/** Of six figures. */
export const codeText = Type.String({ pattern: '^\\d{6}$', description: 'six figures' });

const totpBody = Type.Object({ code: Type.Optional(codeText) }, { additionalProperties: false });
const passwordText = Type.String({ minLength: 1, maxLength: 200 });
const passwordBody = Type.Object(
  { password: passwordText, newPassword: passwordText },
  { additionalProperties: false },
);
const enrolmentView = Type.Object({
  secret: Type.String(),
  uri: Type.String(),
  qr: Type.String({ description: 'the uri as a picture: data:image/svg+xml' }),
});
const leastPasswordLength = 12;

/** Adds the routes. */
export function addOwnCredentials(api: Api, parts: HttpParts): void {
  const { store, book, codes, passwords } = parts.accounts;

  /** @throws LOGIN_NEEDED, ACCOUNT_UNKNOWN and the database's */
  async function ownAccount(request: FastifyRequest): Promise<Account> {
    const known = sessionIn(request, parts);
    if (known === undefined) throw new AppError('LOGIN_NEEDED');
    const account = await store.find(known.user.name);
    if (account === undefined) throw new AppError('ACCOUNT_UNKNOWN');
    return account;
  }

  async function change(name: string, act: AccountAct): Promise<Account> {
    const decision = await store.change(name, parts.nowMs(), act);
    if (!decision.ok) throw new AppError(decision.code);
    book.keep(decision.account);
    return decision.account;
  }

  /** The old session is worth nothing any more; this is whoever has just proved himself. */
  async function goOnAs(request: FastifyRequest, { name, credential }: Account) {
    await request.session.regenerate();
    request.session.user = { is: 'account', name, credential };
    return viewMe(request, parts);
  }

  async function begin(account: Account) {
    const { secret, uri, sealed } = codes.begin(account.name);
    await change(account.name, beginTotp(sealed));
    const picture = await toQrCode(uri, { type: 'svg', margin: 2 });
    return { secret, uri, qr: `data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}` };
  }

  async function confirm(request: FastifyRequest, account: Account, code: string) {
    const { name, totpSecret } = account;
    if (account.totpConfirmed) throw new AppError('TOTP_CONFIRMED');
    const changed = await counted(parts, { user: name, from: request.ip }, async () => {
      const step = stepOfCode(parts, account, code);
      return change(name, confirmTotp(totpSecret ?? '', step));
    });
    return goOnAs(request, changed);
  }

  api.post(
    '/api/v1/session/totp',
    {
      schema: {
        summary: 'One’s own one-time codes: {} begins with a new secret, {code} confirms it',
        body: totpBody,
        response: {
          200: Type.Object({ me: meView, enrolment: Type.Union([enrolmentView, Type.Null()]) }),
        },
      },
      config: { rateLimit: { max: 20 } },
    },
    async (request) => {
      const account = await ownAccount(request);
      const { code } = request.body;
      if (code === undefined) {
        const enrolment = await begin(account);
        return { me: viewMe(request, parts), enrolment };
      }
      const me = await confirm(request, account, code);
      audit(parts, me, 'session.totp', account.name);
      return { me, enrolment: null };
    },
  );

  api.post(
    '/api/v1/session/password',
    {
      schema: { summary: 'One’s own new password', body: passwordBody, response: { 200: meView } },
      config: { rateLimit: { max: 20 } },
    },
    async (request) => {
      const account = await ownAccount(request);
      const { password, newPassword } = request.body;
      refuseWeak(account.name, password, newPassword);
      await provePassword(parts, account, password, request.ip);
      const changed = await change(account.name, takePassword(await passwords.hash(newPassword)));
      const me = await goOnAs(request, changed);
      audit(parts, me, 'session.password', account.name);
      return me;
    },
  );
}

/** @throws PASSWORD_WEAK */
function refuseWeak(name: string, password: string, newPassword: string): void {
  const refuse = (zh: string, en: string): never => {
    throw new AppError('PASSWORD_WEAK', { in: 'body', field: 'newPassword', zh, en });
  };
  if ([...newPassword].length < leastPasswordLength)
    refuse(`至少${String(leastPasswordLength)}个字符`, `at least ${String(leastPasswordLength)} characters`);
  if (newPassword.toLowerCase().includes(name)) refuse('不能含有账号名', 'must not hold the user’s name');
  if (newPassword === password) refuse('不能与原密码相同', 'must not be the old one');
}
