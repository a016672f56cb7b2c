// Holds the documentation to the project: its links lead somewhere, and its lists say what the files say.
import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { ALARMS } from '../../scripts/doctor/alarms.mjs';
import { plainLabel } from '../../src/web/forms/form-words.js';
import { zh } from '../../src/web/words/zh.js';

const project = path.resolve(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(path.join(project, file), 'utf8');

async function filesBelow(folder: string, ending: RegExp): Promise<readonly string[]> {
  const names = await readdir(path.join(project, folder), { recursive: true });
  return names.filter((name) => ending.test(name)).map((name) => path.join(folder, name));
}

const pages = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...(await filesBelow('docs', /\.md$/)),
];

t.test('every link between pages and to files leads somewhere', async (t) => {
  for (const page of pages) {
    const targets = [...(await read(page)).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      ([, target]) => target ?? '',
    );
    for (const target of targets.filter((one) => !/^[a-z]+:/.test(one))) {
      const file = path.join(project, path.dirname(page), target);
      t.ok(
        await access(file).then(
          () => true,
          () => false,
        ),
        `${page}: ${target}`,
      );
    }
  }
});

t.test('every page is reached from the README', async (t) => {
  for (const readme of ['README.md', 'README.zh-CN.md']) {
    const text = await read(readme);
    const left = pages.filter((page) => page.startsWith('docs/') && !text.includes(page));
    t.same(
      left.filter((page) => !page.startsWith('docs/decisions/')),
      [],
      readme,
    );
    t.ok(text.includes('docs/decisions'), readme);
  }
});

t.test(
  'docs/dependencies.md has a row for what is imported, with the version that is installed',
  async (t) => {
    const { dependencies, devDependencies } = JSON.parse(await read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const rows = [...(await read('docs/dependencies.md')).matchAll(/^\| (`[^|]+) \| ([^|]+) \|/gm)];
    const told = new Map(
      rows.flatMap(([, names = '', versions = '']) => {
        const listed = versions.split(',').map((version) => version.trim());
        return [...names.matchAll(/`([^`]+)`/g)].map(
          ([, name], at) => [name ?? '', listed[at] ?? ''] as const,
        );
      }),
    );
    for (const [name, version] of told) t.equal(version, { ...dependencies, ...devDependencies }[name], name);
    const sources = await Promise.all((await filesBelow('src', /\.ts$/)).map(read));
    const imported = sources.flatMap((text) =>
      [...text.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)(?:\/[^']*)?'/g)].map(([, name]) => name ?? ''),
    );
    t.same(
      [...new Set(imported)].filter((name) => !told.has(name)),
      [],
    );
  },
);

const operations = ['docs/operations.md', 'docs/operations.zh-CN.md'];

t.test('both pages on operations and the code name the same settings of the environment', async (t) => {
  const named = (text: string): readonly string[] => text.match(/\bYIHAO_[A-Z_]+[A-Z]\b/g) ?? [];
  const files = ['src/config.ts', ...(await filesBelow('scripts', /\.mjs$/))];
  const settings = new Set((await Promise.all(files.map(read))).flatMap(named));
  for (const page of operations)
    t.same([...new Set(named(await read(page)))].sort(), [...settings].sort(), page);
});

t.test(
  'every alarm of the service has its row in both pages on operations, and is reached in one jump',
  async (t) => {
    const [, union = ''] = /export type AlarmName =([^;]*);/.exec(await read('src/engine/ports.ts')) ?? [];
    const alarms = [...union.matchAll(/'(\w+)'/g)].map(([, name]) => name ?? '');
    t.ok(alarms.length > 5);
    t.same(Object.keys(ALARMS).toSorted(), alarms.toSorted(), 'the doctor knows each');
    for (const page of operations) {
      const text = await read(page);
      const rows = [...text.matchAll(/^\| <a id="(\w+)"><\/a>`(\w+)` [^|]+\|[^|]+\|[^|]+\|.+\|$/gm)];
      t.same(rows.map(([, , name = '']) => name).toSorted(), alarms.toSorted(), page);
      const [head = ''] = text.split('\n## ');
      for (const [, anchor] of rows) t.ok(head.includes(`(#${anchor ?? ''})`), `${page} #${anchor ?? ''}`);
    }
  },
);

t.test('links inside the pages on operations lead to a heading or an anchor', async (t) => {
  for (const page of operations) {
    const text = await read(page);
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );
    const anchors = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, name]) => name ?? '');
    const targets = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target ?? '');
    t.same(
      targets.filter((target) => !headings.includes(target) && !anchors.includes(target)),
      [],
      page,
    );
  }
});

/** Quoted without being a word of the pages: what callers hear, what is typed, and what a release is called. */
const noLabels = [
  '…',
  '错误',
  '其中的文字',
  'words of it',
  'delivered',
  '号码已改',
  '自动',
  '不回拨、不发短信',
];

t.test('what the pages of documentation quote as labels stands on the pages of the product', async (t) => {
  const plain = new Set(Object.values(zh).flatMap((words) => [words, plainLabel(words)]));
  const withSlots = Object.values(zh)
    .filter((words) => /\{\w+\}/.test(words))
    .map((words) => {
      const parts = words.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      return new RegExp(`^${parts.join('.+')}$`);
    });
  const isLabel = (quoted: string) => plain.has(quoted) || withSlots.some((form) => form.test(quoted));
  let found = 0;
  for (const page of pages.filter((name) => name !== 'CHANGELOG.md' && !name.includes('decisions/'))) {
    const prose = (await read(page)).replaceAll(/```[^]*?```/g, '');
    const quoted = [...prose.matchAll(/「([^」\n]{1,60})」/g)].map(([, words = '']) => words);
    found += quoted.length;
    t.same(
      quoted.filter((words) => !noLabels.includes(words) && !isLabel(words)),
      [],
      page,
    );
  }
  t.ok(found > 80, `${String(found)} labels`);
});
