// @ts-check
// npm run flows -- publish | undo | versions: changes what is in force from the host's terminal, under the rules of the pages.

import { userInfo } from 'node:os';
import path from 'node:path';
import { loadCore } from '../prompts/core.mjs';
import { layoutOf } from '../run/layout.mjs';
import { UsageError } from './command.mjs';
import { printFindings } from './site.mjs';

/** @typedef {import('../../src/adapters/files/publish-draft.js').VersionedFolder} VersionedFolder */
/** @typedef {import('../../src/site/draft.js').DraftChange} DraftChange */

const reasonWords = [
  '请用 --reason 写明理由(2 至 100 个字)。',
  'Give the reason: --reason, 2 to 100 characters.',
];

/** @type {import('./command.mjs').Command} */
export const publishCommand = {
  usage: `publish --dir DIR --reason WHY [--emergency]
    提交目录 DIR 中的改动,由另一位在页面上复核发布;--emergency 立即单独发布,事后补审 hand in what DIR changes, for another person to publish on the page; --emergency: at once and alone, to be reviewed`,
  args: [0, 0],
  options: ['reason'],
  flags: ['emergency'],
  run: async (dir, { values }) => {
    const folder = await folderOf();
    if (path.resolve(dir) === path.resolve(folder.dir))
      throw new UsageError(
        '这就是正在使用的目录:直接改的文件,检查后重新载入即启用。要复核发布,请改另一份,用 --dir 指明。',
        'This is the folder in use: files changed in it come into force by a reload. To publish, change a copy and name it: --dir.',
      );
    const { readSiteFiles } = await loadCore('adapters/files/site-files');
    const { governedTexts } = await loadCore('site/draft');
    return handIn(folder, governedTexts(await readSiteFiles(dir)), null, values);
  },
};

/** @type {import('./command.mjs').Command} */
export const undoCommand = {
  usage: `undo VERSION --reason WHY [--emergency]
    恢复到第 VERSION 版,同样须复核 bring a version back, by the same rules`,
  args: [1, 1],
  options: ['reason'],
  flags: ['emergency'],
  run: async (_dir, { args: [version = ''], values }) => {
    const folder = await folderOf();
    const texts = /^\d{1,6}$/.test(version) ? await folder.store.texts(Number(version)) : undefined;
    if (texts === undefined)
      throw new UsageError(
        `没有第 ${version} 版,用 versions 查看。`,
        `There is no version ${version}: look at versions.`,
      );
    return handIn(folder, texts, Number(version), values);
  },
};

/** @type {import('./command.mjs').Command} */
export const versionsCommand = {
  usage: `versions
    历次发布:编号、时间、何人、为何;待补审的注明 what was published when, by whom and why; what is to be reviewed`,
  args: [0, 0],
  options: [],
  run: async () => {
    const folder = await folderOf();
    const { settle } = await loadCore('adapters/files/publish-draft');
    const { formatCivilTime } = await loadCore('contact/civil-time');
    const { awaitingReview } = await loadCore('site/publishing');
    for (const version of await settle(folder)) {
      const { number, atMs, how, author, publisher, reason, undoOf, hash } = version;
      const who = how === 'found' ? '文件手工修改 changed by hand' : `${author} → ${publisher}`;
      const what = undoOf === null ? '' : ` 恢复第 ${undoOf} 版 undo to ${undoOf}`;
      const due = awaitingReview([version]).length > 0 ? ' ⚠ 待补审 to be reviewed' : '';
      console.log(`${number}  ${formatCivilTime(atMs)}  ${hash}  ${who}  ${reason}${what}${due}`);
    }
    return 0;
  },
};

/** @returns {Promise<VersionedFolder>} */
async function folderOf() {
  const layout = layoutOf(process.env);
  const { createVersionStore } = await loadCore('adapters/files/version-store');
  const { siteVersions: versionsDir, siteDrafts: draftsDir } = layout;
  return {
    dir: layout.flows,
    store: createVersionStore({ versionsDir, draftsDir }),
    lockFile: path.join(versionsDir, 'lock'),
    nowMs: () => Date.now(),
  };
}

/**
 * @param {VersionedFolder} folder
 * @param {ReadonlyMap<string, string>} wanted
 * @param {number | null} undoOf
 * @param {import('./command.mjs').Asked['values']} values
 */
async function handIn(folder, wanted, undoOf, { reason = '', emergency }) {
  if ([...reason.trim()].length < 2 || [...reason].length > 100)
    throw new UsageError(reasonWords[0] ?? '', reasonWords[1] ?? '');
  const { readSiteFiles } = await loadCore('adapters/files/site-files');
  const { settle } = await loadCore('adapters/files/publish-draft');
  const { judgeDraft } = await loadCore('site/judge-draft');
  await settle(folder);
  const files = await readSiteFiles(folder.dir);
  const changes = await changesTo(files, wanted);
  const judged = judgeDraft({ files, changes, options: { nowMs: folder.nowMs() } });
  for (const { file, line, zh, en } of judged.differences) console.log(`${file}:${line} ${zh}\n    ${en}`);
  await printFindings(judged.findings);
  if (judged.findings.some(({ level }) => level === 'error')) return 1;
  if (changes.length === 0) {
    console.log('没有改动。 Nothing would change.');
    return 1;
  }
  const author = `os:${userInfo().username}`;
  const act = { author, reason: reason.trim(), undoOf };
  return emergency === undefined
    ? leave(folder, { ...act, changes })
    : publishAlone(folder, { ...act, by: author, emergency: true, judged, files });
}

/** Waits for another person. @param {VersionedFolder} folder @param {Pick<import('../../src/site/draft.js').Draft, 'author' | 'reason' | 'undoOf' | 'changes'>} draft */
async function leave(folder, draft) {
  const nowMs = folder.nowMs();
  await folder.store.putDraft({ ...draft, createdAtMs: nowMs, changedAtMs: nowMs });
  console.log(
    `已提交(${draft.author})。请热线管理员在页面 /publish 复核发布;再次提交将替换这一份。\nHanded in: a hotline administrator publishes it on the page /publish; handing in again replaces it.`,
  );
  return 0;
}

/** @param {VersionedFolder} folder @param {import('../../src/adapters/files/publish-draft.js').Publication} publication */
async function publishAlone(folder, publication) {
  const { publishDraft } = await loadCore('adapters/files/publish-draft');
  const { number, hash } = await publishDraft(folder, publication);
  console.log(
    `已发布第 ${number} 版(${hash}),运行中的服务数秒内启用;请另一位管理员在页面 /publish 补审。\nPublished as version ${number}; a running service takes it within seconds. Another administrator has to review it on the page /publish.`,
  );
  return 0;
}

/**
 * @param {ReadonlyMap<string, string>} files
 * @param {ReadonlyMap<string, string>} wanted
 * @returns {Promise<DraftChange[]>}
 */
async function changesTo(files, wanted) {
  const { governedTexts, textChanges } = await loadCore('site/draft');
  return [...textChanges(governedTexts(files), wanted)];
}
