// A site's rows as an editor sees them: their fields in the files' own names, and what refers to each.
import type { DayKey } from '../contact/civil-time.js';
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
}

/** A team's row. */
export interface TeamRow extends NamedRow {
  readonly until: DayKey | null;
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
  };
}

/** `tax`, or `tax: 8` where a level is stated. */
function gradedSkill(skill: string, level: number | undefined): RowValue {
  return level === undefined ? skill : { [skill]: level };
}

/** As `teams.yaml` has it. */
export function teamFields({ id, name, en, until }: TeamRow): RowFields {
  return { ...namedFields({ id, name, en }), until: until ?? undefined };
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
  const agent = [...site.agents.values()].find((one) => one.id === id);
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
    }
  );
}

/** A row of any table in the files' own names; undefined where there is none. */
export function fieldsOf(site: Site, table: EditedTable, id: string): RowFields | undefined {
  const named = <Row extends { readonly id: string }>(rows: Iterable<Row>) =>
    [...rows].find((row) => row.id === id);
  switch (table) {
    case 'agents': {
      const row = agentRowOf(site, id);
      return row && agentFields(row);
    }
    case 'teams': {
      const row = named(site.teams.values());
      return row && teamFields({ ...row, until: row.until ?? null });
    }
    case 'skills': {
      const row = named(site.skills.values());
      return row && namedFields(row);
    }
    case 'devices': {
      const row = named(site.devices.values());
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
