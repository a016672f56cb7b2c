// One row of the number ledger (归并清单): a number, how it was merged, and its states with their dates.
import type { DayKey } from '../contact/civil-time.js';
import type { LeadTarget, SealKind } from '../contact/contact.js';
import type { FlowId, QueueId } from '../contact/ids.js';

/**
 * How a number stands to the hotline (国办发〔2020〕53号): `main` the hotline itself; `whole` 整体并入; `dual` 双号并行, seats merged;
 * `dualSeats` 双号并行, the department keeps its seats; `seatsKept` number cancelled, seats kept; `office` an office phone that was a
 * hotline, or one that forwards to us; `subCentre` 设分中心; `emergency` 紧急热线, never merged: here by a wrong turning of the network, and
 * served at once; `utility` 公共事业热线, water, power, gas, heat.
 */
export const numberPatterns = [
  'main',
  'whole',
  'dual',
  'dualSeats',
  'seatsKept',
  'office',
  'subCentre',
  'emergency',
  'utility',
] as const;
export type NumberPattern = (typeof numberPatterns)[number];

/**
 * What a number is on a day: `served` kept for good; `dual` 双号并行期, still announced; `transfer` 提示并转接期, merged, callers are served;
 * `prompt` 仅提示期, callers are told what to dial; `vacant` 已停用, likewise, for whoever still dials it; `returned` 恢复启用, with another use.
 */
export const numberStates = ['served', 'dual', 'transfer', 'prompt', 'vacant', 'returned'] as const;
export type NumberState = (typeof numberStates)[number];

/** The patterns of numbers whose calls others may answer. */
export const ledPatterns: ReadonlySet<NumberPattern> = new Set([
  'subCentre',
  'dualSeats',
  'seatsKept',
  'office',
  'utility',
]);

/** The patterns and states as Chinese texts write them; the pages have words of their own for other languages. */
export const patternTexts: Readonly<Record<NumberPattern, string>> = {
  main: '本热线',
  whole: '整体并入',
  dual: '双号并行',
  dualSeats: '双号并行(保留座席)',
  seatsKept: '号码取消、座席保留',
  office: '转为普通办公电话',
  subCentre: '设分中心',
  emergency: '紧急热线',
  utility: '公共事业热线',
};
export const stateTexts: Readonly<Record<NumberState, string>> = {
  served: '长期保留',
  dual: '双号并行期',
  transfer: '提示并转接期',
  prompt: '仅提示期',
  vacant: '已停用',
  returned: '恢复启用',
};

/** A state and its days, both included; null = since ever, for good. */
export interface StatePeriod {
  readonly state: NumberState;
  readonly from: DayKey | null;
  readonly until: DayKey | null;
}

/** Prompts of a row's own, by id; null = the pattern's. */
export interface OwnPrompts {
  readonly opening: string | null;
  readonly farewell: string | null;
  readonly announcement: string | null;
}

/** One row: a number, every form in which a carrier delivers it, and where its calls belong. */
export interface LedgerRow {
  /** The entry's id: the number, unless the number has another row for other days. */
  readonly id: string;
  readonly number: string;
  /** As it is spoken in prompts. */
  readonly name: string;
  readonly pattern: NumberPattern;
  readonly deliveredAs: readonly string[];
  /** In the order of their days, without gaps; empty = served, whatever the day. */
  readonly states: readonly StatePeriod[];
  readonly ownPrompts: OwnPrompts;
  /** Its calls are led there first; none where our own people take them. */
  readonly target?: LeadTarget;
  readonly kpiLine: string;
  readonly tag: string;
  readonly flowId: FlowId;
  readonly queueId: QueueId;
  /** The city or district whose number it is, or ''. */
  readonly region: string;
  /** Its callers are confidential from the first moment, and as what; null = not. */
  readonly sealed: SealKind | null;
}

/** The state of a row on a day; undefined before its first and after its last one. */
export function stateOn({ states }: Pick<LedgerRow, 'states'>, day: DayKey): NumberState | undefined {
  if (states.length === 0) return 'served';
  return states.find(({ from, until }) => (from ?? day) <= day && day <= (until ?? day))?.state;
}

/** Callers are told what to dial, and nobody answers them. */
export function isAnnounced(state: NumberState): boolean {
  return state === 'prompt' || state === 'vacant';
}

/** The next day on which a row's state is another one, and that state (undefined = none); undefined where it stays. */
export function nextChange(
  { states }: Pick<LedgerRow, 'states'>,
  day: DayKey,
  dayAfter: (day: DayKey) => DayKey,
): { readonly from: DayKey; readonly state: NumberState | undefined } | undefined {
  const next = states.find(({ from }) => from !== null && from > day);
  if (next !== undefined && next.from !== null) return { from: next.from, state: next.state };
  const last = states.find(({ from, until }) => (from ?? day) <= day && until !== null && day <= until);
  if (last === undefined || last.until === null) return undefined;
  return { from: dayAfter(last.until), state: undefined };
}
