// A site's rows as an editor sees them: their fields in the files' own names, and what refers to each.
import type { DayKey } from '../contact/civil-time.js';
import type { AgentId, DeviceId, SkillName } from '../contact/ids.js';
import type { RowFields, RowValue } from './edit-rows.js';
import type { EditedTable } from './edit-site.js';
import { requirementOf, skillsNamed } from '../contact/requirement.js';
import type { AgentRole, NamedRow, Queue, Site } from './site.js';

/** An agent's row. */
export interface AgentRow {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  readonly skills: readonly string[];
  /** Of those skills whose level the file states. */
  readonly levels: Readonly<Record<string, number>>;
  readonly role: AgentRole;
  readonly seesNumber: boolean;
  readonly autoAnswer: boolean;
  readonly device: string | null;
  /** Queues he would rather serve, the dearest first; null = what his team prefers. */
  readonly prefers: readonly string[] | null;
}

/** A team's row. */
export interface TeamRow extends NamedRow {
  readonly until: DayKey | null;
  /** What those of it prefer who have no list of their own. */
  readonly prefers: readonly string[];
  /** 小休名额 in all and by reason; what is not there is not limited. */
  readonly breaks: Readonly<Record<string, number>>;
}

/** A device's row. */
export interface DeviceRow {
  readonly id: string;
  readonly name: string;
}

/** As `agents.yaml` has it: what is the ordinary case is left out. */
export function agentFields(row: AgentRow): RowFields {
  return {
    id: row.id,
    name: row.name,
    team: row.team,
    role: row.role === 'agent' ? undefined : row.role,
    skills: row.skills.map((skill) => gradedSkill(skill, row.levels[skill])),
    seesNumber: row.seesNumber || undefined,
    autoAnswer: row.autoAnswer || undefined,
    device: row.device ?? undefined,
    prefers: row.prefers ?? undefined,
  };
}

/** `tax`, or `tax: 8` where a level is stated. */
function gradedSkill(skill: string, level: number | undefined): RowValue {
  return level === undefined ? skill : { [skill]: level };
}

/** As `teams.yaml` has it. */
export function teamFields({ id, name, en, until, prefers, breaks }: TeamRow): RowFields {
  return {
    ...namedFields({ id, name, en }),
    until: until ?? undefined,
    prefers: prefers.length === 0 ? undefined : prefers,
    breaks: Object.keys(breaks).length === 0 ? undefined : breaks,
  };
}

/** As `skills.yaml` has it. */
export function namedFields({ id, name, en }: NamedRow): RowFields {
  return { id, name, en: en === '' || en === name ? undefined : en };
}

/** As `devices.yaml` has it. */
export function deviceFields({ id, name }: DeviceRow): RowFields {
  return { id, name };
}

/** An agent of the site as a row. */
export function agentRowOf(site: Site, id: string): AgentRow | undefined {
  const agent = site.agents.get(id as AgentId);
  return (
    agent && {
      id: agent.id,
      name: agent.name,
      team: agent.teamId,
      skills: [...agent.skills],
      levels: Object.fromEntries(agent.levels),
      role: agent.role,
      seesNumber: agent.seesNumber,
      autoAnswer: agent.autoAnswer,
      device: agent.deviceId ?? null,
      prefers: agent.prefers === undefined ? null : [...agent.prefers],
    }
  );
}

/** A team of the site as a row. */
export function teamRowOf(site: Site, teamId: string): TeamRow | undefined {
  const team = [...site.teams.values()].find((one) => one.id === teamId);
  if (team === undefined) return undefined;
  const { id, name, en, until = null, prefers = [], breaks } = team;
  const all = breaks?.all ?? null;
  const places = { ...(all !== null && { all }), ...Object.fromEntries(breaks?.byReason ?? []) };
  return { id, name, en, until, prefers, breaks: places };
}

/** A row of any table in the files' own names; undefined where there is none. */
export function fieldsOf(site: Site, table: EditedTable, id: string): RowFields | undefined {
  switch (table) {
    case 'agents': {
      const row = agentRowOf(site, id);
      return row && agentFields(row);
    }
    case 'teams': {
      const row = teamRowOf(site, id);
      return row && teamFields(row);
    }
    case 'skills': {
      const row = site.skills.get(id as SkillName);
      return row && namedFields(row);
    }
    case 'devices': {
      const row = site.devices.get(id as DeviceId);
      return row && deviceFields(row);
    }
  }
}

/** Names of the fields that differ. */
export function changedFields(before: RowFields | undefined, after: RowFields | null): readonly string[] {
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...keys].filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key])).sort();
}

/** Whether a queue or one of its rings asks for a skill. */
export function queueNames({ requires, rings }: Pick<Queue, 'requires' | 'rings'>, skill: string): boolean {
  const asked = [requires, ...rings.map((ring) => ring.requires)];
  return asked.some((clauses) => [...skillsNamed(requirementOf(clauses))].some((one) => one === skill));
}

/** Rows that name this one: `agents 1001`, `queues general`. What flows name is found by the check of the whole. */
export function referencesTo(site: Site, table: EditedTable, id: string): readonly string[] {
  const agents = [...site.agents.values()];
  const namesOf = (kind: string, rows: readonly { readonly id: string }[]) =>
    rows.map((row) => `${kind} ${row.id}`);
  switch (table) {
    case 'teams':
      return namesOf(
        'agents',
        agents.filter(({ teamId }) => teamId === id),
      );
    case 'devices':
      return namesOf(
        'agents',
        agents.filter(({ deviceId }) => deviceId === id),
      );
    case 'skills':
      return [
        ...namesOf(
          'agents',
          agents.filter(({ skills }) => [...skills].some((skill) => skill === id)),
        ),
        ...namesOf(
          'queues',
          [...site.queues.values()].filter((queue) => queueNames(queue, id)),
        ),
      ];
    case 'agents':
      return [];
  }
}
