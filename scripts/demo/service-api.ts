// The service's API as one person uses it: logs in by itself, again when it is forgotten; a service that is away is no answer, never a fault.
import { Agent, request } from 'undici';

/** An answer; `undefined` where there was none. */
export type ApiAnswer = { readonly status: number; readonly body: unknown } | undefined;

/** Calls the API as the person it was made for. */
export type ServiceApi = (method: 'GET' | 'POST', path: string, body?: object) => Promise<ApiAnswer>;

/** Who logs in, and from where: each person has an address of his own, as at a real site, and so his own share of the limits. */
export interface ApiUser {
  readonly origin: string;
  readonly fromAddress: string;
  readonly user: string;
  readonly password: string;
}

const answerMs = 4_000;
/** A refused log-in is not repeated sooner: failures in a row would lock the person out. */
const logInAgainMs = 15_000;

/** Makes a person's access. */
export function createServiceApi({ origin, fromAddress, user, password }: ApiUser): ServiceApi {
  const dispatcher = new Agent({
    connections: 1,
    connect: { localAddress: fromAddress, timeout: answerMs },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
  });
  let cookie = '';
  let logInAtMs = 0;

  async function send(method: 'GET' | 'POST', path: string, body?: object): Promise<ApiAnswer> {
    try {
      const answer = await request(`${origin}${path}`, {
        method,
        dispatcher,
        headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
        body: body ? JSON.stringify(body) : null,
      });
      const set = [answer.headers['set-cookie'] ?? []].flat();
      if (set.length > 0) cookie = set.map((one) => one.split(';')[0]).join('; ');
      return { status: answer.statusCode, body: await answer.body.json() };
    } catch {
      return undefined; // it is starting again, perhaps: whoever asked tries later
    }
  }

  return async (method, path, body) => {
    const answer = await send(method, path, body);
    if (answer?.status !== 401 || Date.now() < logInAtMs) return answer;
    logInAtMs = Date.now() + logInAgainMs;
    const known = await send('POST', '/api/v1/session', { user, password });
    if (known?.status !== 200) return known;
    logInAtMs = 0;
    return send(method, path, body);
  };
}
