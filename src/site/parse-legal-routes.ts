// Reads legal-routes.yaml, and holds it against prompts, messages and the number ledger. A site without the file has no routes.
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import type { PromptDefinition } from '../ivr/prompt-text.js';
import { scopeKinds, type LegalRoute } from './legal-route.js';
import type { MessageTemplate } from './site.js';

/** A route and where it stands. */
export interface LegalRouteRow {
  readonly line: number;
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
  const rows = topRows(source, findings).map((fields) => readRow(fields, seen));
  return { rows, findings };
}

function readRow(fields: Fields, seen: Map<string, number>): LegalRouteRow {
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
    line: fields.line,
    route: {
      kind,
      name,
      en: fields.text('en', name),
      prompt: fields.id('prompt'),
      number,
      message: fields.has('message') ? fields.id('message') : null,
      basis: fields.text('basis'),
      cities: readCities(fields, kind === 'region'),
    },
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
}

/** Prompts, messages, and the words in which prompts say the numbers and cities: written twice, they must agree. */
export function checkLegalRoutes(
  file: string,
  rows: readonly LegalRouteRow[],
  { prompts, messages }: Around,
): readonly Finding[] {
  return rows.flatMap(({ line, route }) => {
    const wrong = (code: string, zh: string, en: string): Finding => ({
      level: 'error',
      file,
      line,
      code,
      zh,
      en,
    });
    const spoken = [route.prompt, 'scope.lead', 'scope.end'];
    const findings = spoken
      .filter((id) => !prompts.has(id))
      .map((id) =>
        wrong(
          'unknownPrompt',
          `没有提示音 ${id}。请在 prompts/ 中补上。`,
          `There is no prompt ${id}: add it in prompts/.`,
        ),
      );
    const { message } = route;
    const template = messages.find(({ id }) => id === message);
    if (message !== null && template === undefined)
      findings.push(
        wrong(
          'unknownMessage',
          `没有短信 ${message}。请在 messages.yaml 中补上。`,
          `There is no message ${message}: add it in messages.yaml.`,
        ),
      );
    const fills = route.cities.size > 0 ? ['city', 'area'] : [];
    for (const slot of template?.slots.filter((one) => !fills.includes(one)) ?? [])
      findings.push(
        wrong(
          'unknownSlot',
          `短信 ${message ?? ''} 的 {${slot}} 不会填写。`,
          `Slot {${slot}} of message ${message ?? ''} is not filled.`,
        ),
      );
    return [...findings, ...unspoken(route, prompts.get(route.prompt), wrong)];
  });
}

function unspoken(
  { prompt, number, cities }: LegalRoute,
  definition: PromptDefinition | undefined,
  wrong: (code: string, zh: string, en: string) => Finding,
): readonly Finding[] {
  if (definition === undefined) return [];
  const wanted = [
    ...(number === null ? [] : [['number', number] as const]),
    ...[...cities.keys()].flatMap((code) => [['city', code] as const, ['area', code] as const]),
  ];
  return wanted
    .filter(([slot, key]) => {
      const declared = definition.slots[slot];
      return declared?.kind !== 'words' || !Object.hasOwn(declared.words, key);
    })
    .map(([slot, key]) =>
      wrong(
        'notSpoken',
        `提示音 ${prompt} 的 {${slot}} 没有 '${key}' 的念法。请在其 slots 中补上。`,
        `Prompt ${prompt} has no words for '${key}' in {${slot}}: add them to its slots.`,
      ),
    );
}
