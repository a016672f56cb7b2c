// 紧急与公用事业: a service that citizens are handed over to, as a talk has to know it.

/** 110, 119, 120, 122; water, power, gas, heat and their like. */
export const targetKinds = ['emergency', 'utility'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** 一键转接: the agent is released by himself once it is accepted. 三方通话: he stays until he says so. */
export const handOverModes = ['oneKey', 'threeParty'] as const;
export type HandOverMode = (typeof handOverModes)[number];

/** A target in a talk. */
export interface HandOverTarget {
  readonly targetId: string;
  readonly kind: TargetKind;
  readonly mode: HandOverMode;
  /** Each of its numbers rings this long. */
  readonly ringMs: number;
  /** A person there has to press a key first. */
  readonly asksKey: boolean;
  /** So long after all three were joined it counts as accepted, and the agent is released; null = by his own key alone. */
  readonly releaseAfterMs: number | null;
  /** What is known of the matter goes to them beside the call. */
  readonly packet: boolean;
  /** They have it. */
  readonly packetTaken: boolean;
}
