// How a consulted party is met and what is said meanwhile: an expert, or an emergency line or utility. All that differs between them.
import type { ConsultPolicy, ExpertCall } from './consult.js';
import type { HandOverTarget } from './hand-over-target.js';
import type { PromptRef } from './prompt-ref.js';

/** How a consulted party is met. */
export interface ConsultManner {
  readonly ringMs: number;
  readonly asksKey: boolean;
  /** To the citizen as he leaves his agent. */
  readonly seek: PromptRef;
  /** To the citizen when one did not come and the next is rung; null = the music goes on. */
  readonly next: PromptRef | null;
  /** To who answers, where a key is asked for. */
  readonly accept: PromptRef;
  /** To who has taken it, before anybody hears him. */
  readonly notice: PromptRef;
  /** To the citizen and the agent, once all three are joined; `toAll`: to the third as well. */
  readonly joined: PromptRef;
  readonly toAll: boolean;
  /** To both when nobody came; null = to the agent alone, that he is back. */
  readonly failed: PromptRef | null;
  /** All three at once, without a talk of two before. */
  readonly together: boolean;
  /** With all busy it waits for one of them. */
  readonly waits: boolean;
}

/** The manner of a consult with this party. */
export function mannerOf(
  target: HandOverTarget | undefined,
  { departmentId, line }: Pick<ExpertCall, 'departmentId' | 'line'>,
  policy: ConsultPolicy,
): ConsultManner {
  if (target !== undefined) return mannerOfTarget(target);
  const slots = { d: departmentId };
  const join = { id: 'expert.join' };
  return {
    ...{ ringMs: policy.ringMs, asksKey: 'outside' in line },
    ...{ seek: { id: 'expert.seek', slots }, next: null, accept: { id: 'expert.accept', slots } },
    ...{ notice: join, joined: join, toAll: true, failed: null, together: false, waits: true },
  };
}

/** Seconds count: nobody waits in line for it, and the citizen hears at each turn that it goes on. */
export function mannerOfTarget({
  targetId,
  kind,
  ringMs,
  asksKey,
  packetTaken,
}: HandOverTarget): ConsultManner {
  const slots = { t: targetId };
  const isEmergency = kind === 'emergency';
  const failed = { id: isEmergency ? 'em.fail' : 'util.fail', ...(isEmergency && { slots }) };
  const receiver = isEmergency ? (packetTaken ? 'em.receiver.sent' : 'em.receiver') : 'util.receiver';
  return {
    ...{ ringMs, asksKey },
    seek: { id: isEmergency ? 'em.transfer' : 'util.transfer', slots },
    next: isEmergency ? failed : null,
    accept: { id: 'em.accept', slots },
    notice: { id: receiver },
    joined: { id: 'em.joined', slots },
    toAll: false,
    failed,
    together: true,
    waits: false,
  };
}
