// Signs what goes to the gateway and checks what comes from it: HMAC-SHA-256 over instant and body, with the secret both sides have.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers both sides send. */
export const signatureHeaders = { timestamp: 'x-yihao-timestamp', signature: 'x-yihao-signature' } as const;

/** A word older or newer than this is refused: it may be somebody's copy. Clocks may differ by as much. */
const windowMs = 300_000;

/** Headers that vouch for this very body at this instant. */
export function signedHeaders(secret: string, body: string, nowMs: number): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  return {
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.signature]: signatureOf(secret, timestamp, body),
  };
}

/** Whether this body was signed with the secret within the last five minutes. */
export function isSigned(
  secret: string,
  { timestamp, signature, body }: Readonly<Record<'timestamp' | 'signature' | 'body', string>>,
  nowMs: number,
): boolean {
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1_000) > windowMs) return false;
  const [given, own] = [Buffer.from(signature), Buffer.from(signatureOf(secret, timestamp, body))];
  return given.length === own.length && timingSafeEqual(given, own);
}

function signatureOf(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
