// The queues that agents would rather serve: their own list in agents.yaml, or their team's in teams.yaml.
import { mayServe } from '../acd/rings.js';
import type { Finding } from '../contact/finding.js';
import type { AgentId, QueueId } from '../contact/ids.js';
import type { SkillLevels } from '../contact/requirement.js';
import { unknownName } from '../ivr/parse-flow.js';
import type { SiteFiles } from './read-files.js';
import type { AgentProfile, Site } from './site.js';

/** Of everybody who has any. What a team prefers and one of its agents can never take is not his choice. */
export function choicesOf(site: SiteFiles): Site['choices'] {
  const choices = new Map<AgentId, readonly QueueId[]>();
  for (const { row } of site.agents.rows.values()) {
    const wished = row.prefers ?? site.teams.rows.get(row.teamId)?.row.prefers ?? [];
    const own = wished.filter((queueId) => mayEverTake(site, row, queueId));
    if (own.length > 0) choices.set(row.id, own);
  }
  return choices;
}

/** Names of no queue, and queues that whoever prefers them can never take. */
export function checkChoices(site: SiteFiles): readonly Finding[] {
  const { agents, teams, queues } = site;
  const isKnown = (queueId: QueueId) => queues.rows.has(queueId);
  const unknown = (file: string, line: number, prefers: readonly QueueId[] = []): readonly Finding[] =>
    prefers
      .filter((queueId) => queueId !== ('' as string) && !isKnown(queueId))
      .map((id) => error(file, line, 'unknownQueue', unknownName('队列', 'queue', id, queues.file)));
  const people = [...agents.rows.values()];
  return [
    ...people.flatMap(({ row, line }) => [
      ...unknown(agents.file, line, row.prefers),
      ...(row.prefers ?? [])
        .filter((queueId) => isKnown(queueId) && !mayEverTake(site, row, queueId))
        .map((queueId) => error(agents.file, line, 'neverTakes', heCannot(queueId))),
    ]),
    ...[...teams.rows.values()].flatMap(({ row, line }) => {
      const members = people.filter((one) => one.row.teamId === row.id);
      const nobodyTakes = (queueId: QueueId) =>
        members.length > 0 && !members.some((one) => mayEverTake(site, one.row, queueId));
      return [
        ...unknown(teams.file, line, row.prefers),
        ...(row.prefers ?? [])
          .filter((queueId) => isKnown(queueId) && nobodyTakes(queueId))
          .map((queueId) => error(teams.file, line, 'neverTakes', noneOfThemCan(queueId))),
      ];
    }),
  ];
}

/** By the queue's own requirement or by any of its rings, open or not. */
function mayEverTake({ queues, policies }: SiteFiles, agent: AgentProfile, queueId: QueueId): boolean {
  const queue = queues.rows.get(queueId)?.row;
  const { skillLevel } = policies.routing;
  const levels: SkillLevels = new Map(
    [...agent.skills].map((skill) => [skill, agent.levels.get(skill) ?? skillLevel]),
  );
  return queue !== undefined && mayServe(levels, queue);
}

interface Words {
  readonly zh: string;
  readonly en: string;
}

function error(file: string, line: number, code: string, words: Words): Finding {
  return { level: 'error', file, line, code, ...words };
}

const heCannot = (queueId: QueueId): Words => ({
  zh: `prefers 写了队列 ${queueId},他的技能却永远接不到该队列的来电。请从 prefers 中删去,或给他所需的技能。`,
  en: `prefers names queue ${queueId}, whose calls his skills never let him take: leave it out, or give him the skills.`,
});

const noneOfThemCan = (queueId: QueueId): Words => ({
  zh: `prefers 写了队列 ${queueId},班组中却没有一人接得到该队列的来电。请从 prefers 中删去,或给班组成员所需的技能。`,
  en: `prefers names queue ${queueId}, whose calls nobody of the team can take: leave it out, or give them the skills.`,
});
