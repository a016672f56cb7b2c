// Rings: how a queue widens who may take its calls, by time waited or by how things stand.
import {
  allOf,
  anyOf,
  meets,
  requirementOf,
  type Requirement,
  type SkillLevels,
} from '../contact/requirement.js';
import type { AgentId, QueueId } from '../contact/ids.js';
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

/** How a site routes. */
export interface Routing {
  readonly queues: ReadonlyMap<QueueId, QueueRouting>;
  /** Some agent has a choice among queues. */
  readonly choices?: boolean;
  /** So many turns in line a step of priority is worth. */
  readonly placesPerPriority: number;
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

/** What one ring brings at this moment; the first, 0, is the queue's own requirement. */
export interface RingPreview extends Omit<Ring, 'requires'> {
  readonly ring: number;
  readonly requires: readonly string[];
  /** For a call that has been in line as long as was asked. */
  readonly open: boolean;
  /** Signed in, and in no earlier ring. */
  readonly adds: readonly AgentId[];
  /** Of these, who could be given a call now. */
  readonly ready: readonly AgentId[];
  /** Of the files, and in no earlier ring, signed in or not. */
  readonly addsEver: readonly AgentId[];
}

/** Somebody of the files. */
export interface RingAgent {
  readonly agentId: AgentId;
  readonly skills: SkillLevels;
  readonly signedIn: boolean;
  readonly ready: boolean;
}

/** A queue's own requirement opens by nothing: it is open. */
const always = { afterMs: null, fewerThan: null, placeAbove: null };

/** Whom each ring adds for one call, by how long it has been in line and how many are there. */
export function previewRings(
  own: readonly string[],
  rings: readonly Ring[],
  agents: readonly RingAgent[],
  call: Pick<RingState, 'waitedMs' | 'waiting'>,
): readonly RingPreview[] {
  const asked = [own, ...rings.map(({ requires }) => requires)].map(requirementOf);
  const added: readonly RingAgent[][] = asked.map(() => []);
  for (const agent of agents) added[asked.findIndex((one) => meets(agent.skills, one))]?.push(agent);
  const add = (ring: number, requires: readonly string[]) => {
    const those = added[ring] ?? [];
    const idsOf = (some: readonly RingAgent[]) => some.map(({ agentId }) => agentId);
    return {
      ring,
      requires,
      adds: idsOf(those.filter((one) => one.signedIn)),
      ready: idsOf(those.filter((one) => one.ready)),
      addsEver: idsOf(those),
    };
  };
  const first = add(0, own);
  const state = { ...call, signedIn: first.adds.length };
  return [
    { ...first, ...always, open: true },
    ...rings.map((ring, index) => ({ ...ring, ...add(index + 1, ring.requires), open: isOpen(ring, state) })),
  ];
}
