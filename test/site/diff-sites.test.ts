import path from 'node:path';
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { diffSites, type SiteVersion } from '../../src/site/diff-sites.js';
import { applyDraft } from '../../src/site/draft.js';
import { readSiteTexts } from '../../src/site/read-files.js';
import { formKinds } from '../../src/web/forms/form-kinds.js';
import { errorsIn } from './small-site.js';

const shipped = await readSiteFiles(path.resolve(import.meta.dirname, '../../ivr-flows'));
const versionOf = (files: ReadonlyMap<string, string>): SiteVersion => ({
  files,
  read: readSiteTexts(files, undefined),
});

type Edit = readonly [file: string, from: string, to: string];

const inForce = versionOf(shipped);

/** The shipped files with pieces of text replaced; each must be there. */
function edited(...edits: readonly Edit[]) {
  const files = new Map(shipped);
  for (const [file, from, to] of edits) {
    const text = files.get(file) ?? '';
    if (!text.includes(from)) throw new Error(`${file}: ${from}`);
    files.set(
      file,
      text.replace(from, () => to),
    );
  }
  return files;
}

const lineOf = (files: ReadonlyMap<string, string>, file: string, text: string): string =>
  String((files.get(file) ?? '').split(text)[0]?.split('\n').length ?? 0);

/** `file:@text@ words` with the line on which that text stands. */
function withLines(files: ReadonlyMap<string, string>, told: string): string {
  const [file = ''] = told.split(':');
  return told.replace(/@([^@]+)@/, (_, text: string) => lineOf(files, file, text));
}

/** `file:line zh` of every change. */
function changes(
  after: ReadonlyMap<string, string>,
  before?: ReadonlyMap<string, string>,
): readonly string[] {
  return diffSites(before === undefined ? inForce : versionOf(before), versionOf(after)).map(
    ({ file, line, zh }) => `${file}:${String(line)} ${zh}`,
  );
}

t.test('nothing changes between equal versions, nor by comments and blanks', async (t) => {
  t.same(changes(shipped), []);
  t.same(changes(edited(['queues.yaml', '- id: enterprise', '\n# 注\n- id: enterprise'])), []);
});

t.test('every change is told with the line of its place', async (t) => {
  const menu = 'flows/12345-menu.yaml';
  const cases: readonly (readonly [edits: readonly Edit[], told: readonly string[]])[] = [
    [
      [['queues.yaml', 'timeout: 10m', 'timeout: 5m']],
      ['queues.yaml:@timeout: 5m@ 队列 general 的 最长等候(timeout) 由「10m」改为「5m」。'],
    ],
    [
      [['queues.yaml', '  recorded: true\n', '']],
      ['queues.yaml:@- id: general@ 队列 general 的 录音(recorded) 不再写明,原为「true」。'],
    ],
    [
      [['policies.yaml', 'menu: false', 'menu: true']],
      ['policies.yaml:@menu: true@ 策略 menu 由「false」改为「true」。'],
    ],
    [
      [['policies.yaml', 'ring: 8s', 'ring: 12s']],
      ['policies.yaml:@ring: 12s@ 策略 contact 的 ring 由「8s」改为「12s」。'],
    ],
    [
      [['lexicon.yaml', 'chong2 xin1', 'zhong4 xin1']],
      ['lexicon.yaml:@zhong4 xin1@ 读音 重新 由「chong2 xin1」改为「zhong4 xin1」。'],
    ],
    [
      [['trunks.yaml', 'maxLines: 120', 'maxLines: 30']],
      ['trunks.yaml:@maxLines: 30@ 中继 trunks carrier 的 maxLines 由「120」改为「30」。'],
    ],
    [
      [['prompts/1-entry.yaml', 'text: 正在为您接通人工，请稍候。', 'text: 正在为您接通，请稍候。']],
      [
        'prompts/1-entry.yaml:@text: 正在为您接通@ 提示音 menu.noinput 由「正在为您接通人工，请稍候。」改为「正在为您接通，请稍候。」,将重新合成。',
      ],
    ],
    [[['prompts/1-entry.yaml', 'when: 任何菜单内 4 秒未按键', 'when: 不按键']], []],
    [
      [[menu, "'2': business", "'2': line"]],
      [`${menu}:@top:\n@ 节点 top 的去向由 「按 2」→ business 改为 「按 2」→ line。`],
    ],
    [
      [[menu, "'2': business,", "'2': business, '5': line,"]],
      [`${menu}:@top:\n@ 节点 top 新增去向:「按 5」→ line。`],
    ],
    [
      [[menu, "{ '1': progress, '2': business,", "{ '2': business,"]],
      [`${menu}:@top:\n@ 节点 top 不再有去向:「按 1」→ progress。`],
    ],
    [
      [[menu, 'timeout: 4s', 'timeout: 6s']],
      [`${menu}:@top:\n@ 节点 top 的等按键的时间由「4s」改为「6s」。`],
    ],
    [
      [[menu, 'remember: dialect', 'remember: foreign']],
      [`${menu}:@dialectKey:\n@ 节点 dialectKey 的记住的意愿由「dialect」改为「foreign」。`],
    ],
    [[[menu, 'start: who', 'start: line']], [`${menu}:1 流程起点由 who 改为 line。`]],
    [
      [[menu, 'staffed: false, next: line', 'waitingAtLeast: 9, next: line']],
      [
        `${menu}:@business:\n@ 节点 business 的去向由 「enterprise 无人签入」→ line 改为 「enterprise 等候至少 9 人」→ line。`,
      ],
    ],
    [
      [
        [menu, "'2': business", "'2': desk"],
        [menu, '  business:\n', '  desk:\n'],
      ],
      [
        `${menu}:@desk:\n@ 删除了节点 business(原文件此行)。`,
        `${menu}:@top:\n@ 节点 top 的去向由 「按 2」→ business 改为 「按 2」→ desk。`,
        `${menu}:@desk:\n@ 新增节点 desk。`,
      ],
    ],
  ];
  for (const [edits, told] of cases) {
    const after = edited(...edits);
    t.same(
      changes(after),
      told.map((text) => withLines(after, text)),
      JSON.stringify(edits),
    );
  }
});

t.test('rows, prompts and whole flows that are new or gone', async (t) => {
  const more = new Map([
    ...edited(['skills.yaml', '- ', '- { id: golf, name: 高尔夫 }\n- ']),
    ['prompts/9-more.yaml', 'prompts:\n  - { id: more, text: 您好。, when: 测试 }\n'] as const,
    ['flows/second.yaml', shipped.get('flows/12345.yaml') ?? ''] as const,
  ]);
  t.same(errorsIn(more), []);
  const line = lineOf(more, 'skills.yaml', '- { id: golf');
  t.match(changes(more), [
    `skills.yaml:${line} 新增技能 golf。`,
    /^prompts\/9-more\.yaml:2 新增提示音 more:文字 /,
    'flows/second.yaml:1 新增此流程。',
  ]);
  t.same(changes(shipped, more), [
    `skills.yaml:${line} 删除了技能 golf(原文件此行)。`,
    'prompts/9-more.yaml:2 删除了提示音 more(原文件此行)。',
    'flows/second.yaml:1 删除了此流程。',
  ]);
});

t.test('a prompt that moves to another file is no change', async (t) => {
  const row = '  - { id: hold.on, text: 您好。, when: 测试 }\n';
  const at = (file: string): ReadonlyMap<string, string> =>
    new Map([...shipped, [`prompts/${file}.yaml`, `prompts:\n${row}`]]);
  t.same(changes(at('8-there'), at('7-here')), []);
});

t.test('both languages', async (t) => {
  const [change] = diffSites(inForce, versionOf(edited(['queues.yaml', 'timeout: 10m', 'timeout: 5m'])));
  t.equal(change?.en, 'The queue general: longest wait was 10m, is 5m.');
});

t.test('whoever reviews in Chinese reads no name of a field in the file', async (t) => {
  const asText = Object.fromEntries(formKinds.numbers.fields.map(({ key }) => [key, '值']));
  const fields = {
    ...asText,
    ...{ id: '12399', number: '12399', pattern: 'whole', whisper: false, states: [{ state: 'dual' }] },
  };
  const change = { is: 'row', table: 'numbers', id: '12399', before: null, fields } as const;
  const [told = '', ...rest] = changes(applyDraft(shipped, [change]).files);
  t.same(rest, []);
  t.match(told, /新增号码 12399:.*总是先播短名 否.*各时期 双号并行期/);
  t.notMatch(told.replace(/^\S+ /, ''), /[A-Za-z_]{2,}/);
});
