// Reads a table of people as an office sends it: CSV out of WPS or Excel, with commas, semicolons or tabs.
import { parse } from 'csv-parse/sync';
import type { TableFault } from '../../site/import-agents.js';

/** The cells, headings first; or why the bytes are no such table. */
export type ReadTable =
  | { readonly ok: true; readonly table: readonly (readonly string[])[] }
  | { readonly ok: false; readonly fault: TableFault };

/** UTF-8 with or without BOM; anything else, such as GBK, is refused rather than guessed. */
export function readAgentTable(bytes: Uint8Array): ReadTable {
  const text = utf8Of(bytes);
  if (text === undefined)
    return refused(
      '文件不是 UTF-8 编码(可能是 GBK)。请在 WPS 或 Excel 中另存为“CSV UTF-8(逗号分隔)”后再导入。',
      'The file is not UTF-8 (probably GBK): save it as "CSV UTF-8 (comma delimited)" and import that.',
    );
  const head = text.slice(0, text.search(/[\r\n]|$/));
  try {
    const delimiter = head.includes('\t') ? '\t' : !head.includes(',') && head.includes(';') ? ';' : ',';
    const options = { delimiter, relax_column_count: true, skip_empty_lines: false, relax_quotes: true };
    return { ok: true, table: parse(text, options) as unknown as string[][] };
  } catch {
    return refused(
      '文件不是完整的 CSV 表格,请检查引号是否成对。',
      'The file is no whole CSV table: check that quotes come in pairs.',
    );
  }
}

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    // The decoder takes the BOM away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const refused = (zh: string, en: string): ReadTable => ({ ok: false, fault: { zh, en } });
