// Reads legal-routes.yaml, and holds it against prompts, messages and the number ledger. A site without the file has no routes.
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import type { PromptDefinition } from '../ivr/prompt-text.js';
import { otherBodies, scopeKinds, type LegalRoute } from './legal-route.js';
import type { MessageTemplate, NumberRow } from './site.js';

/** A route and where it stands. */
export interface LegalRouteRow {
  readonly line: number;
  /** Of what is held against other files. */
  readonly lineOf: Readonly<Record<'prompt' | 'number' | 'message' | 'cities', number>>;
  readonly route: LegalRoute;
}

/** Reads all rows. */
export function parseLegalRoutes(
  file: string,
  text: string,
): { readonly rows: readonly LegalRouteRow[]; readonly findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const seen = new Map<string, number>();
  const rows = topRows(source, findings).map((fields, index) => {
    const lineAt = (field: string): number => source.lineAt([index, field]);
    const lineOf = {
      prompt: lineAt('prompt'),
      number: lineAt('number'),
      message: lineAt('message'),
      cities: lineAt('cities'),
    };
    return { line: fields.line, lineOf, route: readRoute(fields, seen) };
  });
  return { rows, findings };
}

function readRoute(fields: Fields, seen: Map<string, number>): LegalRoute {
  fields.refuseOthers(['kind', 'name', 'en', 'prompt', 'number', 'message', 'basis', 'cities']);
  const kind = fields.oneOf('kind', scopeKinds, 'court');
  const earlier = seen.get(kind);
  if (earlier === undefined) seen.set(kind, fields.line);
  else
    fields.wrong(['kind'], 'duplicate', {
      zh: `${kind} 与第 ${String(earlier)} 行重复。请删除其一。`,
      en: `${kind} repeats line ${String(earlier)}: delete one.`,
    });
  const name = fields.text('name');
  const number = fields.has('number') ? fields.id('number') : null;
  if (number !== null && !/^\d{3,6}(?:-\d)?$/.test(number))
    fields.wrong(['number'], 'badNumber', {
      zh: "number 是本清单号码的编号或 3 至 6 位短号码,写在引号里,例如 '12368'。",
      en: "number is an id of the ledger or a short number of 3 to 6 figures, quoted, such as '12368'.",
    });
  return {
    kind,
    name,
    en: fields.text('en', name),
    prompt: fields.id('prompt'),
    number,
    message: fields.has('message') ? fields.id('message') : null,
    basis: fields.text('basis'),
    cities: readCities(fields, kind === 'region'),
  };
}

function readCities(fields: Fields, needed: boolean): ReadonlyMap<string, string> {
  const section = fields.section('cities');
  const cities = new Map(section.keys().map((code) => [code, section.text(code)]));
  if (needed === cities.size > 0 && [...cities.keys()].every((code) => /^0[1-9]\d{1,2}$/.test(code)))
    return cities;
  fields.wrong(['cities'], 'badCities', {
    zh: 'cities 按“区号: 城市”列出,区号带 0、写在引号里;仅 kind: region 使用,且不可为空。',
    en: 'cities lists area code: city, the code quoted with its 0; only where kind is region, and not empty there.',
  });
  return cities;
}

/** What a row needs of the other files. */
interface Around {
  readonly prompts: ReadonlyMap<string, PromptDefinition>;
  readonly messages: readonly MessageTemplate[];
  readonly numbers: readonly NumberRow[];
}

/** Prompts, messages, the ledger, and the words in which prompts say the numbers and cities: written twice, they must agree. */
export function checkLegalRoutes(
  file: string,
  rows: readonly LegalRouteRow[],
  { prompts, messages, numbers }: Around,
): readonly Finding[] {
  const finding = (fault: Fault): Finding => ({ level: 'error', file, ...fault });
  return rows.flatMap((row) =>
    [
      ...unknownPrompts(row, prompts),
      ...wrongMessage(row, messages),
      ...unlisted(row, numbers),
      ...unspoken(row, prompts.get(row.route.prompt)),
    ].map(finding),
  );
}

type Fault = Pick<Finding, 'line' | 'zh' | 'en'> & {
  readonly code: string;
  /** Left out = an error. */
  readonly level?: 'warning';
};

function unknownPrompts(
  { line, lineOf, route }: LegalRouteRow,
  prompts: Around['prompts'],
): readonly Fault[] {
  const spoken = [
    [lineOf.prompt, route.prompt],
    [line, 'scope.lead'],
    [line, 'scope.end'],
  ] as const;
  return spoken
    .filter(([, id]) => !prompts.has(id))
    .map(([at, id]) => ({
      ...{ line: at, code: 'unknownPrompt' },
      zh: `没有提示音 ${id}。请在 prompts/ 中补上。`,
      en: `There is no prompt ${id}: add it in prompts/.`,
    }));
}

function wrongMessage({ lineOf, route }: LegalRouteRow, messages: Around['messages']): readonly Fault[] {
  const { message, cities } = route;
  const template = messages.find(({ id }) => id === message);
  if (message === null) return [];
  const line = lineOf.message;
  if (template === undefined)
    return [
      {
        ...{ line, code: 'unknownMessage' },
        zh: `没有短信 ${message}。请在 messages.yaml 中补上。`,
        en: `There is no message ${message}: add it in messages.yaml.`,
      },
    ];
  const fills = cities.size > 0 ? ['city', 'area'] : [];
  return template.slots
    .filter((one) => !fills.includes(one))
    .map((slot) => ({
      ...{ line, code: 'unknownSlot' },
      zh: `短信 ${message} 的 {${slot}} 不会填写。`,
      en: `Slot {${slot}} of message ${message} is not filled.`,
    }));
}

/** A number that is merged, renamed or gone reaches nobody: the ledger knows, unless it is another body's. */
function unlisted(
  { lineOf, route: { number } }: LegalRouteRow,
  numbers: Around['numbers'],
): readonly Fault[] {
  const isKnown = ({ row }: NumberRow) => row.id === number || row.number === number;
  if (number === null || otherBodies.has(number) || numbers.some(isKnown)) return [];
  return [
    {
      ...({ level: 'warning', line: lineOf.number, code: 'notListed' } as const),
      zh: `号码 ${number} 不在归并清单 numbers.yaml 中。请核对号码;确在使用的,请在清单中补上一行。`,
      en: `${number} is in no row of the ledger numbers.yaml: check the number; if it is in use, add its row.`,
    },
  ];
}

function unspoken(
  { lineOf, route: { prompt, number, cities } }: LegalRouteRow,
  definition: PromptDefinition | undefined,
): readonly Fault[] {
  if (definition === undefined) return [];
  const wanted = [
    ...(number === null ? [] : [[lineOf.number, 'number', number] as const]),
    ...[...cities.keys()].flatMap((code) =>
      (['city', 'area'] as const).map((slot) => [lineOf.cities, slot, code] as const),
    ),
  ];
  return wanted
    .filter(([, slot, key]) => {
      const declared = definition.slots[slot];
      return declared?.kind !== 'words' || !Object.hasOwn(declared.words, key);
    })
    .map(([line, slot, key]) => ({
      ...{ line, code: 'notSpoken' },
      zh: `提示音 ${prompt} 的 {${slot}} 没有 '${key}' 的念法。请在其 slots 中补上。`,
      en: `Prompt ${prompt} has no words for '${key}' in {${slot}}: add them to its slots.`,
    }));
}
