// The skill matrix: cover of each skill and queue now, everybody's levels, and what would be if one agent changed.
import { Type, type Static } from 'typebox';
import {
  coverOf,
  isLanguage,
  presences,
  type CoverInput,
  type QueueCover,
  type SkillCover,
} from '../../acd/cover.js';
import { thinkable, whatIf, type WhatIf } from '../../acd/what-if.js';
import { shownState } from '../../contact/agent.js';
import type { AgentId, SkillName } from '../../contact/ids.js';
import { skillLevelBounds } from '../../contact/requirement.js';
import type { Engine } from '../../engine/engine.js';
import { AppError } from '../../errors.js';
import type { Site } from '../../site/site.js';
import type { Api, HttpParts } from './http-parts.js';
import { coverInput, namesOfQueue, queueNames } from './routing-views.js';
import { agentStates, lineOfText, nullable, oneOf } from './views.js';

const count = Type.Integer();
const skillNames = {
  skill: Type.String(),
  name: Type.String(),
  en: Type.String(),
  language: Type.Boolean(),
};
const skillCounts = {
  holders: count,
  signedIn: count,
  ...(Object.fromEntries(presences.map((one) => [one, count])) as Record<
    (typeof presences)[number],
    typeof count
  >),
  highest: nullable(count),
};
const ringCounts = Type.Object({ ring: count, open: Type.Boolean(), signedIn: count, ready: count });
const queueCounts = { signedIn: count, ready: count, rings: Type.Array(ringCounts) };

const skillsView = Type.Object({
  /** Of a skill whose level the files do not state. */
  skillLevel: count,
  skills: Type.Array(Type.Object({ ...skillNames, ...skillCounts })),
  queues: Type.Array(Type.Object({ ...queueNames, ...queueCounts })),
  agents: Type.Array(
    Type.Object({
      agentId: Type.String(),
      name: Type.String(),
      state: oneOf(agentStates),
      presence: oneOf(presences),
      levels: Type.Record(Type.String(), count),
    }),
  ),
});
export type SkillsView = Static<typeof skillsView>;

const [skillCount, queueCount] = [Type.Object(skillCounts), Type.Object(queueCounts)];
const whatIfView = Type.Object({
  agentId: Type.String(),
  skills: Type.Array(Type.Object({ ...skillNames, before: skillCount, after: skillCount })),
  queues: Type.Array(
    Type.Object({ ...queueNames, before: queueCount, after: queueCount, nobodyLeft: Type.Boolean() }),
  ),
});
export type WhatIfView = Static<typeof whatIfView>;

const whatIfQuery = Type.Object(
  {
    agentId: lineOfText(32),
    presence: Type.Optional(oneOf(thinkable)),
    skill: Type.Optional(lineOfText(64)),
    level: Type.Optional(Type.String({ pattern: '^(?:10|\\d)$', description: '0 = without the skill' })),
  },
  { additionalProperties: false },
);

/** Adds the routes. */
export function addSkillRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites, nowMs } = parts;

  api.get(
    '/api/v1/routing/skills',
    {
      schema: {
        summary: 'The skill matrix: who could take what now, and the levels of everybody',
        response: { 200: skillsView },
      },
    },
    async () => {
      const site = sites.current();
      return viewSkills(site, engine, coverInput(site, engine, nowMs()));
    },
  );

  api.get(
    '/api/v1/routing/what-if',
    {
      schema: {
        summary: 'How cover would change if one agent signed in or out, took a break, or had another level',
        querystring: whatIfQuery,
        response: { 200: whatIfView },
      },
    },
    async (request) => {
      const site = sites.current();
      const wish = wishOf(site, request.query);
      const input = coverInput(site, engine, nowMs());
      if (!input.agents.some(({ agentId }) => agentId === wish.agentId)) throw new AppError('TEAM_ENDED');
      return viewWhatIf(site, wish, input);
    },
  );
}

/** @throws AGENT_UNKNOWN, SKILL_UNKNOWN, REQUEST_INVALID */
function wishOf(site: Site, { agentId, presence, skill, level }: Static<typeof whatIfQuery>): WhatIf {
  if (!site.agents.has(agentId as AgentId)) throw new AppError('AGENT_UNKNOWN', { agentId });
  if (skill !== undefined && !site.skills.has(skill as SkillName))
    throw new AppError('SKILL_UNKNOWN', { skill });
  if ((skill === undefined) !== (level === undefined)) {
    const { min, max } = { min: 0, max: skillLevelBounds.max };
    throw invalid(skill === undefined ? 'skill' : 'level', {
      zh: `技能和等级(${String(min)} 至 ${String(max)},0 为没有)要一起给出`,
      en: `a skill and its level (${String(min)} to ${String(max)}, 0 = without it) are given together`,
    });
  }
  if (presence === undefined && skill === undefined)
    throw invalid('presence', {
      zh: '请说明假设:presence,或 skill 和 level',
      en: 'say what is assumed: presence, or skill and level',
    });
  return {
    agentId: agentId as AgentId,
    ...(presence !== undefined && { presence }),
    ...(skill !== undefined && { skill: { name: skill as SkillName, level: Number(level) } }),
  };
}

function invalid(field: string, words: { readonly zh: string; readonly en: string }): AppError {
  return new AppError('REQUEST_INVALID', { in: 'querystring', field, ...words });
}

function viewSkills(site: Site, engine: Engine, input: CoverInput): SkillsView {
  const cover = coverOf(input);
  const live = new Map(engine.agents().map((agent) => [agent.id, agent]));
  return {
    skillLevel: site.routing.skillLevel,
    skills: cover.skills.map((one) => ({ ...namesOfSkill(site, one.skill), ...viewSkill(one) })),
    queues: cover.queues.map((one) => ({ ...namesOfQueue(site, one.queueId), ...viewQueue(one) })),
    agents: input.agents
      .map(({ agentId, skills, presence }) => {
        const agent = live.get(agentId);
        return {
          agentId,
          name: site.agents.get(agentId)?.name ?? agentId,
          state: agent === undefined ? ('offline' as const) : shownState(agent),
          presence,
          levels: Object.fromEntries(skills),
        };
      })
      .sort((one, other) => (one.agentId < other.agentId ? -1 : 1)),
  };
}

function viewWhatIf(site: Site, wish: WhatIf, input: CoverInput): WhatIfView {
  const change = whatIf(input, wish);
  return {
    agentId: wish.agentId,
    skills: change.skills.map(({ before, after }) => ({
      ...namesOfSkill(site, after.skill),
      before: viewSkill(before),
      after: viewSkill(after),
    })),
    queues: change.queues.map(({ before, after, nobodyLeft }) => ({
      ...namesOfQueue(site, after.queueId),
      before: viewQueue(before),
      after: viewQueue(after),
      nobodyLeft,
    })),
  };
}

function viewSkill({ holders, signedIn, byPresence, highest }: SkillCover) {
  return { holders, signedIn, ...byPresence, highest };
}

function viewQueue({ signedIn, ready, rings }: QueueCover) {
  return { signedIn, ready, rings: [...rings] };
}

function namesOfSkill(site: Site, skill: SkillName) {
  const row = site.skills.get(skill);
  return { skill, name: row?.name ?? skill, en: row?.en ?? skill, language: isLanguage(skill) };
}
