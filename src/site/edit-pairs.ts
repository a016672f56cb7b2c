// Changes entries of a YAML file that is one mapping of words to texts: every line that is not meant stays as it is.
import { isMap, isScalar, parseDocument } from 'yaml';
import type { EditedText } from './edit-rows.js';

/** One word with what it shall lead to; null takes it out. */
export interface PairEdit {
  readonly id: string;
  readonly value: string | null;
}

/** Changes, adds and takes out entries; new ones go to the end. Values are written plain: words and figures. */
export function editPairs(text: string, edits: readonly PairEdit[]): EditedText {
  const document = parseDocument(text, { uniqueKeys: true, logLevel: 'error' });
  const [fault] = document.errors;
  if (fault !== undefined) return { ok: false, reason: 'notYaml', offset: fault.pos[0] };
  const map: unknown = document.contents;
  if (map !== null && (!isMap(map) || map.flow === true)) return { ok: false, reason: 'byHand', offset: 0 };
  const splices: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  const added: string[] = [];
  for (const { id, value } of new Map(edits.map((edit) => [edit.id, edit])).values()) {
    const pair = map?.items.find(({ key }) => isScalar(key) && String(key.value) === id);
    if (pair === undefined) {
      if (value === null) return { ok: false, reason: 'unknownRow', offset: 0 };
      added.push(`${plain(id)}: ${plain(value)}\n`);
      continue;
    }
    const [key, present] = [pair.key, pair.value];
    if (!isScalar(key) || !isScalar(present) || !key.range || !present.range || present.anchor !== undefined)
      return { ok: false, reason: 'byHand', offset: isScalar(key) ? (key.range?.[0] ?? 0) : 0 };
    if (value === null) splices.push({ ...lineOf(text, key.range[0], present.range[1]), text: '' });
    else if (present.value !== value)
      splices.push({ from: present.range[0], to: present.range[1], text: plain(value) });
  }
  const whole = splices
    .toSorted((a, b) => b.from - a.from)
    .reduce((now, { from, to, text: put }) => now.slice(0, from) + put + now.slice(to), text);
  const joint = whole === '' || whole.endsWith('\n') || added.length === 0 ? '' : '\n';
  return { ok: true, text: whole + joint + added.join('') };
}

/** As it is where YAML takes it for a text, else in quotes. */
const plain = (word: string): string =>
  /^[\p{Script=Han}A-Za-z][\p{Script=Han}A-Za-z0-9 ]*$/u.test(word) ? word : JSON.stringify(word);

/** From the begin of an entry's line to the begin of the next. */
function lineOf(text: string, from: number, to: number): { readonly from: number; readonly to: number } {
  const end = text.indexOf('\n', to);
  return { from: text.lastIndexOf('\n', from - 1) + 1, to: end === -1 ? text.length : end + 1 };
}
