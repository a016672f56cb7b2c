// Reads a YAML file that people edit, and remembers on which line each value stands.
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { Finding } from './finding.js';

/** Keys and indexes from the top of the file to a value. */
export type YamlPath = readonly (string | number)[];

/** A file's content as plain data. With findings of level error, `value` is undefined. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** The line of a value or, for a pair, of its key; the nearest line above for a path that is not there. */
  readonly lineAt: (path: YamlPath) => number;
}

/**
 * Parses one file. Never throws: what is wrong becomes findings.
 * @param file as the reader knows it, below `ivr-flows/`
 */
export function readYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'error' });
  const lineAt = (path: YamlPath): number => lines.linePos(offsetOf(document, path)).line;
  const findings = document.errors.map((error): Finding => {
    const what = error.message.split('\n')[0] ?? error.code;
    return {
      level: 'error',
      file,
      line: lines.linePos(error.pos[0]).line,
      code: 'notYaml',
      zh: `不是正确的 YAML:${what}。请检查缩进、引号和重复的键。`,
      en: `Not valid YAML: ${what} Check indentation, quotes and repeated keys.`,
    };
  });
  return findings.length > 0
    ? { file, value: undefined, findings, lineAt }
    : { file, ...plainValue(document, file), lineAt };
}

function plainValue(document: Document.Parsed, file: string): Pick<YamlSource, 'value' | 'findings'> {
  try {
    return { value: document.toJS({ maxAliasCount: 50 }) as unknown, findings: [] };
  } catch {
    const zh = '别名(&、*)过多或循环,请展开书写。';
    const finding = {
      level: 'error',
      file,
      line: 1,
      code: 'notYaml',
      zh,
      en: 'Too many or circular aliases: write the values out.',
    } as const;
    return { value: undefined, findings: [finding] };
  }
}

function offsetOf(document: Document.Parsed, path: YamlPath): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const key = path[depth - 1];
    const parent: unknown = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const node: unknown = isMap(parent)
      ? parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))?.key
      : document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
