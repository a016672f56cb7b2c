// 紧急与公用事业: an emergency line or a public utility as the site's file has it.
import type { TargetKind } from '../contact/hand-over-target.js';

/** When the agent is released: a person answered and stayed, one pressed a key, or the agent says so. */
export const acceptances = ['answer', 'key', 'agent'] as const;
export type Acceptance = (typeof acceptances)[number];

/** One number of a target. */
export interface TargetNumber {
  readonly number: string;
  readonly trunkId: string;
}

/** Where what is known of the matter is sent. */
export interface TargetWebhook {
  readonly url: string;
  /** Names the secret that both sides sign with. */
  readonly secret: string;
}

/** One that citizens are handed over to. */
export interface Target {
  readonly id: string;
  /** As citizens hear it: 正在为您转接{110}. */
  readonly name: string;
  /** For pages in English. */
  readonly en: string;
  /** After the agent's feature code; '' = none. */
  readonly key: string;
  readonly kind: TargetKind;
  /** Called one after the other. */
  readonly numbers: readonly TargetNumber[];
  readonly accept: Acceptance;
  /** With `answer`: who is still there so long after all three were joined has accepted; ASSUMED 10 s. */
  readonly acceptAfterMs: number;
  /** Each number rings this long; ASSUMED 15 s. */
  readonly ringMs: number;
  /** So many citizens at once on each of its numbers; ASSUMED 10. */
  readonly atOnce: number;
  /** Their phone shows the citizen's number, and the packet has it. */
  readonly tellsCaller: boolean;
  /** A confidential or a minor's number, too. ASSUMED: emergencies yes, utilities no. */
  readonly tellsConfidential: boolean;
  readonly webhook: TargetWebhook | null;
}
