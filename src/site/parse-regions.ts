// Reads regions.yaml: the area codes that several cities share. A site without the file has none.
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import type { SharedArea } from '../numbers/shared-areas.js';
import { ownAreaCode } from './area-code-field.js';

/** A shared area and where it stands. */
export interface SharedAreaRow {
  readonly line: number;
  readonly area: SharedArea;
}

/** Menus have the keys 1 to 8. */
const mostCities = 8;

/** Reads all rows. */
export function parseRegions(
  file: string,
  text: string,
): { readonly rows: readonly SharedAreaRow[]; readonly findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const seen = new Map<string, number>();
  const rows = topRows(source, findings).map((fields) => readRow(fields, seen));
  return { rows, findings };
}

function readRow(fields: Fields, seen: Map<string, number>): SharedAreaRow {
  fields.refuseOthers(['areaCode', 'cities']);
  const areaCode = ownAreaCode(fields, seen);
  const cities = fields.ids('cities');
  if (cities.length < 2 || cities.length > mostCities || new Set(cities).size < cities.length)
    fields.wrong(['cities'], 'badCities', {
      zh: `cities 按按键顺序列出共用此区号的城市,2 至 ${String(mostCities)} 个,不重复。`,
      en: `cities lists those that share the code, in the order of their keys: 2 to ${String(mostCities)}, each once.`,
    });
  return { line: fields.line, area: { areaCode, cities } };
}
