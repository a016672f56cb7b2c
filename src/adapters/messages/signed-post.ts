// One signed POST with a deadline, and what its answer means: the same for short messages and for packets.
import { signatureHeaders, signedHeaders } from './signature.js';

/** A POST to be made. */
export interface SignedPost {
  readonly url: string;
  /** What both sides sign with. */
  readonly secret: string;
  /** The same at every try: the other side takes it once. */
  readonly id: string;
  readonly body: string;
  readonly nowMs: number;
  readonly deadlineMs: number;
}

/** What came back. `late` and `broken`: nothing did. */
export type PostAnswer =
  | { readonly is: 'taken'; readonly response: Response }
  | { readonly is: 'refused'; readonly code: string }
  | { readonly is: 'retry'; readonly code: string; readonly afterMs?: number };

/** Posts it. Rejects with the fault of the connection, or with a TimeoutError. */
export async function postSigned({
  url,
  secret,
  id,
  body,
  nowMs,
  deadlineMs,
}: SignedPost): Promise<PostAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': id,
      ...signedHeaders(secret, body, nowMs),
    },
    body,
    // A number goes nowhere but to the address that was set.
    redirect: 'manual',
    signal: AbortSignal.timeout(deadlineMs),
  });
  if (response.ok) return { is: 'taken', response };
  await response.body?.cancel();
  return refusalOf(response);
}

/** The signature that an answer carries, as `isSigned` wants it. */
export function signatureIn({ headers }: Response): Readonly<Record<'timestamp' | 'signature', string>> {
  return {
    timestamp: headers.get(signatureHeaders.timestamp) ?? '',
    signature: headers.get(signatureHeaders.signature) ?? '',
  };
}

/** The reason alone: an error's text may hold the request. */
export function faultOf(error: unknown): { readonly is: 'retry'; readonly code: 'timeout' | 'network' } {
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  return { is: 'retry', code: isLate ? 'timeout' : 'network' };
}

function refusalOf({ status, headers }: Response): Exclude<PostAnswer, { is: 'taken' }> {
  const code = `http${String(status)}`;
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { is: 'refused', code };
  const seconds = headers.get('retry-after') ?? '';
  return { is: 'retry', code, ...(/^\d{1,6}$/.test(seconds) && { afterMs: Number(seconds) * 1_000 }) };
}
