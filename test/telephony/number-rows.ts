// Rows of a number ledger for tests: every pattern in every state, with a target too, and numbers whose state changes over one midnight.
import { addDays, type DayKey } from '../../src/contact/civil-time.js';
import {
  isAnnounced,
  ledPatterns,
  numberPatterns,
  numberStates,
  type NumberPattern,
  type NumberState,
} from '../../src/numbers/ledger-row.js';

/** What a caller hears first. */
export interface Opening {
  readonly promptId: string;
  /** The prompt's slot, where it has one. */
  readonly slot?: string;
}

/** A number in a state that never changes. */
export interface LedgerCase {
  readonly pattern: NumberPattern;
  readonly state: NumberState;
  readonly number: string;
  /** The other number as which the carrier delivers it. */
  readonly pilot: string;
  readonly opening: Opening;
}

/** Unlike each other from the first syllable on, so that no two sound alike. */
const names: Readonly<Record<NumberPattern, string>> = {
  main: '政务服务总机',
  whole: '价格举报热线',
  dual: '劳动保障咨询电话',
  dualSeats: '不动产登记服务电话',
  seatsKept: '城管投诉热线',
  office: '文化市场举报办公电话',
  subCentre: '纳税缴费中心',
  emergency: '火警',
  utility: '自来水抢修电话',
};

/** A row as a line of the file. */
function written(row: {
  readonly number: string;
  readonly name: string;
  readonly [field: string]: unknown;
}): string {
  const common = { approval: '测试文号', flow: '12345', queue: 'general', whisper: false };
  return `- ${JSON.stringify({ ...common, ...row })}\n`;
}

/** By what the documentation says of patterns and states, not by the code that decides it. */
function openingOf(state: NumberState | undefined, number: string, name: string): Opening {
  switch (state) {
    case undefined:
      return { promptId: 'greet.main' };
    case 'served':
      return { promptId: 'greet.dual', slot: name };
    case 'dual':
      return { promptId: 'trans.dual', slot: name };
    case 'transfer':
      return { promptId: number.startsWith('0') ? 'trans.pstn' : 'trans.transfer', slot: name };
    case 'prompt':
    case 'vacant':
      return { promptId: 'trans.prompt', slot: name };
    case 'returned':
      return { promptId: 'trans.returned', slot: name };
  }
}

/** The hotline itself, and whoever meant 110, hear the hotline's own greeting wherever they are answered. */
function opensAsHotline(pattern: NumberPattern, state: NumberState): boolean {
  return (pattern === 'main' || pattern === 'emergency') && state !== 'prompt' && state !== 'vacant';
}

const cases = numberPatterns.flatMap((pattern, p) =>
  numberStates.map((state, s): LedgerCase => {
    // An office's number has eight figures and its area; the others are short.
    const number = `${pattern === 'office' ? '03118710' : '97'}${String(p)}${String(s)}${pattern === 'office' ? '00' : '0'}`;
    return {
      ...{ pattern, state, number },
      pilot: `03118720${String(p)}${String(s)}00`,
      opening: openingOf(opensAsHotline(pattern, state) ? undefined : state, number, names[pattern]),
    };
  }),
);

/** Every pattern in every state; `served` is what a row without states is. */
export const allOfLedger = {
  cases,
  rows: cases.map(({ pattern, state, number, pilot }) =>
    written({
      ...{ number, name: names[pattern], pattern, delivered_as: [pilot] },
      ...(state !== 'served' && { states: [{ state }] }),
    }),
  ),
};

/** A number whose calls are led elsewhere first, and what becomes of them there; `nowhere`: in a state in which it is only told of. */
export interface LedCase extends LedgerCase {
  readonly leads: 'answers' | 'silent' | 'nowhere';
  /** The pattern's own. */
  readonly kpiLine: string;
  /** What is said when nobody answered there. */
  readonly back: Opening;
}

const ledCases = [...ledPatterns].flatMap((pattern, p) =>
  numberStates.flatMap((state, s) =>
    (isAnnounced(state) ? (['nowhere'] as const) : (['answers', 'silent'] as const)).map(
      (leads, k): LedCase => {
        const which = `${String(p)}${String(s)}${String(k)}`;
        const slot = names[pattern];
        return {
          ...{ pattern, state, leads, number: pattern === 'office' ? `03118730${which}0` : `97${which}` },
          ...{ pilot: `03118740${which}0`, kpiLine: `led${String(p)}` },
          opening: { promptId: leads === 'nowhere' ? 'trans.prompt' : 'trans.sub', slot },
          back: { promptId: 'trans.sub.back', slot },
        };
      },
    ),
  ),
);

/** Every pattern that may have a target, in every state; a trunk `answers` and a trunk `silent` lead to who does. */
export const ledNumbers = {
  cases: ledCases,
  rows: ledCases.map(({ pattern, state, number, pilot, leads, kpiLine }) =>
    written({
      ...{ number, name: names[pattern], pattern, kpiLine, delivered_as: [pilot] },
      target: { trunk: leads === 'silent' ? 'silent' : 'answers', number: '6001' },
      ...(state !== 'served' && { states: [{ state }] }),
    }),
  ),
};

/** A number before and after a midnight; undefined = the ledger says nothing of it on that day. */
export interface MidnightRow {
  readonly number: string;
  readonly before: NumberState | undefined;
  readonly after: NumberState | undefined;
  readonly opens: { readonly before: Opening; readonly after: Opening };
}

/** One number for each change there is, all of them at the beginning of this day. */
export function overMidnight(day: DayKey): {
  readonly changes: readonly MidnightRow[];
  readonly rows: readonly string[];
} {
  const changes = (
    [
      ['98100', '物价热线', 'served', 'dual'],
      ['98110', '旅游投诉电话', 'dual', 'transfer'],
      ['98120', '知识产权维权热线', 'transfer', 'prompt'],
      ['98130', '防震减灾电话', 'prompt', 'vacant'],
      ['98140', '心理援助热线', 'vacant', 'returned'],
      ['98150', '科技服务电话', 'transfer', undefined],
      ['98160', '邮政申诉热线', undefined, 'returned'],
    ] as const
  ).map(([number, name, before, after]) => ({
    ...{ number, name, before, after },
    opens: { before: openingOf(before, number, name), after: openingOf(after, number, name) },
  }));
  return {
    changes,
    rows: changes.map(({ number, name, before, after }) =>
      written({
        ...{ number, name, pattern: 'whole' },
        states: [
          ...(before === undefined ? [] : [{ state: before, until: addDays(day, -1) }]),
          ...(after === undefined ? [] : [{ state: after, from: day }]),
        ],
      }),
    ),
  };
}
