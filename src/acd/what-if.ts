// «What if?»: how cover would change if one agent did something else, or had another skill.
import type { AgentId, SkillName } from '../contact/ids.js';
import {
  coverOf,
  type CoverAgent,
  type CoverInput,
  type Presence,
  type QueueCover,
  type SkillCover,
} from './cover.js';

/** What somebody can be thought to do. */
export const thinkable = ['ready', 'break', 'signedOut'] as const satisfies readonly Presence[];

/** A thought about one agent; what it does not say stays as it is. */
export interface WhatIf {
  readonly agentId: AgentId;
  readonly presence?: (typeof thinkable)[number];
  /** With this level in a skill; 0 = without it. */
  readonly skill?: { readonly name: SkillName; readonly level: number };
}

/** A count before and after. */
export interface Changed<Count> {
  readonly before: Count;
  readonly after: Count;
}

/** What would be another. */
export interface CoverChange {
  readonly skills: readonly Changed<SkillCover>[];
  readonly queues: readonly (Changed<QueueCover> & {
    /** Somebody was signed in who may take its calls, and nobody would be. */
    readonly nobodyLeft: boolean;
  })[];
}

/** Counts before and after, and tells what differs. */
export function whatIf(input: CoverInput, wish: WhatIf): CoverChange {
  const agents = input.agents.map((one) => (one.agentId === wish.agentId ? changed(one, wish) : one));
  const [before, after] = [coverOf(input), coverOf({ ...input, agents })];
  return {
    skills: differing(before.skills, after.skills),
    queues: differing(before.queues, after.queues).map((queue) => ({
      ...queue,
      nobodyLeft: queue.before.signedIn > 0 && queue.after.signedIn === 0,
    })),
  };
}

function changed(agent: CoverAgent, { presence, skill }: WhatIf): CoverAgent {
  const skills = new Map(agent.skills);
  if (skill?.level === 0) skills.delete(skill.name);
  else if (skill !== undefined) skills.set(skill.name, skill.level);
  return { ...agent, presence: presence ?? agent.presence, skills };
}

function differing<Count>(before: readonly Count[], after: readonly Count[]): readonly Changed<Count>[] {
  return before.flatMap((one, at) => {
    const other = after[at];
    if (other === undefined || JSON.stringify(one) === JSON.stringify(other)) return [];
    return [{ before: one, after: other }];
  });
}
