// Reads regions.yaml: the area codes that several cities share. A site without the file has none.
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import type { SharedArea } from '../numbers/shared-areas.js';

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
  const areaCode = fields.id('areaCode');
  if (areaCode !== '' && !/^0[1-9]\d{1,2}$/.test(areaCode))
    fields.wrong(['areaCode'], 'badAreaCode', {
      zh: "areaCode 是长途区号,带 0,写在引号里,例如 '0312'。",
      en: "areaCode is an area code with its 0, quoted, such as '0312'.",
    });
  const earlier = seen.get(areaCode);
  if (earlier === undefined) seen.set(areaCode, fields.line);
  else
    fields.wrong(['areaCode'], 'duplicate', {
      zh: `区号 ${areaCode} 与第 ${String(earlier)} 行重复。请删除其一。`,
      en: `${areaCode} repeats line ${String(earlier)}: delete one.`,
    });
  const cities = fields.ids('cities');
  if (cities.length < 2 || cities.length > mostCities || new Set(cities).size < cities.length)
    fields.wrong(['cities'], 'badCities', {
      zh: `cities 按按键顺序列出共用此区号的城市,2 至 ${String(mostCities)} 个,不重复。`,
      en: `cities lists those that share the code, in the order of their keys: 2 to ${String(mostCities)}, each once.`,
    });
  return { line: fields.line, area: { areaCode, cities } };
}
