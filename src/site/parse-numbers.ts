// Reads numbers.yaml: the ledger's rows, every form in which a carrier delivers each number, and its states with their days.
import { parseDayKey, type DayKey } from '../contact/civil-time.js';
import { sealKinds, type LeadTarget } from '../contact/contact.js';
import { readLeadTarget } from '../contact/lead-target-field.js';
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import type { FlowId, QueueId } from '../contact/ids.js';
import { readYaml } from '../contact/yaml-source.js';
import { opensAsMain } from '../numbers/call-words.js';
import { bareNumber } from '../numbers/ledger.js';
import {
  ledPatterns,
  numberPatterns,
  numberStates,
  patternTexts,
  type LedgerRow,
  type NumberPattern,
  type NumberState,
  type OwnPrompts,
} from '../numbers/ledger-row.js';
import { daysInCommon, periodsOf, type DateFault, type WrittenState } from '../numbers/periods.js';
import type { Entry, NumberPapers, NumberRow } from './site.js';

const knownKeys = [
  ...[
    'id',
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
    'sealed',
  ],
  ...['target', 'delivered_as', 'pattern', 'states', 'opening', 'farewell', 'announcement'],
  ...['former', 'service', 'region', 'approval', 'announced_through', 'successor'],
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
  const claims: Claims = new Map();
  const ids = new Map<string, number>();
  const rows = topRows(source, findings).map((fields) => readRow(fields, menu, claims, ids));
  return { rows, findings };
}

/** Who has claimed a form of a number so far. */
type Claims = Map<string, readonly Claim[]>;
interface Claim {
  readonly number: string;
  readonly line: number;
  readonly row: Pick<LedgerRow, 'states'>;
}

function readRow(fields: Fields, menu: boolean, claims: Claims, ids: Map<string, number>): NumberRow {
  fields.refuseOthers(knownKeys);
  const states = readStates(fields);
  const number = readNumber(fields, ['number'], fields.id('number'));
  const deliveredAs = fields.items('delivered_as').map((form, index) => readDelivered(fields, form, index));
  claim(fields, number, deliveredAs, { states }, claims);
  const name = fields.text('name');
  const flow = fields.id('flow') as FlowId;
  const menuFlow = fields.id('menuFlow', flow) as FlowId;
  const id = readId(fields, number, ids);
  const entry: Entry = {
    id,
    name,
    shortName: readShortName(fields, name),
    spoken: fields.has('spoken') ? fields.text('spoken') : null,
    kpiLine: fields.id('kpiLine', number),
    tag: fields.id('tag', number),
    flowId: menu ? menuFlow : flow,
    queueId: fields.id('queue') as QueueId,
    whisper: fields.flag('whisper', true),
  };
  const { kpiLine, tag, flowId, queueId } = entry;
  const pattern = fields.oneOf('pattern', numberPatterns, 'main');
  const papers = readPapers(fields);
  const target = readTarget(fields, pattern);
  if (!opensAsMain(pattern) && papers.approval === '') fields.warn([], 'noApproval', noApproval(number));
  if (pattern === 'whole' && states.length === 0) fields.warn([], 'noStates', noStates(number));
  return {
    line: fields.line,
    entry,
    flowIds: [...new Set([flow, menuFlow])],
    row: {
      ...{ id, number, name, pattern, deliveredAs, states },
      ownPrompts: readOwnPrompts(fields),
      ...(target !== undefined && { target }),
      ...{ kpiLine, tag, flowId, queueId },
      region: fields.text('region', ''),
      sealed: fields.has('sealed') ? fields.oneOf('sealed', sealKinds, 'confidential') : null,
    },
    papers,
  };
}

const noApproval = (number: string) => ({
  zh: `号码 ${number} 没有批准文号(approval)。新增、更名、恢复启用的号码须有批准文件。`,
  en: `${number} has no approval: a number that is new, renamed or revived needs its document's number.`,
});
const noStates = (number: string) => ({
  zh: `号码 ${number} 为整体并入,却没有写各时期的状态(states),将一直按长期保留接听。`,
  en: `${number} is merged as a whole, yet has no states: it is served as if it were kept for good.`,
});

function readId(fields: Fields, number: string, ids: Map<string, number>): string {
  const id = fields.id('id', number);
  const earlier = ids.get(id);
  if (earlier === undefined) ids.set(id, fields.line);
  else if (id !== '')
    fields.wrong(['number'], 'duplicate', {
      zh: `号码 ${id} 与第 ${String(earlier)} 行重复。同一号码先后有两行时,第二行须另写 id,如 id: '${id}-2'。`,
      en: `${id} repeats line ${String(earlier)}: a second row of one number needs an id of its own, e.g. id: '${id}-2'.`,
    });
  return id;
}

function readPapers(fields: Fields): NumberPapers {
  return {
    former: fields.text('former', ''),
    service: fields.text('service', ''),
    approval: fields.text('approval', ''),
    announcedThrough: fields.items('announced_through').map(String),
    successor: readNumber(fields, ['successor'], fields.id('successor', '')),
  };
}

function readOwnPrompts(fields: Fields): OwnPrompts {
  const own = (key: string) => (fields.has(key) ? fields.id(key) : null);
  return { opening: own('opening'), farewell: own('farewell'), announcement: own('announcement') };
}

function readTarget(fields: Fields, pattern: NumberPattern): LeadTarget | undefined {
  if (!fields.has('target')) return undefined;
  if (!ledPatterns.has(pattern)) fields.wrong(['target'], 'notAllowed', targetNotAllowed);
  return readLeadTarget(fields.section('target'));
}

const targetNotAllowed = {
  zh: `target 只用于${[...ledPatterns].map((pattern) => patternTexts[pattern]).join('、')}的号码。请删除 target,或改 pattern。`,
  en: `Only numbers of the patterns ${[...ledPatterns].join(', ')} have a target: delete it, or change the pattern.`,
};
function readStates(fields: Fields): LedgerRow['states'] {
  const rows = fields.rows('states');
  const written = rows.map(readState);
  const { periods, faults } = periodsOf(written);
  for (const fault of faults) rows[fault.index]?.wrong([], fault.fault, wordsOfFault(fields, fault));
  rows.forEach((row, index) => {
    const [before, { state }] = [written[index - 1]?.state, written[index] ?? { state: undefined }];
    if (before !== undefined && state !== undefined && goesBack(before, state))
      row.warn(['state'], 'wrongOrder', wrongOrder);
  });
  return periods;
}

function readState(row: Fields): WrittenState {
  row.refuseOthers(['state', 'from', 'until']);
  return {
    state: row.oneOf('state', numberStates, 'served'),
    from: readDay(row, 'from'),
    until: readDay(row, 'until'),
  };
}

function readDay(row: Fields, key: 'from' | 'until'): DayKey | null {
  if (!row.has(key)) return null;
  const day = row.text(key, '');
  if (parseDayKey(day) !== undefined) return day;
  row.wrong([key], 'badDay', {
    zh: `${key} 须是写在引号里、确有其日的日期,如 '2026-07-01'。`,
    en: `${key} must be a quoted day that exists, such as '2026-07-01'.`,
  });
  return null;
}

/** The usual way of a number; whatever comes back comes back as `returned`. */
const usualOrder: readonly NumberState[] = ['served', 'dual', 'transfer', 'prompt', 'vacant'];
const goesBack = (before: NumberState, state: NumberState): boolean =>
  state !== 'returned' && before !== 'returned' && usualOrder.indexOf(state) < usualOrder.indexOf(before);
const wrongOrder = {
  zh: '状态倒退了:重新启用的号码请写恢复启用(returned)。',
  en: 'The state goes back: a number that comes into use again is `returned`.',
};

function wordsOfFault(fields: Fields, { fault, from, until }: DateFault) {
  const number = fields.id('number');
  switch (fault) {
    case 'noDate':
      return {
        zh: `号码 ${number} 的这个状态没有起始日期(from),上一状态也没有截止日期(until)。请写其一。`,
        en: `${number}: this state has no from, nor the one before an until: write one of them.`,
      };
    case 'reversed':
      return {
        zh: `号码 ${number} 的一个时期自 ${from} 起(没有写的,接上一时期的次日),却止于 ${until}。请改正日期。`,
        en: `${number}: a period begins on ${from} (the day after the one before, where it says none) and ends on ${until}: mend one.`,
      };
    case 'gap':
      return {
        zh: `号码 ${number} 在 ${from} 至 ${until} 没有状态,来电将无人受理。请补上。`,
        en: `${number} has no state from ${from} to ${until}: calls would reach nobody. Add one.`,
      };
    case 'overlap':
      return {
        zh: `号码 ${number} 在 ${from} 至 ${until} 有两个状态。请改起止日期。`,
        en: `${number} has two states from ${from} to ${until}: change their dates.`,
      };
  }
}

/** Each form of a number belongs to one row a day. */
function claim(
  fields: Fields,
  number: string,
  deliveredAs: readonly string[],
  row: Pick<LedgerRow, 'states'>,
  claims: Claims,
): void {
  const forms = [number, ...deliveredAs].map((form, index) => ({ form, index: index - 1 }));
  const own = new Set<string>();
  for (const { form, index } of forms) {
    const bare = bareNumber(form);
    if (bare === '' || own.has(bare)) continue;
    own.add(bare);
    const earlier = claims.get(bare) ?? [];
    const clash = earlier.find((other) => daysInCommon(other.row, row) !== undefined);
    if (clash !== undefined)
      fields.wrong(
        index < 0 ? ['number'] : ['delivered_as', index],
        'duplicate',
        repeated(form, clash, daysInCommon(clash.row, row)),
      );
    claims.set(bare, [...earlier, { number, line: fields.line, row }]);
  }
}

function repeated(form: string, { number, line }: Claim, days: ReturnType<typeof daysInCommon>) {
  const [from, until] = [days?.from ?? null, days?.until ?? null];
  const zh = `号码 ${form} 与 ${number}(第 ${String(line)} 行)重复`;
  const en = `${form} repeats ${number} (line ${String(line)})`;
  if (from === null && until === null) return { zh: `${zh}。请删除其一。`, en: `${en}: delete one.` };
  return {
    zh: `${zh},且日期重叠(${from ?? '最初'} 至 ${until ?? '长期'})。请改其中一行的起止日期。`,
    en: `${en} and the dates overlap (${from ?? 'ever'} to ${until ?? 'ever'}): change the dates of one.`,
  };
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

function readDelivered(fields: Fields, form: unknown, index: number): string {
  const at = ['delivered_as', index] as const;
  if (typeof form === 'string') return readNumber(fields, at, form);
  fields.wrong(at, 'unquoted', {
    zh: '号码须写在引号里,如 "031112345":不加引号开头的 0 会丢失。',
    en: 'A number must be quoted, e.g. "031112345": without quotes it loses leading zeros.',
  });
  return '';
}

function readNumber(fields: Fields, at: readonly (string | number)[], number: string): string {
  if (number === '' || /^\+?\d{3,20}$/.test(number)) return number;
  fields.wrong(at, 'badNumber', {
    zh: `${number} 不是号码:只写数字,可以 + 开头。`,
    en: `${number} is no number: figures only, + may come first.`,
  });
  return number;
}
