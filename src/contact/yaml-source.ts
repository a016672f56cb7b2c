// Reads a YAML file that people edit, and remembers on which line each value stands.
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, ErrorCode } from 'yaml';
import type { Finding } from './finding.js';
import { tooDeepAt } from './yaml-depth.js';

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
  const deepLine = tooDeepAt(text);
  if (deepLine !== undefined) return unread(file, deepLine);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'error' });
  const lineAt = (path: YamlPath): number => lines.linePos(offsetOf(document, path)).line;
  const findings = document.errors.map((error): Finding => {
    const [told = error.code] = error.message.split('\n');
    const what = told.replace(/ at line \d+, column \d+:?$/, '');
    return {
      level: 'error',
      file,
      line: lines.linePos(error.pos[0]).line,
      code: 'notYaml',
      zh: `不是正确的 YAML:${faultsInChinese[error.code] ?? what}。请检查缩进、引号和重复的键。`,
      en: `Not valid YAML: ${what}. Check indentation, quotes and repeated keys.`,
    };
  });
  return findings.length > 0
    ? { file, value: undefined, findings, lineAt }
    : { file, ...plainValue(document, file), lineAt };
}

/** What people get wrong most often; anything else is told as the reader of YAML has it. */
const faultsInChinese: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_DQ_ESCAPE: '双引号里的反斜杠写法不对',
  BAD_INDENT: '缩进不对,或括号没有成对',
  BAD_SCALAR_START: '值不能以这个字符开头,请加引号',
  BLOCK_AS_IMPLICIT_KEY: '一行里有两个冒号(值请加引号),或下一行缩进过多',
  BLOCK_IN_FLOW: '括号里不能换成多行写法',
  DUPLICATE_KEY: '同一项写了两次',
  MISSING_CHAR: '缺少横线、冒号、引号或括号之一,或缩进与上下行不一致',
  MULTILINE_IMPLICIT_KEY: '缺少冒号,或冒号后缺少空格',
  TAB_AS_INDENT: '缩进用了制表符,请改用空格',
  UNEXPECTED_TOKEN: '这里多了字符,或上一行没有写完',
};

function unread(file: string, line: number): YamlSource {
  const zh = '嵌套层数过多,请检查括号和缩进。';
  const en = 'Nested too deeply: check brackets and indentation.';
  const finding = { level: 'error', file, line, code: 'notYaml', zh, en } as const;
  return { file, value: undefined, findings: [finding], lineAt: () => line };
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
