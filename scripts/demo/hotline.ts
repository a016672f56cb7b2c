// What everybody in the demo shares: where the hotline is, what it looks like now, the seed, and the end of the day.
import type { Call } from '../../test/phones/call.js';
import type { Board } from './board.js';
import type { ServiceApi } from './service-api.js';

/** The hotline as people reach it. */
export interface Hotline {
  readonly seed: number;
  readonly sip: { readonly host: string; readonly port: number };
  /** What citizens dial. */
  readonly number: string;
  readonly board: Board;
  /** Aborted when the day is over. */
  readonly signal: AbortSignal;
  /** The API as this agent. */
  apiOf(agentId: string): ServiceApi;
  devicePassword(deviceId: string): string;
  /** Notes something that went wrong and was let go: what was being done, never a number. */
  note(doing: string, error: unknown): void;
}

/** Asterisk was killed, or the line cut: nothing is heard any more, and no BYE will come. */
const silenceMs = 15_000;

/** Whether nothing came of the other side for so long that a person would put the receiver down. */
export function isDead(call: Call): boolean {
  const heardAtMs = Math.max(call.rtp.lastReceivedAtMs ?? 0, call.answeredAtMs ?? 0);
  return call.state === 'up' && Date.now() - heardAtMs > silenceMs;
}
