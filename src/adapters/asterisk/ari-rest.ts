// Sends ARI's requests over a small pool of HTTP connections; each has a deadline, and each failure a typed error.

import { EventEmitter } from 'node:events';
import { Pool } from 'undici';
import { AppError } from '../../errors.js';

/** Where Asterisk's ARI is, and who we are there. */
export interface AriRestOptions {
  /** With the prefix, such as `http://127.0.0.1:12341/ari`. */
  readonly baseUrl: string;
  readonly user: string;
  readonly password: string;
  /** How long a request may take, its one repetition included. 2,000 by default. */
  readonly deadlineMs?: number;
}

/** The HTTP verbs ARI knows. */
export type AriMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A value of a request's query; a list becomes one comma-separated value, an `undefined` is left out. */
export type AriQuery = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** What may go with one request. */
export interface AriRequestOptions {
  readonly query?: AriQuery;
  /** Sent as JSON. Asterisk reads every query parameter from here as well, so that nothing personal stands in a URL. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly deadlineMs?: number;
  /** The POST names an id minted by us: it may be sent again after a reset connection, and then a 409 means "done". */
  readonly mintedId?: boolean;
  /** Waits behind no other request: a phone is to ring. */
  readonly urgent?: boolean;
}

/**
 * One request; resolves with the parsed answer, `undefined` where Asterisk sends none (204, or a repeated POST that had
 * already been done).
 * @throws AppError ARI_REFUSED `{status, method, path, message}`, ARI_UNAVAILABLE, DEADLINE_EXCEEDED
 */
export type AriRequest = <T>(method: AriMethod, path: string, options?: AriRequestOptions) => Promise<T>;

/** The REST half of the client. */
export interface AriRest {
  readonly request: AriRequest;
  /** Ends every request under way (ARI_UNAVAILABLE) and every connection. */
  close(): Promise<void>;
}

const CONNECTIONS = 8;
/** Besides these, for what is urgent. */
const URGENT_CONNECTIONS = 4;

/** Asterisk closes an idle HTTP connection after 15 s: ours goes first, or a request would meet the closing. */
const KEEP_ALIVE_MS = 10_000;

const RESETS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** True where Asterisk answered 404: the channel, bridge or playback is gone already, which is seldom a fault. */
export function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === 'ARI_REFUSED' && error.details.status === 404;
}

/** The `Authorization` header of `user` and `password`. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Opens no connection yet: the pool does so at the first request. */
export function createAriRest(options: AriRestOptions): AriRest {
  const { origin, pathname } = new URL(options.baseUrl);
  const poolOf = (connections: number) =>
    new Pool(origin, { connections, keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS });
  const [pool, urgentPool] = [poolOf(CONNECTIONS), poolOf(URGENT_CONNECTIONS)];
  const authorization = basicAuthorization(options.user, options.password);

  async function send<T>(
    method: AriMethod,
    path: string,
    sent: AriRequestOptions,
    deadline: EventEmitter,
  ): Promise<T> {
    const response = await (sent.urgent === true ? urgentPool : pool).request({
      method,
      path: `${pathname}/${path}${queryText(sent.query)}`,
      headers: { authorization, ...(sent.body && { 'content-type': 'application/json' }) },
      body: sent.body ? JSON.stringify(sent.body) : null,
      signal: deadline,
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw refusal(response.statusCode, method, path, text);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async function request<T>(method: AriMethod, path: string, sent: AriRequestOptions = {}): Promise<T> {
    const deadlineMs = sent.deadlineMs ?? options.deadlineMs ?? 2_000;
    let isLate = false;
    // An AbortSignal of its own for each request costs more than all else here, and fires after its end, too.
    const deadline = new EventEmitter();
    const timer = setTimeout(() => {
      isLate = true;
      deadline.emit('abort');
    }, deadlineMs);
    const failed = (error: unknown) => asAppError(error, { method, path }, isLate ? deadlineMs : undefined);
    try {
      return await send<T>(method, path, sent, deadline);
    } catch (error) {
      if (isLate || !isReset(error) || !(method !== 'POST' || sent.mintedId)) throw failed(error);
      return await sendAgain<T>(method, path, sent, deadline).catch((second: unknown) => {
        throw failed(second);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async function sendAgain<T>(
    method: AriMethod,
    path: string,
    sent: AriRequestOptions,
    deadline: EventEmitter,
  ): Promise<T> {
    try {
      return await send<T>(method, path, sent, deadline);
    } catch (error) {
      if (wasDoneBefore(method, error)) return undefined as T;
      throw error;
    }
  }

  return {
    request,
    close: async () => void (await Promise.all([pool.destroy(), urgentPool.destroy()])),
  };
}

/** The first try reached Asterisk after all: our minted id exists (409), or what we deleted is gone (404). */
function wasDoneBefore(method: AriMethod, error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  return (method === 'POST' && error.details.status === 409) || (method === 'DELETE' && isGone(error));
}

function queryText(query: AriQuery = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

/**
 * A booting Asterisk is not there yet, rather than refusing: first its web server knows no ARI (a 404 in HTML, which must
 * not be taken for a channel that is gone), then ARI says 503.
 */
function refusal(status: number, method: AriMethod, path: string, text: string): AppError {
  const message = messageOf(text);
  const booting = status === 503 || (status === 404 && message === undefined);
  return new AppError(booting ? 'ARI_UNAVAILABLE' : 'ARI_REFUSED', { status, method, path, message });
}

/** ARI's own words, where the answer is one of ARI. */
function messageOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RESETS.has(String(error.code));
}

/** `deadlineMs` is set where the deadline was what ended the request. */
function asAppError(
  cause: unknown,
  details: { method: AriMethod; path: string },
  deadlineMs?: number,
): AppError {
  if (cause instanceof AppError) return cause;
  if (deadlineMs !== undefined)
    return new AppError('DEADLINE_EXCEEDED', { part: 'ari', ...details, deadlineMs }, { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('ARI_UNAVAILABLE', { ...details, reason }, { cause });
}
