// Reads a Lua script and its header, which is the script's contract: how many keys it takes is written there alone.
import { readFileSync } from 'node:fs';
import { AppError } from '../../errors.js';

/** A script as its file gives it. */
export interface ScriptFile {
  readonly name: string;
  readonly lua: string;
  /** Keys every call has, and keys each further item adds. */
  readonly keys: { readonly fixed: number; readonly perItem: number };
}

/**
 * Reads `lua/<name>.lua` beside this file: in the source as in the built tree.
 * @throws AppError CONFIG_INVALID when the header names no keys
 */
export function readScript(name: string): ScriptFile {
  const lua = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
  return { name, lua, keys: parseKeys(name, lua) };
}

/** `@keys a, b, then (c, d) per pair` -> two keys and two more a pair. */
function parseKeys(name: string, lua: string): ScriptFile['keys'] {
  const header = /^--\[\[ (?<title>[a-z-]+): .*?@keys +(?<keys>[^@]+)@args .*?@returns .*?\]\]/s.exec(lua);
  if (header?.groups?.['title'] !== name) {
    throw new AppError('CONFIG_INVALID', { script: name, reason: 'no header' });
  }
  const [fixed = '', perItem = ''] = (header.groups['keys'] ?? '').split(/, then \(|\) per /);
  return { fixed: countNames(fixed), perItem: countNames(perItem) };
}

function countNames(list: string): number {
  return list.split(',').filter((name) => name.trim() !== '').length;
}
