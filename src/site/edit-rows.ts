// Changes rows of a site's YAML file in its text: every row that is not meant stays as it is, byte for byte.
import { Document, isMap, isScalar, isSeq, parseDocument, visit, YAMLSeq } from 'yaml';
import type { Node, ParsedNode, YAMLMap } from 'yaml';
import type { YamlPath } from '../contact/yaml-source.js';
import { isMapping } from './file-entries.js';

/** Where a file keeps its rows, and which field names a row. */
export interface RowPlace {
  /** From the top of the file to the list; `[]` = the file is the list. */
  readonly path: YamlPath;
  readonly key: string;
  /** Names a row that has no such key, as `number` does in the ledger. */
  readonly otherwise?: string;
  /** A new row is written under each other, an empty line before it, instead of in braces. */
  readonly spaced?: boolean;
}

/** What a field may hold. */
export type RowValue =
  string | number | boolean | readonly RowValue[] | { readonly [key: string]: RowValue | undefined };

/** Fields of a row. Those that are undefined are taken out, those not named stay. */
export type RowFields = Readonly<Record<string, RowValue | undefined>>;

/** One row to be changed or added; `fields: null` takes it out. */
export interface RowEdit {
  readonly id: string;
  readonly fields: RowFields | null;
}

/**
 * `notYaml`: the text cannot be read; `byHand`: it is written in a way (anchors, a list in brackets) that is not changed
 * here; `unknownRow`: there is no such row to take out.
 */
export type EditedText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'notYaml' | 'byHand' | 'unknownRow'; readonly offset: number };

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

type Refused = Extract<EditedText, { readonly ok: false }>;
type ParsedText = ReturnType<typeof parseDocument>;

/** Long rows stay one line: a folded text would be hard to read again. */
const rendering = { lineWidth: 0, singleQuote: true, flowCollectionPadding: true } as const;

/**
 * Changes, adds and takes out rows. A changed row keeps its own comments, order and quotes; new ones go to the end. Of
 * several edits of one row the last counts.
 */
export function editRows(text: string, place: RowPlace, edits: readonly RowEdit[]): EditedText {
  const document = parseDocument(text, { keepSourceTokens: true, uniqueKeys: true, logLevel: 'error' });
  const [fault] = document.errors;
  if (fault !== undefined) return refused('notYaml', fault.pos[0]);
  const list = place.path.length === 0 ? document.contents : document.getIn(place.path, true);
  const rows = rowsOf(list, place);
  if (rows === undefined) return refused('byHand', 0);

  const splices: Splice[] = [];
  const added: string[] = [];
  for (const [id, fields] of new Map(edits.map((edit) => [edit.id, edit.fields]))) {
    const row = rows.get(id);
    if (row === undefined) {
      if (fields === null) return refused('unknownRow', 0);
      added.push(renderNew(fields, place));
      continue;
    }
    const splice = fields === null ? takeOut(text, row) : change(text, document, row, fields);
    if ('ok' in splice) return splice;
    splices.push(splice);
  }
  if (added.length > 0) splices.push(appendix(text, list, place, added));
  return { ok: true, text: spliced(text, splices) };
}

const refused = (reason: Refused['reason'], offset: number): Refused => ({ ok: false, reason, offset });

interface Row {
  readonly node: YAMLMap.Parsed;
  /** Of the row's dash. */
  readonly dashAt: number;
}

/** The list's rows by name; undefined where the list is not one of dashes. */
function rowsOf(list: unknown, { key, otherwise }: RowPlace): ReadonlyMap<string, Row> | undefined {
  if (list === null || list === undefined || (isScalar(list) && list.value === null)) return new Map();
  if (!isSeq<ParsedNode>(list)) return undefined;
  if (list.items.length === 0) return new Map();
  const source = list.srcToken;
  if (source?.type !== 'block-seq') return undefined;
  const rows = new Map<string, Row>();
  for (const [index, node] of list.items.entries()) {
    const dash = source.items[index]?.start.find(({ type }) => type === 'seq-item-ind');
    if (!isMap(node) || dash === undefined) continue;
    const id: unknown = node.get(key) ?? (otherwise === undefined ? undefined : node.get(otherwise));
    rows.set(String(id), { node: node as YAMLMap.Parsed, dashAt: dash.offset });
  }
  return rows;
}

function change(
  text: string,
  document: ParsedText,
  { node, dashAt }: Row,
  fields: RowFields,
): Splice | Refused {
  const [from, to] = node.range;
  // A comment, a tag or an anchor between dash and row would move.
  if (!/^- *$/.test(text.slice(dashAt, from)) || hasAlias(node)) return refused('byHand', from);
  const isChanged = layIn(node, fields, document);
  if (!isChanged) return { from, to: from, text: '' };
  // Comments around the row stand outside it, and stay there.
  Object.assign(node, { commentBefore: undefined, comment: undefined, spaceBefore: undefined });
  const rendered = render(node, columnOf(text, dashAt));
  return { from: dashAt, to, text: text[to - 1] === '\n' ? `${rendered}\n` : rendered };
}

/** Lays values into a mapping where they differ, into mappings below it too: what is the same keeps its form and its comments. */
function layIn(map: YAMLMap, fields: RowFields, document: ParsedText): boolean {
  let isChanged = false;
  for (const [key, value] of Object.entries(fields)) {
    const pair = map.items.find((one) => isScalar(one.key) && String(one.key.value) === key);
    const present = pair?.value;
    if (value === undefined) {
      if (pair !== undefined) map.items.splice(map.items.indexOf(pair), 1);
      isChanged ||= pair !== undefined;
    } else if (!isSame(present, value, document)) {
      if (isMapping(value) && isMap(present))
        isChanged = layIn(present, whole(present, value as RowFields), document) || isChanged;
      else {
        const isText = isPlain(value) && isScalar(present);
        const made = isText ? value : commentedAs(present, styled(document, value));
        map.set((pair === undefined ? styled(document, key) : pair.key) as never, made as never);
        isChanged = true;
      }
    }
  }
  return isChanged;
}

/** A mapping's value says all of it: what stands there besides is taken out. */
function whole(present: YAMLMap, value: RowFields): RowFields {
  const gone = present.items.flatMap(({ key }) =>
    isScalar(key) ? [[String(key.value), undefined] as const] : [],
  );
  return { ...Object.fromEntries(gone), ...value };
}

/** What was said beside the former value stays beside the new one. */
function commentedAs(present: unknown, made: Node): Node {
  const { comment, commentBefore } = (present ?? {}) as Partial<Pick<Node, 'comment' | 'commentBefore'>>;
  return Object.assign(made, { comment, commentBefore });
}

function hasAlias(node: Node): boolean {
  let found = false;
  visit(node, {
    Alias: () => void (found = true),
    Node: (_key, { anchor }: { anchor?: string }) => void (found ||= anchor !== undefined),
  });
  return found;
}

const isPlain = (value: RowValue): value is string | number | boolean => typeof value !== 'object';

function isSame(present: unknown, value: RowValue, document: ParsedText): boolean {
  if (present === undefined || present === null) return false;
  const now: unknown = (present as Node).toJS(document);
  return JSON.stringify(now) === JSON.stringify(value);
}

/** Lists of words in brackets, lists of rows under dashes with each row in braces; what begins with a figure is quoted. */
function styled(document: Pick<ParsedText, 'createNode'>, value: RowValue): Node {
  const isTable = Array.isArray(value) && value.some((item) => typeof item === 'object');
  const made = isTable ? new YAMLSeq() : (document.createNode(value, { flow: true }) as Node);
  if (isTable && isSeq(made))
    for (const item of value) made.items.push(document.createNode(item, { flow: true }));
  visit(made, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === 'string' && /^\d/.test(scalar.value)) scalar.type = 'QUOTE_SINGLE';
    },
  });
  return made;
}

function renderNew(fields: RowFields, { path, spaced = false }: RowPlace): string {
  const isFlow = path.length === 0 && !spaced;
  const document = new Document();
  const given = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value }],
  );
  // A row with tables in it is written under each other, any other in braces.
  const row = document.createNode({}, { flow: isFlow }) as YAMLMap;
  row.flow = isFlow;
  for (const { key, value } of given) row.set(document.createNode(key), styled(document, value));
  return render(row, 2 * path.length);
}

/** A row with its dash, without the end of the last line, at this column. */
function render(row: unknown, column: number): string {
  const document = new Document();
  const list = new YAMLSeq();
  list.items.push(row);
  document.contents = list as never;
  const lines = withoutPadding(document.toString(rendering)).trimEnd().split('\n');
  return lines.map((line, at) => (at === 0 || line === '' ? line : ' '.repeat(column) + line)).join('\n');
}

/** `[a, b]` beside `{ a: b }`, as the files have it. */
function withoutPadding(text: string): string {
  const splices: Splice[] = [];
  visit(parseDocument(text), {
    Seq(_key, node) {
      if (!node.flow || !node.range || node.items.length === 0) return;
      const [from, to] = node.range;
      if (/^\[ \S/.test(text.slice(from, from + 3))) splices.push({ from: from + 1, to: from + 2, text: '' });
      if (/\S \]$/.test(text.slice(to - 3, to))) splices.push({ from: to - 2, to: to - 1, text: '' });
    },
  });
  return spliced(text, splices);
}

function takeOut(text: string, { node, dashAt }: Row): Splice | Refused {
  const from = dashAt - columnOf(text, dashAt);
  if (text.slice(from, dashAt).trim() !== '') return refused('byHand', dashAt);
  const end = node.range[1];
  if (text[end - 1] === '\n') return { from, to: end, text: '' };
  const lineEnd = text.indexOf('\n', end);
  return { from, to: lineEnd === -1 ? text.length : lineEnd + 1, text: '' };
}

function appendix(
  text: string,
  list: unknown,
  { path, spaced = false }: RowPlace,
  added: readonly string[],
): Splice {
  const pad = ' '.repeat(2 * path.length);
  const gap = spaced ? '\n' : '';
  const lines = added.map((row) => `${pad}${row}\n`).join('');
  if (isSeq<ParsedNode>(list) && list.items.length > 0) {
    const ownPad = columnOfList(text, list);
    const rows = added.map((row) => `${gap}${reindented(`${pad}${row}`, pad.length, ownPad)}\n`).join('');
    const end = endOfRows(text, list);
    return { from: end, to: end, text: `${end > 0 && text[end - 1] !== '\n' ? '\n' : ''}${rows}` };
  }
  // `[]`, or nothing yet.
  const range = isSeq(list) ? list.range : undefined;
  if (range) {
    const lead = path.length === 0 ? '' : '\n';
    const from = path.length === 0 ? range[0] : text.slice(0, range[0]).trimEnd().length;
    return { from, to: range[1], text: `${lead}${lines.trimEnd()}` };
  }
  return {
    from: text.length,
    to: text.length,
    text: `${text === '' || text.endsWith('\n') ? '' : '\n'}${lines}`,
  };
}

function columnOfList(text: string, list: YAMLSeq<ParsedNode>): number {
  const source = list.srcToken;
  const first = source?.type === 'block-seq' ? source.items[0]?.start : undefined;
  const dash = first?.find(({ type }) => type === 'seq-item-ind');
  return dash === undefined ? 0 : columnOf(text, dash.offset);
}

function reindented(rows: string, from: number, to: number): string {
  return rows
    .split('\n')
    .map((line) => (line.trim() === '' ? line : ' '.repeat(to) + line.slice(from)))
    .join('\n');
}

/** Behind the last row and whatever stands on its line. */
function endOfRows(text: string, list: YAMLSeq<ParsedNode>): number {
  const end = list.items.at(-1)?.range?.[1] ?? text.length;
  if (text[end - 1] === '\n') return end;
  const lineEnd = text.indexOf('\n', end);
  return lineEnd === -1 ? text.length : lineEnd + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function spliced(text: string, splices: readonly Splice[]): string {
  let result = text;
  for (const { from, to, text: put } of splices.toSorted((a, b) => b.from - a.from || b.to - a.to))
    result = result.slice(0, from) + put + result.slice(to);
  return result;
}
