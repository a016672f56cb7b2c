// Rings: how a queue widens who may take its calls, by time waited or by how things stand.
import {
  allOf,
  anyOf,
  meets,
  requirementOf,
  type Requirement,
  type SkillLevels,
} from '../contact/requirement.js';
import type { AgentId } from '../contact/ids.js';
import type { Strategy } from '../contact/offer.js';

/** One ring. It is open while any of its conditions holds; those of the others do not matter. */
export interface Ring {
  /** Whom it lets take the call besides: clauses that must all hold. */
  readonly requires: readonly string[];
  /** The contact has been in line for so long. */
  readonly afterMs: number | null;
  /** Fewer agents than this are signed in who meet the call's own requirement; 1 = nobody. */
  readonly fewerThan: number | null;
  /** Somebody in the queue has a place above this. */
  readonly placeAbove: number | null;
}

/** What the matcher is told of a queue. */
export interface QueueRouting {
  readonly strategy: Strategy;
  /** From the innermost: an agent of an earlier ring is preferred to one of a later. */
  readonly rings: readonly Ring[];
}

/** A queue nobody described. */
export const plainRouting: QueueRouting = { strategy: 'longestIdle', rings: [] };

/** How things stand for one contact. */
export interface RingState {
  readonly waitedMs: number;
  /** Signed in who meet the call's own requirement. */
  readonly signedIn: number;
  /** Contacts in the queue. */
  readonly waiting: number;
}

/** Whether a ring is open. */
export function isOpen(ring: Ring, { waitedMs, signedIn, waiting }: RingState): boolean {
  return (
    (ring.afterMs !== null && waitedMs >= ring.afterMs) ||
    (ring.fewerThan !== null && signedIn < ring.fewerThan) ||
    (ring.placeAbove !== null && waiting > ring.placeAbove)
  );
}

/** A ring's requirement for a call whose flow asks for more than its queue: that is never given up. */
export function ringRequirement(ring: Ring, also: readonly string[]): Requirement {
  return allOf([requirementOf(ring.requires), requirementOf(also)]);
}

/** Everybody who may take a call: its own requirement, or that of an open ring. */
export function widened(own: Requirement, open: readonly Requirement[]): Requirement {
  return open.length === 0 ? own : anyOf([own, ...open]);
}

/** The requirement of a queue's own calls, and of all its rings, open or not. */
export function widest(requires: readonly string[], rings: readonly Pick<Ring, 'requires'>[]): Requirement {
  return widened(
    requirementOf(requires),
    rings.map((ring) => requirementOf(ring.requires)),
  );
}

/** Whether somebody may take a queue's calls, by its requirement or by any of its rings. */
export function mayServe(
  skills: SkillLevels,
  { requires, rings }: { readonly requires: readonly string[]; readonly rings: readonly Ring[] },
): boolean {
  return meets(skills, widest(requires, rings));
}

/** What one ring would bring now; the first, 0, is the queue's own requirement. */
export interface RingPreview {
  readonly ring: number;
  readonly requires: readonly string[];
  /** For a call queued this moment; a ring with a time opens for it later. */
  readonly open: boolean;
  readonly afterMs: number | null;
  /** Signed in, and in no earlier ring. */
  readonly adds: readonly AgentId[];
  /** Of the files, and in no earlier ring, signed in or not. */
  readonly addsEver: readonly AgentId[];
}

/** Somebody of the files. */
export interface RingAgent {
  readonly agentId: AgentId;
  readonly skills: SkillLevels;
  readonly signedIn: boolean;
}

/** Whom each ring adds now. */
export function previewRings(
  own: readonly string[],
  rings: readonly Ring[],
  agents: readonly RingAgent[],
  waiting: number,
): readonly RingPreview[] {
  const base = requirementOf(own);
  const signedIn = agents.filter((one) => one.signedIn && meets(one.skills, base)).length;
  const earlier: Requirement[] = [];
  const add = (ring: number, requires: readonly string[]) => {
    const requirement = requirementOf(requires);
    const added = agents.filter(
      ({ skills }) => meets(skills, requirement) && !earlier.some((one) => meets(skills, one)),
    );
    earlier.push(requirement);
    return {
      ring,
      requires,
      adds: added.filter((one) => one.signedIn).map(({ agentId }) => agentId),
      addsEver: added.map(({ agentId }) => agentId),
    };
  };
  return [
    { ...add(0, own), open: true, afterMs: null },
    ...rings.map((ring, index) => ({
      ...add(index + 1, ring.requires),
      open: isOpen(ring, { waitedMs: 0, signedIn, waiting }),
      afterMs: ring.afterMs,
    })),
  ];
}
