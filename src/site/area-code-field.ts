// Reads the area code that names a row of its file, and that no other row may have.
import type { Fields } from '../contact/fields.js';

/** @param seen lines of the rows before, by their codes; this one's is added */
export function ownAreaCode(fields: Fields, seen: Map<string, number>): string {
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
  return areaCode;
}
