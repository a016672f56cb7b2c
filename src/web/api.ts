// Calls of the HTTP API, and who is logged in here.
import { shallowRef } from 'vue';
import type { Role } from '../adapters/http/access.js';
import type { AgentView } from '../adapters/http/views.js';
import { hinted } from './hinted.js';
import { language, say } from './words/language.js';

/** Who I am. */
export interface Me {
  readonly role: Role;
  /** 工号, or the account's name. */
  readonly name: string;
  readonly displayName: string;
  /** What has to be done before anything else is allowed. */
  readonly pending: readonly ('password' | 'totp')[];
  readonly agent: AgentView | null;
}

/** A refusal, in the words of the service and the page's language; status 0 = it was not reached. */
export interface Refusal {
  readonly ok: false;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** What the service says besides, e.g. the field at fault. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Answer<Body> = { readonly ok: true; readonly body: Body } | Refusal;

interface ErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Who is logged in; `undefined` before anybody asked, `null` = nobody. */
export const me = shallowRef<Me | null>();

/** One request; refusals are values. */
export async function call<Body>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<Answer<Body>> {
  const headers: Record<string, string> = { 'accept-language': language.value === 'en' ? 'en' : 'zh-CN' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const answer = await fetch(path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    if (answer.ok) return { ok: true, body: parsed as Body };
    const { code = '', message: told = '', details = {} } = parsed as ErrorBody;
    const message = hinted(told, details, language.value);
    if (answer.status === 401 && code === 'LOGIN_NEEDED') me.value = null;
    return { ok: false, status: answer.status, code, message, details };
  } catch {
    return { ok: false, status: 0, code: '', message: say('login.noServer') };
  }
}

/** Asks who is logged in, once. */
export async function whoAmI(): Promise<Me | null | undefined> {
  if (me.value !== undefined) return me.value;
  const answer = await call<Me>('GET', '/api/v1/me');
  if (answer.ok) me.value = answer.body;
  return me.value;
}

/** Asks again, after the service has broken off: a session that ended meanwhile leads to the log-in. */
export async function checkSession(): Promise<void> {
  await call('GET', '/api/v1/me');
}

/** Logs in; `code` is the one-time code, empty where none was asked for. */
export async function logIn(user: string, password: string, code: string): Promise<Answer<Me>> {
  const body = { user, password, ...(code !== '' && { code }) };
  const answer = await call<Me>('POST', '/api/v1/session', body);
  if (answer.ok) me.value = answer.body;
  return answer;
}

/** Logs out. */
export async function logOut(): Promise<void> {
  await call('DELETE', '/api/v1/session');
  me.value = null;
}
