// How far the people of the files cover the skills and the queues at this moment, as counts.
import type { ShownAgentState } from '../contact/agent.js';
import type { AgentId, QueueId, SkillName } from '../contact/ids.js';
import type { SkillLevels } from '../contact/requirement.js';
import { previewRings, type Ring, type RingAgent } from './rings.js';

/** Skills that are called so are languages. */
const languageForm = /^lang\./;

/** Whether a skill is a language, by its name. */
export function isLanguage(skill: string): boolean {
  return languageForm.test(skill);
}

/** What somebody of the files is doing, as far as cover goes. `never`: no sign-in of his is known. */
export const presences = ['ready', 'talking', 'break', 'otherwise', 'signedOut', 'never'] as const;
export type Presence = (typeof presences)[number];

/** The presence behind the state a board shows; undefined = he never signed in. */
export function presenceOf(state: ShownAgentState | undefined): Presence {
  switch (state) {
    case undefined:
      return 'never';
    case 'offline':
      return 'signedOut';
    case 'ready':
    case 'talking':
    case 'break':
      return state;
    case 'hold':
    case 'outbound':
      return 'talking';
    case 'ringing':
    case 'wrapup':
    case 'missed':
    case 'unreachable':
    case 'busyOwnCall':
      return 'otherwise';
  }
}

/** Somebody of the files. */
export interface CoverAgent {
  readonly agentId: AgentId;
  readonly skills: SkillLevels;
  readonly presence: Presence;
}

/** A queue, and how many wait in it. */
export interface CoverQueue {
  readonly queueId: QueueId;
  readonly requires: readonly string[];
  readonly rings: readonly Ring[];
  readonly waiting: number;
}

/** Everybody and everything of the files. */
export interface CoverInput {
  readonly skills: readonly SkillName[];
  readonly agents: readonly CoverAgent[];
  readonly queues: readonly CoverQueue[];
}

/** Who has a skill, whatever his level. */
export interface SkillCover {
  readonly skill: SkillName;
  readonly holders: number;
  readonly signedIn: number;
  readonly byPresence: Readonly<Record<Presence, number>>;
  /** Of those signed in; null where nobody is. */
  readonly highest: number | null;
}

/** Whom a ring adds for a call queued this moment; 0 = the queue's own requirement. */
export interface RingCover {
  readonly ring: number;
  readonly open: boolean;
  readonly signedIn: number;
  readonly ready: number;
}

/** Who could take a queue's calls. */
export interface QueueCover {
  readonly queueId: QueueId;
  /** By its requirement or any ring, open or not: with none of them there is nobody for it. */
  readonly signedIn: number;
  /** Could be given a call queued this moment: ready, and in a ring that is open. */
  readonly ready: number;
  readonly rings: readonly RingCover[];
}

/** Cover of everything. */
export interface Cover {
  readonly skills: readonly SkillCover[];
  readonly queues: readonly QueueCover[];
}

/** Signed in at a phone. */
export function isSignedIn({ presence }: Pick<CoverAgent, 'presence'>): boolean {
  return presence !== 'signedOut' && presence !== 'never';
}

/** Somebody as the rings see him. */
export function ringAgent({ agentId, skills, presence }: CoverAgent): RingAgent {
  return { agentId, skills, signedIn: isSignedIn({ presence }), ready: presence === 'ready' };
}

/** Counts who could take what. */
export function coverOf({ skills, agents, queues }: CoverInput): Cover {
  const ringAgents = agents.map(ringAgent);
  return {
    skills: skills.map((skill) => coverOfSkill(skill, agents)),
    queues: queues.map((queue) => coverOfQueue(queue, ringAgents)),
  };
}

function coverOfSkill(skill: SkillName, agents: readonly CoverAgent[]): SkillCover {
  const holders = agents.filter(({ skills }) => skills.has(skill));
  const here = holders.filter(isSignedIn);
  const count = (presence: Presence) => holders.filter((one) => one.presence === presence).length;
  return {
    skill,
    holders: holders.length,
    signedIn: here.length,
    byPresence: Object.fromEntries(presences.map((one) => [one, count(one)])) as SkillCover['byPresence'],
    highest: here.length === 0 ? null : Math.max(...here.map(({ skills }) => skills.get(skill) ?? 0)),
  };
}

function coverOfQueue(
  { queueId, requires, rings, waiting }: CoverQueue,
  agents: readonly RingAgent[],
): QueueCover {
  const covered = previewRings(requires, rings, agents, { waitedMs: 0, waiting }).map(
    ({ ring, open, adds, ready }) => ({ ring, open, signedIn: adds.length, ready: ready.length }),
  );
  return {
    queueId,
    signedIn: sum(covered.map(({ signedIn }) => signedIn)),
    ready: sum(covered.map(({ open, ready }) => (open ? ready : 0))),
    rings: covered,
  };
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
