// What changes for callers from one version of a site to another, in plain words with file and line.
import { diffFlow, type SiteChange } from './diff-flow.js';
import { entriesOf, type FileEntry } from './file-entries.js';
import { patternTexts, stateTexts } from '../numbers/ledger-row.js';
import type { SiteFiles } from './read-files.js';

/** A version of a site: its texts by path below `ivr-flows/`, and what was read of them. */
export interface SiteVersion {
  readonly files: ReadonlyMap<string, string>;
  readonly read: Pick<SiteFiles, 'flows'>;
}

/** Every change, file by file. Both versions should have passed the check. */
export function diffSites(before: SiteVersion, after: SiteVersion): readonly SiteChange[] {
  const names = [...new Set([...before.files.keys(), ...after.files.keys()])].sort();
  const plain = names.filter((name) => !/^(?:flows|prompts)\//.test(name));
  return [
    ...plain.flatMap((file) => diffEntries(file, entriesIn(before, [file]), entriesIn(after, [file]))),
    ...diffPrompts(before, after, names),
    ...diffFlows(before, after),
  ];
}

interface PlacedEntry extends FileEntry {
  readonly file: string;
}

/** Entries of these files together: a prompt may move from one file to another. */
function entriesIn({ files }: SiteVersion, names: readonly string[]): ReadonlyMap<string, PlacedEntry> {
  return new Map(
    names.flatMap((file) =>
      [...entriesOf(file, files.get(file) ?? '')].map(([id, entry]) => [id, { ...entry, file }] as const),
    ),
  );
}

type Named = readonly [zh: string, en: string];

const entryWords: Readonly<Record<string, Named>> = {
  'agents.yaml': ['话务员', 'agent'],
  'calendar.yaml': ['节假日安排', 'holidays of'],
  'departments.yaml': ['部门', 'department'],
  'dial-out.yaml': ['外呼规则', 'rule for dialling out'],
  'devices.yaml': ['话机', 'phone'],
  'duty.yaml': ['值班', 'duty'],
  'emergency.yaml': ['紧急与公用事业', 'emergency line or utility'],
  'experts.yaml': ['专家', 'expert'],
  'legal-routes.yaml': ['法定渠道', 'legal route'],
  'lexicon.yaml': ['读音', 'reading of'],
  'numbers.yaml': ['号码', 'number'],
  'other-cities.yaml': ['外地 12345', 'other city'],
  'policies.yaml': ['策略', 'policy'],
  'queues.yaml': ['队列', 'queue'],
  'recordings.yaml': ['录音', 'recording of'],
  'skills.yaml': ['技能', 'skill'],
  'teams.yaml': ['班组', 'team'],
  'trunks.yaml': ['中继', 'trunk'],
};

/** Fields whose names alone tell a clerk little. */
const fieldWords: Readonly<Record<string, Named>> = {
  areaCode: ['区号', 'area code'],
  announced_through: ['公布渠道', 'announced through'],
  announcement: ['停用提示', 'announcement'],
  approval: ['批准文号', 'approval'],
  basis: ['法定依据', 'legal basis'],
  cities: ['城市', 'cities'],
  document: ['文号', 'document'],
  delivered_as: ['运营商送来的写法', 'delivered forms'],
  en: ['英文名称', 'English name'],
  farewell: ['结束语', 'farewell'],
  flow: ['流程', 'flow'],
  former: ['原主管单位', 'former owner'],
  greeting: ['问候语', 'greeting'],
  kpiLine: ['指标归属', 'KPI line'],
  limit: ['排队上限', 'most waiting'],
  menu: ['菜单', 'menu'],
  longestSeconds: ['最长秒数', 'at most seconds'],
  menuFlow: ['启用菜单时的流程', 'menu flow'],
  message: ['短信', 'message'],
  name: ['名称', 'name'],
  nobodyAfter: ['无人签入多久离队', 'leaves with nobody signed in after'],
  number: ['号码', 'number'],
  off: ['放假', 'days off'],
  opening: ['开头语', 'opening'],
  pattern: ['归并方式', 'pattern'],
  priority: ['优先级', 'priority'],
  prompt: ['提示音', 'prompt'],
  queue: ['队列', 'queue'],
  recorded: ['录音', 'recording'],
  region: ['适用地区', 'region'],
  requires: ['所需技能', 'required skills'],
  rings: ['放宽的环', 'rings'],
  role: ['角色', 'role'],
  sealed: ['来电即保密', 'sealed from the start'],
  seconds: ['秒数', 'seconds'],
  service: ['业务', 'service'],
  sha256: ['声音校验值', 'hash of the sound'],
  shortName: ['短名', 'short name'],
  showsCaller: ['显示来电号码', 'shows the caller'],
  skills: ['技能', 'skills'],
  slots: ['变量的念法', 'slots'],
  speed: ['语速', 'pace'],
  spoken: ['读法', 'spoken'],
  states: ['各时期', 'states'],
  strategy: ['派话策略', 'strategy'],
  successor: ['应改拨的号码', 'successor'],
  tag: ['标签', 'tag'],
  target: ['先转接到', 'led first to'],
  team: ['班组', 'team'],
  tellWait: ['播报预计等候', 'tells the expected wait'],
  text: ['文字', 'text'],
  timeout: ['最长等候', 'longest wait'],
  trunk: ['中继', 'trunk'],
  when: ['何时播放', 'when'],
  whisper: ['总是先播短名', 'whisper'],
  work: ['调休上班', 'workdays'],
};

function diffEntries(
  file: string,
  before: ReadonlyMap<string, PlacedEntry>,
  after: ReadonlyMap<string, PlacedEntry>,
): readonly SiteChange[] {
  const [zhKind, enKind] = entryWords[file] ?? ['项', 'entry'];
  return [
    ...goneOrNew(before, after, zhKind, enKind),
    ...[...after.values()].flatMap((entry) => {
      const old = before.get(entry.id);
      return old === undefined
        ? []
        : changedFields(old, entry).map(({ field, line, from, to }) => {
            const words = [zhKind, enKind, entry.id] as const;
            return { file: entry.file, line, ...fieldChange(words, field, from, to) };
          });
    }),
  ];
}

function goneOrNew(
  before: ReadonlyMap<string, PlacedEntry>,
  after: ReadonlyMap<string, PlacedEntry>,
  zhKind: string,
  enKind: string,
): readonly SiteChange[] {
  const gone = [...before.values()].filter(({ id }) => !after.has(id));
  const fresh = [...after.values()].filter(({ id }) => !before.has(id));
  return [
    ...gone.map(({ file, line, id }) => ({
      ...{ file, line },
      zh: `删除了${zhKind} ${id}(原文件此行)。`,
      en: `The ${enKind} ${id} is gone (line of the old file).`,
    })),
    ...fresh.map(({ file, line, id, fields }) => {
      const [zh, en] = toldWhole(file) ? saidOf(fields) : ['', ''];
      return {
        ...{ file, line },
        zh: `新增${zhKind} ${id}${zh}。`,
        en: `The ${enKind} ${id} is new${en}.`,
      };
    }),
  ];
}

/** Whoever reviews a new row of these has to know what it says. */
const toldWhole = (file: string): boolean =>
  [
    'numbers.yaml',
    'calendar.yaml',
    'lexicon.yaml',
    'legal-routes.yaml',
    'duty.yaml',
    'other-cities.yaml',
    'dial-out.yaml',
    'recordings.yaml',
  ].includes(file) || file.startsWith('prompts/');

/** The fields of a new row, one after the other; the value alone of one that is no more. */
function saidOf(fields: FileEntry['fields']): Named {
  const said = (language: 0 | 1): string =>
    [...fields]
      .map(([field, { text }]) =>
        `${fieldWords[field]?.[language] ?? field} ${valueWords(field, text, language)}`.trim(),
      )
      .join(language === 0 ? ';' : '; ');
  return fields.size === 0 ? ['', ''] : [`:${said(0)}`, `: ${said(1)}`];
}

interface ChangedField {
  readonly field: string;
  readonly line: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

function changedFields(before: FileEntry, after: FileEntry): readonly ChangedField[] {
  const names = new Set([...before.fields.keys(), ...after.fields.keys()]);
  return [...names].flatMap((field) => {
    const [was, is] = [before.fields.get(field), after.fields.get(field)];
    const line = is?.line ?? after.line;
    return was?.text === is?.text ? [] : [{ field, line, from: was?.text, to: is?.text }];
  });
}

/** Ticked on a form. */
const formFlags: readonly string[] = ['whisper', 'showsCaller'];

/** States and patterns by what people call them; all else as the file has it. */
/** What calls to a number are sealed as, as pages say it. */
const sealTexts: Readonly<Record<string, string>> = { confidential: '保密来电', minor: '未成年人' };

function valueWords(field: string, text: string, language: 0 | 1): string {
  const states: Readonly<Record<string, string>> = stateTexts;
  const patterns: Readonly<Record<string, string>> = patternTexts;
  if (field === 'pattern') return language === 0 ? (patterns[text] ?? text) : text;
  if (field === 'sealed') return language === 0 ? (sealTexts[text] ?? text) : text;
  if (formFlags.includes(field) && language === 0) return text === 'true' ? '是' : '否';
  if (field !== 'states') return text;
  const told = text.replaceAll(/state (\w+)/g, (_, state: string) =>
    language === 0 ? (states[state] ?? state) : state,
  );
  return language === 0 ? told.replaceAll(' from ', ' 自 ').replaceAll(' until ', ' 至 ') : told;
}

function fieldChange(
  [zhKind, enKind, id]: readonly [string, string, string],
  field: string,
  was: string | undefined,
  is: string | undefined,
): { readonly zh: string; readonly en: string } {
  const worded = (text: string | undefined, language: 0 | 1) =>
    text === undefined ? undefined : valueWords(field, text, language);
  const [from, to] = [worded(was, 0), worded(is, 0)];
  const [enFrom = '', enTo = ''] = [worded(was, 1), worded(is, 1)];
  const [zhField, enField] = fieldWords[field] ?? fieldWords[field === '' ? id : ''] ?? [field, field];
  const [zh, en] = [`${zhKind} ${id}`, `The ${enKind} ${id}`];
  const zhName = field === '' || zhField === field ? field : `${zhField}(${field})`;
  const zhOf = zhName === '' ? '' : `的 ${zhName} `;
  const enOf = enField === '' ? '' : `: ${enField}`;
  if (from === undefined)
    return { zh: `${zh} ${zhOf}新写为「${to ?? ''}」。`, en: `${en}${enOf} is now given: ${enTo}.` };
  if (to === undefined)
    return {
      zh: `${zh} ${zhOf}不再写明,原为「${from}」。`,
      en: `${en}${enOf} is no longer given; it was ${enFrom}.`,
    };
  return { zh: `${zh} ${zhOf}由「${from}」改为「${to}」。`, en: `${en}${enOf} was ${enFrom}, is ${enTo}.` };
}

/** What a prompt is spoken by; the rest of its row is for whoever edits it. */
const spokenFields = ['text', 'speed', 'language'];

function diffPrompts(
  before: SiteVersion,
  after: SiteVersion,
  names: readonly string[],
): readonly SiteChange[] {
  const files = names.filter((name) => name.startsWith('prompts/'));
  const [old, fresh] = [entriesIn(before, files), entriesIn(after, files)];
  return [
    ...goneOrNew(old, fresh, '提示音', 'prompt'),
    ...[...fresh.values()].flatMap((entry) => {
      const former = old.get(entry.id);
      const changed = former === undefined ? [] : changedFields(former, entry);
      const spoken = changed.filter(
        ({ field }) => spokenFields.includes(field) || field.startsWith('slots.'),
      );
      return spoken.map(({ field, line, from = '', to = '' }): SiteChange => {
        const place = { file: entry.file, line };
        return field === 'text'
          ? {
              ...place,
              zh: `提示音 ${entry.id} 由「${from}」改为「${to}」,将重新合成。`,
              en: `Prompt ${entry.id} said "${from}", says "${to}"; it is synthesized anew.`,
            }
          : {
              ...place,
              zh: `提示音 ${entry.id} 的 ${field} 由「${from}」改为「${to}」,将重新合成。`,
              en: `Prompt ${entry.id}: ${field} was ${from || 'not given'}, is ${to || 'not given'}; it is synthesized anew.`,
            };
      });
    }),
  ];
}

function diffFlows(before: SiteVersion, after: SiteVersion): readonly SiteChange[] {
  const old = new Map(before.read.flows.map((read) => [read.file, read.flow]));
  const fresh = new Map(after.read.flows.map((read) => [read.file, read.flow]));
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((file): readonly SiteChange[] => {
    const [was, is] = [old.get(file), fresh.get(file)];
    if (is === undefined) return [{ file, line: 1, zh: '删除了此流程。', en: 'This flow is gone.' }];
    if (was === undefined) return [{ file, line: 1, zh: '新增此流程。', en: 'This flow is new.' }];
    const texts = [before.files.get(file) ?? '', after.files.get(file) ?? ''] as const;
    return diffFlow(file, was, is, texts);
  });
}
