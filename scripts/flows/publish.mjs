// @ts-check
// npm run flows -- publish | undo | versions: changes what is in force from the host's terminal, under the rules of the pages; a folder not in use has a history of what was handed in from it.

import { userInfo } from 'node:os';
import path from 'node:path';
import { loadCore } from '../prompts/core.mjs';
import { layoutOf } from '../run/layout.mjs';
import { UsageError } from './command.mjs';
import { numbersIn, printChanges, printFindings } from './site.mjs';

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
    const folder = await folderInUse();
    if (isSame(dir, folder.dir))
      throw new UsageError(
        '这就是正在使用的目录:直接改的文件,检查后重新载入即启用。要复核发布,请改另一份,用 --dir 指明。',
        'This is the folder in use: files changed in it come into force by a reload. To publish, change a copy and name it: --dir.',
      );
    const { readSiteFiles } = await loadCore('adapters/files/site-files');
    const { governedTexts } = await loadCore('site/draft');
    const texts = governedTexts(await readSiteFiles(dir));
    const code = await handIn(folder, texts, null, values);
    if (code === 0) await noteHandedIn(dir, texts, values);
    return code;
  },
};

/** @type {import('./command.mjs').Command} */
export const undoCommand = {
  usage: `undo VERSION --reason WHY [--emergency]
    恢复到第 VERSION 版,同样须复核;不在使用中的目录立即恢复 bring a version back, by the same rules; at once in a folder not in use`,
  args: [1, 1],
  options: ['reason'],
  flags: ['emergency'],
  run: async (dir, { args: [version = ''], values }) => {
    const folder = await folderOf(dir);
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
    历次发布:编号、时间、何人、为何;待补审的注明;不在使用中的目录,列出历次提交 what was published when, by whom and why; what is to be reviewed; of a folder not in use, what was handed in from it`,
  args: [0, 0],
  options: [],
  run: async (dir) => {
    const folder = await folderOf(dir);
    const { settle } = await loadCore('adapters/files/publish-draft');
    const { formatCivilTime } = await loadCore('contact/civil-time');
    const { awaitingReview } = await loadCore('site/publishing');
    for (const version of folder.inUse ? await settle(folder) : await folder.store.history()) {
      const { number, atMs, how, author, publisher, reason, undoOf, hash } = version;
      const who = how === 'found' ? '文件手工修改 changed by hand' : `${author} → ${publisher}`;
      const what = undoOf === null ? '' : ` 恢复第 ${undoOf} 版 undo to ${undoOf}`;
      const isDue = folder.inUse && awaitingReview([version]).length > 0;
      const due = isDue ? ' ⚠ 待补审 to be reviewed' : '';
      console.log(`${number}  ${formatCivilTime(atMs)}  ${hash}  ${who}  ${reason}${what}${due}`);
    }
    return 0;
  },
};

/** @typedef {VersionedFolder & { readonly inUse: boolean }} Folder */

/** @param {string} one @param {string} other */
const isSame = (one, other) => path.resolve(one) === path.resolve(other);

/**
 * The folder in use with its versions: the one that the service of this YIHAO_HOME noted, as the demo's is its own copy.
 * @returns {Promise<Folder>}
 */
async function folderInUse() {
  const layout = layoutOf(process.env);
  const { createVersionStore } = await loadCore('adapters/files/version-store');
  const { siteVersions: versionsDir, siteDrafts: draftsDir } = layout;
  const store = createVersionStore({ versionsDir, draftsDir });
  const dir = (await store.folder()) ?? layout.flows;
  if (process.env['YIHAO_FLOWS'] && !isSame(layout.flows, dir))
    throw new UsageError(
      `版本只属于正在使用的目录 ${dir}。请去掉 YIHAO_FLOWS,或用 YIHAO_HOME 指明另一套。`,
      `Versions are those of the folder in use, ${dir}: leave out YIHAO_FLOWS, or name another site by YIHAO_HOME.`,
    );
  return { ...versioned(dir, store, versionsDir), inUse: true };
}

/**
 * The folder that was named, or without a name the one in use. Another one has the history of what was handed in from it.
 * @param {string} dir
 * @returns {Promise<Folder>}
 */
async function folderOf(dir) {
  const inUse = await folderInUse();
  if (isSame(dir, inUse.dir) || isSame(dir, layoutOf(process.env).flows)) return inUse;
  const { usedBy } = await loadCore('adapters/files/version-store');
  const other = await usedBy(dir);
  if (other !== undefined)
    throw new UsageError(
      `${dir} 正由另一套使用,不能从这里改动。请用 YIHAO_HOME=${path.dirname(other)} 执行。`,
      `${dir} is in use by another site and is not changed from here: run this with YIHAO_HOME=${path.dirname(other)}.`,
    );
  const own = await ownFolder(dir);
  if ((await own.store.history()).length === 0)
    throw new UsageError(
      `${dir} 不是正在使用的目录 ${inUse.dir},也还没有版本:publish --dir 提交时记下。`,
      `${dir} is not the folder in use, ${inUse.dir}, and has no versions yet: publish --dir notes one.`,
    );
  return own;
}

/**
 * A folder not in use, with the versions that lie in it.
 * @param {string} dir
 * @returns {Promise<Folder>}
 */
async function ownFolder(dir) {
  const { createVersionStore } = await loadCore('adapters/files/version-store');
  const versionsDir = path.join(dir, '.versions');
  const store = createVersionStore({ versionsDir, draftsDir: path.join(versionsDir, 'drafts') });
  return { ...versioned(dir, store, versionsDir), inUse: false };
}

/**
 * @param {string} dir
 * @param {VersionedFolder['store']} store
 * @param {string} versionsDir
 * @returns {VersionedFolder}
 */
function versioned(dir, store, versionsDir) {
  return { dir, store, lockFile: path.join(versionsDir, 'lock'), nowMs: () => Date.now() };
}

/**
 * Notes in the folder itself what was handed in from it; one that another site uses has its versions there.
 * @param {string} dir
 * @param {ReadonlyMap<string, string>} texts
 * @param {import('./command.mjs').Asked['values']} values
 */
async function noteHandedIn(dir, texts, { reason = '' }) {
  const { usedBy } = await loadCore('adapters/files/version-store');
  const { governedHash } = await loadCore('site/draft');
  const { publish } = await loadCore('site/publishing');
  if ((await usedBy(dir)) !== undefined) return;
  const { store, nowMs } = await ownFolder(dir);
  const author = authorHere();
  const about = { by: author, author, emergency: true, reason, undoOf: null };
  const noted = publish(await store.history(), { ...about, hash: governedHash(texts), atMs: nowMs() });
  if (!noted.ok) return;
  await store.add(noted.version, texts).catch((error) => {
    console.error(`${dir} 中未能记下这次提交。 What was handed in could not be noted there: ${error.code}`);
  });
}

/** Who is at the terminal. */
const authorHere = () => `os:${userInfo().username}`;

/**
 * @param {Folder} folder
 * @param {ReadonlyMap<string, string>} wanted
 * @param {number | null} undoOf
 * @param {import('./command.mjs').Asked['values']} values
 */
async function handIn(folder, wanted, undoOf, { reason = '', emergency }) {
  if ([...reason.trim()].length < 2 || [...reason].length > 100)
    throw new UsageError(reasonWords[0] ?? '', reasonWords[1] ?? '');
  const { readRecordingNames, readSiteFiles } = await loadCore('adapters/files/site-files');
  const { settle } = await loadCore('adapters/files/publish-draft');
  const { judgeDraft } = await loadCore('site/judge-draft');
  await settle(folder);
  const files = await readSiteFiles(folder.dir);
  const changes = await changesTo(files, wanted);
  const recordings = await readRecordingNames(folder.dir);
  const options = { nowMs: folder.nowMs(), inForce: await numbersIn(files), recordings };
  const judged = judgeDraft({ files, changes, options });
  console.log(
    folder.inUse
      ? `与正在使用的 ${folder.dir} 相比: Against ${folder.dir}, which is in use:`
      : `与现在的 ${folder.dir} 相比: Against ${folder.dir} as it is:`,
  );
  printChanges(judged.differences);
  await printFindings(judged.findings.filter(({ known }) => !known));
  if (judged.findings.some(({ level }) => level === 'error')) return 1;
  if (changes.length === 0) {
    console.log('没有改动。 Nothing would change.');
    return 1;
  }
  const author = authorHere();
  const act = { author, reason: reason.trim(), undoOf };
  return folder.inUse && emergency === undefined
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

/** @param {Folder} folder @param {import('../../src/adapters/files/publish-draft.js').Publication} publication */
async function publishAlone(folder, publication) {
  const { publishDraft } = await loadCore('adapters/files/publish-draft');
  const { number, hash } = await publishDraft(folder, publication);
  console.log(
    folder.inUse
      ? `已发布第 ${number} 版(${hash}),运行中的服务数秒内启用;请另一位管理员在页面 /publish 补审。\nPublished as version ${number}; a running service takes it within seconds. Another administrator has to review it on the page /publish.`
      : `已恢复,记为 ${folder.dir} 的第 ${number} 版(${hash})。此目录不在使用中,要启用请 publish --dir。\nBrought back as version ${number} of ${folder.dir}, which is not in use: publish --dir puts it in force.`,
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
