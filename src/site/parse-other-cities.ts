// Reads other-cities.yaml: how other cities' 12345 are reached, and holds it against routes, trunks and prompts. A site without the file leads nobody there.
import { cityWords } from '../contact/contact-city.js';
import type { LeadTarget } from '../contact/contact.js';
import { topRows, type Fields } from '../contact/fields.js';
import { refuseUndialled } from '../contact/lead-target-field.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import type { PromptDefinition } from '../ivr/prompt-text.js';
import { ownAreaCode } from './area-code-field.js';
import type { DialRules } from '../contact/dial-out.js';
import { checkDialled, checkTarget } from './check-target.js';
import type { LegalRouteRow } from './parse-legal-routes.js';

/** One city and where it stands; the names of cities are those of legal-routes.yaml. */
export interface OtherCityRow {
  readonly line: number;
  readonly lineOf: Readonly<Record<'areaCode' | 'trunk', number>>;
  readonly areaCode: string;
  readonly target: LeadTarget;
}

/** Reads all rows. */
export function parseOtherCities(
  file: string,
  text: string,
): { readonly rows: readonly OtherCityRow[]; readonly findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const seen = new Map<string, number>();
  const rows = topRows(source, findings).map((fields, index) => ({
    line: fields.line,
    lineOf: { areaCode: source.lineAt([index, 'areaCode']), trunk: source.lineAt([index, 'trunk']) },
    ...readRow(fields, seen),
  }));
  return { rows, findings };
}

function readRow(fields: Fields, seen: Map<string, number>): Pick<OtherCityRow, 'areaCode' | 'target'> {
  fields.refuseOthers(['areaCode', 'trunk', 'number', 'showsCaller']);
  const areaCode = ownAreaCode(fields, seen);
  const number = fields.id('number', `${areaCode}12345`);
  if (fields.has('number')) refuseUndialled(fields, number);
  return {
    areaCode,
    target: { trunkId: fields.id('trunk'), number, showsCaller: fields.flag('showsCaller', false) },
  };
}

/** What a row needs of the other files. */
interface Around {
  readonly policies: { readonly areaCode: string };
  readonly legalRoutes: readonly LegalRouteRow[];
  readonly dialsOut: ReadonlyMap<string, boolean>;
  readonly dialRules: DialRules;
  readonly prompts: ReadonlyMap<string, PromptDefinition>;
}

type Fault = Pick<Finding, 'line' | 'zh' | 'en'> & { readonly code: string };

/** Every row is a city that a matter can be another's of, over a trunk that dials, with the words that say so. */
export function checkOtherCities(
  file: string,
  rows: readonly OtherCityRow[],
  around: Around,
): readonly Finding[] {
  return rows.flatMap((row) =>
    [
      ...wrongCity(row, around),
      ...checkTarget(around.dialsOut, row.target).map((fault) => ({ ...fault, line: row.lineOf.trunk })),
      ...checkDialled(around.dialRules, row.target).map((fault) => ({ ...fault, line: row.line })),
      ...Object.values(cityWords).flatMap((id) => unspoken(row, id, around.prompts.get(id))),
    ].map(({ line, code, zh, en }: Fault): Finding => ({ level: 'error', file, line, code, zh, en })),
  );
}

function wrongCity({ areaCode, lineOf }: OtherCityRow, { policies, legalRoutes }: Around): readonly Fault[] {
  const line = lineOf.areaCode;
  if (areaCode === policies.areaCode)
    return [
      {
        ...{ line, code: 'ownCity' },
        zh: `${areaCode} 是本市的区号,转接会回到本热线。请删除此行。`,
        en: `${areaCode} is this site's own area code and leads back to ourselves: delete the row.`,
      },
    ];
  const isKnown = legalRoutes.some(({ route }) => route.cities.has(areaCode));
  if (isKnown || areaCode === '') return [];
  return [
    {
      ...{ line, code: 'unknownCity' },
      zh: `legal-routes.yaml 的其他城市(kind: region)中没有区号 ${areaCode}。请在其 cities 中补上,或删除此行。`,
      en: `legal-routes.yaml has no city of area code ${areaCode} (kind: region): add it to its cities, or delete the row.`,
    },
  ];
}

function unspoken(
  { line, areaCode }: OtherCityRow,
  id: string,
  prompt: PromptDefinition | undefined,
): readonly Fault[] {
  if (prompt === undefined)
    return [
      {
        ...{ line, code: 'unknownPrompt' },
        zh: `没有提示音 ${id}。请在 prompts/ 中补上。`,
        en: `There is no prompt ${id}: add it in prompts/.`,
      },
    ];
  const city = prompt.slots['city'];
  if (city?.kind === 'words' && Object.hasOwn(city.words, areaCode)) return [];
  return [
    {
      ...{ line, code: 'notSpoken' },
      zh: `提示音 ${id} 的 {city} 没有 '${areaCode}' 的念法。请在其 slots 中补上。`,
      en: `Prompt ${id} has no words for '${areaCode}' in {city}: add them to its slots.`,
    },
  ];
}
