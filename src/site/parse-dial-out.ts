// Reads dial-out.yaml: what may be dialled from here at all, and how agents call out. A site without the file lets agents call nobody.
import { callPurposes } from '../contact/call-purpose.js';
import { neverDialled, type DialRange, type DialRules } from '../contact/dial-out.js';
import { fieldsAt, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import { unknownName } from '../ivr/parse-flow.js';
import type { CallOut } from './call-out.js';
import { checkTarget } from './check-target.js';
import type { Table } from './parse-rows.js';
import type { NumberRow } from './site.js';
import type { Target } from './target.js';

/** What the file says. */
export interface DialOutFile {
  readonly mobiles: boolean;
  readonly areas: readonly string[];
  readonly ranges: readonly DialRange[];
  readonly refused: readonly string[];
  /** Null: agents call nobody. */
  readonly callOut: CallOut | null;
  /** Who calls again so soon waits for the agent of his last talk first, for so long; 0 = nobody does. */
  readonly redialWithinMs: number;
  readonly redialWaitMs: number;
  /** Where the trunk and its numbers stand. */
  readonly lineOf: Readonly<Record<'trunk' | 'shown', number>>;
}

/** As if nothing were written: internal numbers of sub-centres alone may be dialled. */
const nothing: DialOutFile = {
  mobiles: false,
  areas: [],
  ranges: [],
  refused: [],
  callOut: null,
  redialWithinMs: 0,
  redialWaitMs: 0,
  lineOf: { trunk: 1, shown: 1 },
};

const second = 1_000;
const minute = 60_000;
const digits = /^\d{1,16}$/;

/** Reads the file; an empty text is a site without it. */
export function parseDialOut(
  file: string,
  text: string,
): { readonly dialOut: DialOutFile; readonly findings: readonly Finding[] } {
  if (text.trim() === '') return { dialOut: nothing, findings: [] };
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  if (source.findings.length > 0) return { dialOut: nothing, findings };
  const fields = fieldsAt(source, [], findings);
  fields.refuseOthers([
    ...['mobiles', 'areas', 'numbers', 'refused', 'trunk', 'shown'],
    ...['agentRing', 'ring', 'redialWithin', 'redialWait'],
  ]);
  const dialOut = {
    mobiles: fields.flag('mobiles', false),
    areas: readAreas(fields),
    ranges: fields.rows('numbers').map(readRange),
    refused: readPrefixes(fields),
    callOut: fields.has('trunk') ? readCallOut(fields) : null,
    redialWithinMs: fields.durationMs('redialWithin', { min: 0, max: 60 * minute }, 5 * minute),
    redialWaitMs: fields.durationMs('redialWait', { min: 0, max: minute }, 10 * second),
    lineOf: { trunk: source.lineAt(['trunk']), shown: source.lineAt(['shown']) },
  };
  return { dialOut, findings };
}

function readAreas(fields: Fields): readonly string[] {
  const areas = fields.ids('areas');
  if (areas.some((code) => !/^0[1-9]\d{1,2}$/.test(code)))
    fields.wrong(['areas'], 'badAreaCode', {
      zh: "areas 的每一项是长途区号,带 0,写在引号里,例如 '0312'。",
      en: "Each of areas is an area code with its 0, quoted, such as '0312'.",
    });
  return areas;
}

function readPrefixes(fields: Fields): readonly string[] {
  const prefixes = fields.ids('refused');
  if (prefixes.some((prefix) => !digits.test(prefix)))
    fields.wrong(['refused'], 'badPrefix', {
      zh: "refused 的每一项是号码的开头几位,写在引号里,例如 '121'。",
      en: "Each of refused is how numbers begin, quoted, such as '121'.",
    });
  return prefixes;
}

/** `digits` alone is an exact length; with `upTo` it is the least. */
function readRange(row: Fields): DialRange {
  row.refuseOthers(['prefix', 'digits', 'upTo']);
  const prefix = row.id('prefix');
  const least = { min: Math.max(3, prefix.length), max: 16 };
  const minDigits = row.whole('digits', least);
  const maxDigits = row.whole('upTo', { min: minDigits, max: 16 }, minDigits);
  if (prefix !== '' && (!digits.test(prefix) || opensWhatNobodyDials(prefix)))
    row.wrong(['prefix'], 'notDialled', {
      zh: `不能放开 ${prefix} 开头的号码:紧急号码、声讯号码、转接接入码、国际号码一律不能拨打;96 开头的须写出更多位。`,
      en: `Numbers that begin with ${prefix} are not opened: emergency, premium, access codes and foreign ones are never dialled; of 96 more figures are needed.`,
    });
  return { prefix, minDigits, maxDigits };
}

/** A prefix so short, or such, that numbers never dialled begin with it: named as an allowance it is nearly always a slip. */
function opensWhatNobodyDials(prefix: string): boolean {
  const whole = prefix.padEnd(Math.max(prefix.length, 5), '0');
  return (
    /^(?:0|1|9|96|16|00.*)$/.test(prefix) ||
    neverDialled(whole) !== null ||
    neverDialled(prefix) === 'emergency'
  );
}

function readCallOut(fields: Fields): CallOut {
  const shown = fields.section('shown');
  shown.refuseOthers(callPurposes);
  return {
    trunkId: fields.id('trunk'),
    shown: Object.fromEntries(
      callPurposes.map((purpose) => [purpose, shown.id(purpose)]),
    ) as CallOut['shown'],
    agentRingMs: fields.durationMs('agentRing', { min: 3 * second, max: minute }, 15 * second),
    ringMs: fields.durationMs('ring', { min: 10 * second, max: 2 * minute }, 45 * second),
  };
}

/** What the check needs of trunks.yaml. */
interface Trunks {
  readonly dialsOut: ReadonlyMap<string, boolean>;
  /** The numbers that each trunk's carrier lets us show; a trunk that names none is not here. */
  readonly outboundNumbers: ReadonlyMap<string, readonly string[]>;
}

/** Agents call out over a trunk that dials, and show numbers that are its own: a carrier drops or fines any other. */
export function checkDialOut(
  file: string,
  { callOut, lineOf }: DialOutFile,
  { dialsOut, outboundNumbers }: Trunks,
): readonly Finding[] {
  if (callOut === null || callOut.trunkId === '') return [];
  const { trunkId, shown } = callOut;
  const faults = checkTarget(dialsOut, callOut).map((fault) => ({ ...fault, line: lineOf.trunk }));
  if (dialsOut.get(trunkId) === undefined) return faults.map((fault) => ({ level: 'error', file, ...fault }));
  const numbers = outboundNumbers.get(trunkId);
  const unset =
    numbers === undefined
      ? [
          {
            ...{ line: lineOf.trunk, code: 'noOutboundNumber' },
            zh: `中继 ${trunkId} 没有写 outboundNumbers,外呼不知显示哪个号码。请在 trunks.yaml 中写入运营商允许显示的号码。`,
            en: `Trunk ${trunkId} has no outboundNumbers, so calls would show no number: write in trunks.yaml those its carrier lets us show.`,
          },
        ]
      : [];
  const strange = [...new Set(Object.values(shown))].filter(
    (number) => number !== '' && numbers !== undefined && !numbers.includes(number),
  );
  return [
    ...faults,
    ...unset,
    ...strange.map((number) => ({
      ...{ line: lineOf.shown, code: 'unknownOutboundNumber' },
      ...unknownName('外呼号码', 'outbound number', number, `trunks.yaml(${trunkId} outboundNumbers)`),
    })),
  ].map((fault): Finding => ({ level: 'error', file, ...fault }));
}

/** The rules that every number dialled is held against. */
export function dialRulesOf({
  dialOut,
  numbers,
  policies,
  targets,
}: {
  readonly dialOut: DialOutFile;
  readonly numbers: readonly Pick<NumberRow, 'row'>[];
  readonly policies: { readonly areaCode: string; readonly mainEntryId: string };
  readonly targets: Table<Target>;
}): DialRules {
  const main = numbers.find(({ row }) => row.id === policies.mainEntryId)?.row;
  const own =
    main === undefined ? [] : [main.number, `${policies.areaCode}${main.number}`, ...main.deliveredAs];
  const { mobiles, areas, ranges, refused } = dialOut;
  return {
    ...{ mobiles, areas, homeArea: policies.areaCode, ranges, refused, own: new Set(own) },
    targets: new Set(
      [...targets.rows.values()].flatMap(({ row }) => row.numbers.map(({ number }) => number)),
    ),
  };
}
