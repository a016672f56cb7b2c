// The address of the reports' page: period, interval, grouping and the list that is open, so that Back finds them again.
import type { Report, ReportKind } from '../../adapters/http/report.js';
import type { ReportGrouping } from '../../adapters/http/report-groups.js';
import type { SubsetName } from '../../metrics/subset.js';
import { dayAfter, daysOf, periodNames, type Days, type PeriodName } from './period.js';

export const kinds: readonly ReportKind[] = ['interval', 'hour', 'day', 'week', 'month'];
export const groupings: readonly ReportGrouping[] = [
  'none',
  'queue',
  'entry',
  'state',
  'team',
  'agent',
  'scope',
  'region',
];
/** What the table tells of. */
export const topics = ['answering', 'numbers', 'survey'] as const;
export type ReportTopic = (typeof topics)[number];

/** What the form asks for. */
export interface ReportWish extends Days {
  readonly period: PeriodName;
  readonly by: ReportKind;
  readonly group: ReportGrouping;
  readonly topic: ReportTopic;
}

/** A list of calls: of the whole period unless it says otherwise. */
export interface ListWish {
  readonly subset: SubsetName;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** A group of the report. */
  readonly of?: string;
}

/** An address's question, as the router gives it. */
export type AddressQuery = Readonly<Record<string, unknown>>;

const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const groupFields = {
  none: undefined,
  queue: 'queueId',
  entry: 'entryId',
  state: 'entryId',
  team: 'teamId',
  agent: 'answeredBy',
  scope: 'scopeKind',
  region: 'regionPicked',
} as const;

function textIn(query: AddressQuery, name: string): string {
  const value = query[name];
  return typeof value === 'string' ? value : '';
}

/** The wish of an address; what it does not say, or says wrongly, is as the page begins: today by hours. */
export function wishOf(query: AddressQuery, nowMs: number): ReportWish {
  const period = periodNames.find((one) => one === textIn(query, 'period')) ?? 'today';
  const [first, last] = [textIn(query, 'first'), textIn(query, 'last')];
  const isFree = period === 'free' && dayForm.test(first) && dayForm.test(last);
  const named = period === 'free' ? 'today' : period;
  return {
    ...(isFree ? { period, first, last } : { period: named, ...daysOf(named, nowMs) }),
    by: kinds.find((one) => one === textIn(query, 'by')) ?? 'hour',
    group: groupings.find((one) => one === textIn(query, 'group')) ?? 'none',
    topic: topics.find((one) => one === textIn(query, 'topic')) ?? 'answering',
  };
}

/** The list that an address opens. */
export function listOf(query: AddressQuery): ListWish | undefined {
  const subset = textIn(query, 'list');
  if (subset === '') return undefined;
  const instant = (name: string) =>
    /^\d{1,15}$/.test(textIn(query, name)) ? Number(query[name]) : undefined;
  const [fromMs, toMs, of] = [instant('from'), instant('to'), textIn(query, 'of')];
  return {
    // One that there is not is refused by the service, in words.
    subset: subset as SubsetName,
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
    ...(of !== '' && { of }),
  };
}

/** The address of a wish, and of the list over it. */
export function addressOf(wish: ReportWish, list?: ListWish): Record<string, string> {
  const { period, first, last, by, group, topic } = wish;
  return {
    period,
    ...(period === 'free' && { first, last }),
    ...(by !== 'hour' && { by }),
    ...(group !== 'none' && { group }),
    ...(topic !== 'answering' && { topic }),
    ...(list !== undefined && { list: list.subset }),
    ...(list?.fromMs !== undefined && { from: String(list.fromMs) }),
    ...(list?.toMs !== undefined && { to: String(list.toMs) }),
    ...(list?.of !== undefined && { of: list.of }),
  };
}

/** What the service is asked for a report. */
export function reportQuery({ first, last, by, group }: ReportWish): string {
  return `from=${first}&to=${dayAfter(last)}&by=${by}&group=${group}`;
}

/** The calls of a number in one of its states; of calls without a state, whatever number they dialled. */
function stateFields(of: string): readonly (readonly [name: string, value: string])[] {
  const [entryId = '', numberState] = of.split(' ');
  if (numberState === undefined) return [['numberState', of]];
  return [
    ['entryId', entryId],
    ['numberState', numberState],
  ];
}

/** What the service is asked for a list over this report. */
export function callsQuery(
  { fromMs, toMs, group }: Pick<Report, 'fromMs' | 'toMs' | 'group'>,
  list: ListWish,
) {
  const query = new URLSearchParams({
    from: String(list.fromMs ?? fromMs),
    to: String(list.toMs ?? toMs),
    subset: list.subset,
  });
  const field = groupFields[group];
  if (field === undefined || list.of === undefined) return query.toString();
  if (group !== 'state') query.set(field, list.of);
  else for (const [name, value] of stateFields(list.of)) query.set(name, value);
  return query.toString();
}
