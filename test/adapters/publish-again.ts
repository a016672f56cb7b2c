// Publishes two texts in turn until it is killed: the process of publishing.test.ts that dies in the middle.
import { publishDraft, settle } from '../../src/adapters/files/publish-draft.js';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { governedTexts, textChanges } from '../../src/site/draft.js';
import { judgeDraft } from '../../src/site/judge-draft.js';
import { noonMs } from '../site/small-site.js';
import { folderIn, renamedEverywhere } from './versioned-folder.js';

const folder = folderIn(process.argv[2] ?? '');
await settle(folder);

/** Judged beforehand: what is tried is the switch, as often as can be. */
function stepFrom(files: ReadonlyMap<string, string>, word: string) {
  const changes = textChanges(governedTexts(files), renamedEverywhere(`${word} ${String(process.pid)}`));
  const judged = judgeDraft({ files, changes, options: { nowMs: noonMs } });
  const after = new Map([...files, ...judged.changed]) as ReadonlyMap<string, string>;
  return { files, judged, after };
}
const begin = stepFrom(await readSiteFiles(folder.dir), '一');
const there = stepFrom(begin.after, '二');
const back = stepFrom(there.after, '一');
const act = { author: 'clerk', by: 'second', emergency: false, reason: '试', undoOf: null };
for (let round = 0; ; round += 1) {
  const { files, judged } = round === 0 ? begin : round % 2 === 1 ? there : back;
  await publishDraft(folder, { ...act, judged, files });
  process.stdout.write('.');
}
