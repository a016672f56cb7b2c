// What a report can be grouped by: which group a record belongs to, what the groups are called, and how their calls are found.
import type { AgentId } from '../../contact/ids.js';
import { stateTexts, type NumberState, type StatePeriod } from '../../numbers/ledger-row.js';
import type { Site } from '../../site/site.js';
import type { AnsweredBy, ContactFilter, ReportedRecord } from './record-reader.js';

export const reportGroupings = [
  'none',
  'queue',
  'entry',
  'state',
  'team',
  'agent',
  'scope',
  'region',
] as const;
export type ReportGrouping = (typeof reportGroupings)[number];

/** A group and its names. */
export interface GroupName {
  readonly id: string;
  readonly name: string;
  readonly en: string;
}

/** Never in a queue; of no entry; answered by nobody, so of no team. */
export const noGroup = '-';
/** Answered by an agent whom the files no longer know: his team is not known either. */
export const unknownTeam = '?';

const none: Readonly<Record<ReportGrouping, GroupName | undefined>> = {
  none: undefined,
  queue: { id: noGroup, name: '未进入排队', en: 'Never in a queue' },
  entry: { id: noGroup, name: '接入未知', en: 'Entry unknown' },
  state: { id: noGroup, name: '号码状态未知', en: 'State unknown' },
  team: { id: noGroup, name: '无人接听', en: 'Answered by nobody' },
  agent: { id: noGroup, name: '无人接听', en: 'Answered by nobody' },
  scope: { id: noGroup, name: '未告知法定渠道', en: 'No legal route' },
  region: { id: noGroup, name: '未选属地', en: 'Picked no city' },
};
const ofUnknownTeam: GroupName = { id: unknownTeam, name: '班组未知', en: 'Team unknown' };

/** Tells the group of a record. Teams are those of the agents' file now. */
export function groupOf(grouping: ReportGrouping, site: Site): (record: ReportedRecord) => string {
  switch (grouping) {
    case 'none':
      return () => '';
    case 'queue':
      return ({ queueId }) => queueId ?? noGroup;
    case 'entry':
      return ({ entryId }) => (entryId === '' ? noGroup : entryId);
    case 'state':
      return ({ entryId, numberState }) =>
        numberState === null ? noGroup : stateGroup(entryId, numberState);
    case 'team':
      return ({ answeredBy }) => teamOf(answeredBy, site);
    case 'agent':
      return ({ answeredBy }) => answeredBy ?? noGroup;
    case 'scope':
      return ({ scopeKind }) => scopeKind ?? noGroup;
    case 'region':
      return ({ regionPicked }) => regionPicked ?? noGroup;
  }
}

/** The states in the reports' English. */
const stateNames: Readonly<Record<NumberState, string>> = {
  served: 'served for good',
  dual: 'both numbers served',
  transfer: 'told, then led on',
  prompt: 'told only',
  vacant: 'vacant',
  returned: 'in use again',
};

/** A number in one of its states: what came of its calls before and after a change. */
const stateGroup = (entryId: string, state: string): string => `${entryId} ${state}`;

/** A number without states is served for good. */
function statesEverOf(periods: readonly StatePeriod[]): readonly NumberState[] {
  return periods.length === 0 ? ['served'] : [...new Set(periods.map(({ state }) => state))];
}

function teamOf(agentId: string | null, site: Site): string {
  if (agentId === null) return noGroup;
  return site.agents.get(agentId as AgentId)?.teamId ?? unknownTeam;
}

/** The groups a site has, in the order of its files; those without a name of their own come last. */
export function groupsOf(grouping: ReportGrouping, site: Site): readonly GroupName[] {
  const rest = none[grouping];
  const unknown = grouping === 'team' ? [ofUnknownTeam] : [];
  return [...namedGroups(grouping, site), ...unknown, ...(rest === undefined ? [] : [rest])];
}

/** Those with a name of their own. */
export function namedGroups(grouping: ReportGrouping, site: Site): readonly GroupName[] {
  switch (grouping) {
    case 'none':
      return [];
    case 'queue':
      return [...site.queues.values()].map(({ id, name, en }) => ({ id, name, en }));
    case 'entry':
      return [...site.entries.values()].map(({ id, name }) => ({ id, name, en: id }));
    case 'state':
      return site.numbers.flatMap(({ entry, row }) =>
        statesEverOf(row.states).map((state) => ({
          id: stateGroup(entry.id, state),
          name: `${entry.name} · ${stateTexts[state]}`,
          en: `${entry.id} · ${stateNames[state]}`,
        })),
      );
    case 'team':
      return [...site.teams.values()].map(({ id, name, en }) => ({ id, name, en }));
    case 'agent':
      return [...site.agents.values()].map(({ id, name }) => ({
        id,
        name: `${id} ${name}`,
        en: `${id} ${name}`,
      }));
    case 'scope':
      return [...site.legalRoutes.values()].map(({ kind, name, en }) => ({ id: kind, name, en }));
    case 'region':
      return [...new Set(site.sharedAreas.flatMap(({ cities }) => cities))].map((city) => ({
        ...{ id: city, name: city, en: city },
      }));
  }
}

/** What may be asked of the list of contacts by group. */
export interface GroupQuery {
  readonly queueId?: string | undefined;
  readonly entryId?: string | undefined;
  readonly teamId?: string | undefined;
  /** The 工号 of who answered first. */
  readonly answeredBy?: string | undefined;
  readonly scopeKind?: string | undefined;
  readonly numberState?: string | undefined;
  readonly regionPicked?: string | undefined;
}

/** The same as a filter of records. */
export function groupFilter(
  { queueId, entryId, teamId, answeredBy, scopeKind, numberState, regionPicked }: GroupQuery,
  site: Site,
): ContactFilter {
  return {
    ...(queueId !== undefined && { queueId: queueId === noGroup ? null : queueId }),
    ...(entryId !== undefined && { entryId: entryId === noGroup ? '' : entryId }),
    ...(scopeKind !== undefined && { scopeKind: scopeKind === noGroup ? null : scopeKind }),
    ...(numberState !== undefined && { numberState: numberState === noGroup ? null : numberState }),
    ...(regionPicked !== undefined && { regionPicked: regionPicked === noGroup ? null : regionPicked }),
    ...(teamId !== undefined && { answeredBy: membersOf(teamId, site) }),
    ...(answeredBy !== undefined && {
      answeredBy: answeredBy === noGroup ? 'nobody' : { among: [answeredBy] },
    }),
  };
}

function membersOf(teamId: string, site: Site): AnsweredBy {
  if (teamId === noGroup) return 'nobody';
  const agents = [...site.agents.values()];
  if (teamId === unknownTeam) return { notAmong: agents.map(({ id }) => id) };
  return { among: agents.filter((agent) => agent.teamId === teamId).map(({ id }) => id) };
}
