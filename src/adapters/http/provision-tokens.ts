// Tokens by which a phone fetches its settings once: short-lived, kept in memory, never written down.
import { randomBytes } from 'node:crypto';
import type { DeviceId } from '../../contact/ids.js';

/** Gives and takes tokens. */
export interface ProvisionTokens {
  /** A token for this phone's settings, and until when it can be used. */
  give(deviceId: DeviceId, nowMs: number): { readonly token: string; readonly expiresAtMs: number };
  /** The phone behind a token, which is spent now; undefined for one that is unknown, spent or too old. */
  take(token: string, nowMs: number): DeviceId | undefined;
}

/** ASSUMED: cards are printed today and scanned tomorrow morning. */
export const tokenLivesMs = 24 * 3_600_000;
/** More than an office has phones; the oldest go first. */
const mostTokens = 5_000;

/** No tokens yet; a restart ends all of them. */
export function createProvisionTokens(): ProvisionTokens {
  const tokens = new Map<string, { readonly deviceId: DeviceId; readonly expiresAtMs: number }>();

  return {
    give(deviceId, nowMs) {
      for (const [token, { expiresAtMs }] of tokens) if (expiresAtMs <= nowMs) tokens.delete(token);
      const [oldest] = tokens.keys();
      if (tokens.size >= mostTokens && oldest !== undefined) tokens.delete(oldest);
      const token = randomBytes(24).toString('base64url');
      const expiresAtMs = nowMs + tokenLivesMs;
      tokens.set(token, { deviceId, expiresAtMs });
      return { token, expiresAtMs };
    },
    take(token, nowMs) {
      const known = tokens.get(token);
      tokens.delete(token);
      return known !== undefined && known.expiresAtMs > nowMs ? known.deviceId : undefined;
    },
  };
}
