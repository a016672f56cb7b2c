// Reads numbers.yaml: the entries citizens dial, and every form in which a carrier delivers them.
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import type { FlowId, QueueId } from '../contact/ids.js';
import { readYaml } from '../contact/yaml-source.js';
import { bareNumber } from '../numbers/ledger.js';
import type { Entry } from './site.js';

/** One row of the ledger as it was read. */
export interface NumberRow {
  readonly line: number;
  readonly entry: Entry;
  readonly number: string;
  /** The row's flows, the menu variant's too where it has one: both must be there, whichever is in force. */
  readonly flowIds: readonly FlowId[];
  readonly deliveredAs: readonly string[];
}

const knownKeys = [
  'number',
  'name',
  'shortName',
  'spoken',
  'kpiLine',
  'tag',
  'flow',
  'menuFlow',
  'queue',
  'whisper',
  'delivered_as',
];
const longestShortName = 12;

/**
 * Reads the ledger.
 * @param menu the menu variant is in force: rows that have one lead to their `menuFlow`
 */
export function parseNumbers(
  file: string,
  text: string,
  menu: boolean,
): { rows: readonly NumberRow[]; findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const claimed = new Map<string, number>();
  const rows = topRows(source, findings).map((fields) => readRow(fields, menu, claimed));
  return { rows, findings };
}

function readRow(fields: Fields, menu: boolean, claimed: Map<string, number>): NumberRow {
  fields.refuseOthers(knownKeys);
  const number = readNumber(fields, ['number'], fields.id('number'), claimed);
  const deliveredAs = fields
    .items('delivered_as')
    .map((form, index) => readDelivered(fields, form, index, claimed));
  const name = fields.text('name');
  const flow = fields.id('flow') as FlowId;
  const menuFlow = fields.id('menuFlow', flow) as FlowId;
  const entry: Entry = {
    id: number,
    name,
    shortName: readShortName(fields, name),
    spoken: fields.has('spoken') ? fields.text('spoken') : null,
    kpiLine: fields.id('kpiLine', number),
    tag: fields.id('tag', number),
    flowId: menu ? menuFlow : flow,
    queueId: fields.id('queue') as QueueId,
    whisper: fields.flag('whisper', true),
  };
  const flowIds = [...new Set([flow, menuFlow])];
  return { line: fields.line, entry, number, flowIds, deliveredAs };
}

function readShortName(fields: Fields, name: string): string {
  const shortName = fields.text('shortName', [...name].slice(0, longestShortName).join(''));
  if ([...shortName].length > longestShortName) {
    const zh = `shortName 至多 ${String(longestShortName)} 个字:话机屏幕显示不下。`;
    fields.wrong(['shortName'], 'tooLong', {
      zh,
      en: `shortName has at most ${String(longestShortName)} characters: phones show no more.`,
    });
  }
  return shortName;
}

function readDelivered(fields: Fields, form: unknown, index: number, claimed: Map<string, number>): string {
  const at = ['delivered_as', index] as const;
  if (typeof form === 'string') return readNumber(fields, at, form, claimed);
  fields.wrong(at, 'unquoted', {
    zh: '号码须写在引号里,如 "031112345":不加引号开头的 0 会丢失。',
    en: 'A number must be quoted, e.g. "031112345": without quotes it loses leading zeros.',
  });
  return '';
}

function readNumber(
  fields: Fields,
  at: readonly (string | number)[],
  number: string,
  claimed: Map<string, number>,
): string {
  if (number === '') return '';
  if (!/^\+?\d{3,20}$/.test(number)) {
    fields.wrong(at, 'badNumber', {
      zh: `${number} 不是号码:只写数字,可以 + 开头。`,
      en: `${number} is no number: figures only, + may come first.`,
    });
    return number;
  }
  const bare = bareNumber(number);
  const earlier = claimed.get(bare);
  if (earlier !== undefined && earlier !== fields.line) {
    fields.wrong(at, 'duplicate', {
      zh: `号码 ${number} 与第 ${String(earlier)} 行重复。请删除其一。`,
      en: `${number} repeats line ${String(earlier)}: delete one.`,
    });
  }
  if (earlier === undefined) claimed.set(bare, fields.line);
  return number;
}
