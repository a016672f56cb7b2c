// How deep a YAML text is nested, before a parser takes it: what would take the process with it is a finding like any other.
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { tooDeepAt } from '../../src/contact/yaml-depth.js';
import { readYaml } from '../../src/contact/yaml-source.js';

t.test('texts that no parser may take are told by their line', async (t) => {
  const block = (levels: number) =>
    Array.from({ length: levels }, (_, at) => `${' '.repeat(at)}a:`).join('\n');
  for (const [text, line] of [
    ['['.repeat(50_000), 1],
    [`a: 1\nb: ${'{ a: '.repeat(101)}`, 2],
    [Array.from({ length: 101 }, () => '- [').join('\n'), 101],
    [`a:\n  ${'- '.repeat(5_000)}x`, 2],
    ['? '.repeat(5_000), 1],
    [block(250), 202],
  ] as const) {
    t.equal(tooDeepAt(text), line, text.slice(0, 20));
    const { value, findings } = readYaml('flows/x.yaml', text);
    t.match([value, findings], [undefined, [{ file: 'flows/x.yaml', line, code: 'notYaml' }]]);
  }
  for (const text of [
    '['.repeat(100),
    '[]'.repeat(5_000),
    block(200),
    `a: ${'-'.repeat(300)}`,
    '# ] } '.repeat(300),
  ])
    t.equal(tooDeepAt(text), undefined, text.slice(0, 20));
});

t.test('what people get wrong in a file is told in Chinese, too, with its line', async (t) => {
  for (const [text, line, zh] of [
    ["- number: '1'\n   name: x\n  flow: y\n", 2, /缩进不对/],
    ["- number: '1'\n  name x\n  flow: y\n", 2, /缺少冒号/],
    ['a: 1\n\tb: 2\n', 2, /./],
    ['a: 1\na: 2\n', 2, /同一项写了两次/],
    ['a: b: c\n', 1, /两个冒号/],
    ['a: @x\n', 1, /请加引号/],
    ['a: [1, 2\nb: 3\n', 2, /括号/],
  ] as const) {
    const [finding] = readYaml('numbers.yaml', text).findings;
    t.equal(finding?.line, line, text);
    t.match(finding?.zh, zh, text);
    t.notMatch(finding?.zh.replace('YAML', ''), /[A-Za-z]{3,}/, text);
    t.notMatch(finding?.en, /line \d/, text);
  }
});

t.test('no shipped file comes near', async (t) => {
  const folder = new URL('../../ivr-flows/', import.meta.url);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => one.endsWith('.yaml')))
    t.equal(tooDeepAt(readFileSync(new URL(name, folder), 'utf8')), undefined, name);
});
