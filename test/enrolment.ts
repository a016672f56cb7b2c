// What a person does at his first log-in with an account, for tests: changes the first password and sets up one-time codes, as the API asks for it.
import { Secret, TOTP } from 'otpauth';

/** Calls the API, keeping the session's cookie. */
export type Ask = (
  method: 'POST',
  path: string,
  body: object,
) => Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;

/** Somebody whose account is ready. */
export interface Enrolled {
  readonly user: string;
  readonly password: string;
  /** What he logs in with next; no code comes twice. */
  credentials(): { readonly user: string; readonly password: string; readonly code: string };
}

const stepMs = 30_000;

/** Codes of a secret, each of a later step than the one before: at most two ahead of time are taken. */
export function codesOf(secret: string, nowMs: () => number): () => string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: stepMs / 1000 });
  let last = 0;
  return () => {
    last = Math.max(Math.floor(nowMs() / stepMs) - 1, last + 1);
    return totp.generate({ timestamp: last * stepMs });
  };
}

/** Logs in for the first time and does what is asked; afterwards the session may do all that the role may. */
export async function enrol(
  ask: Ask,
  { user, password }: { readonly user: string; readonly password: string },
  nowMs: () => number = Date.now,
): Promise<Enrolled> {
  const said = async (path: string, body: object) => {
    const answer = await ask('POST', path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const own = `a password of ${[...user].reverse().join('')}'s own`;
  await said('/api/v1/session', { user, password });
  await said('/api/v1/session/password', { password, newPassword: own });
  const { enrolment } = await said('/api/v1/session/totp', {});
  const code = codesOf((enrolment as { secret: string }).secret, nowMs);
  await said('/api/v1/session/totp', { code: code() });
  return { user, password: own, credentials: () => ({ user, password: own, code: code() }) };
}
