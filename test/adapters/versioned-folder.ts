// A site's folder with its versions, for tests of publishing.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { VersionedFolder } from '../../src/adapters/files/publish-draft.js';
import { createVersionStore } from '../../src/adapters/files/version-store.js';
import { governedTexts } from '../../src/site/draft.js';
import { smallSite } from '../site/small-site.js';

/** The folder below this home. */
export function folderIn(home: string): VersionedFolder {
  const versionsDir = path.join(home, 'site-versions');
  return {
    dir: path.join(home, 'ivr-flows'),
    store: createVersionStore({ versionsDir, draftsDir: path.join(home, 'site-drafts') }),
    lockFile: path.join(versionsDir, 'lock'),
    nowMs: () => Date.now(),
  };
}

/** The small site, laid down below this home. */
export function layDown(home: string): VersionedFolder {
  const folder = folderIn(home);
  for (const [file, text] of smallSite()) {
    mkdirSync(path.dirname(path.join(folder.dir, file)), { recursive: true });
    writeFileSync(path.join(folder.dir, file), text);
  }
  return folder;
}

/** The small site's governed texts with one word in several files: half of them would not agree. */
export function renamedEverywhere(word: string): ReadonlyMap<string, string> {
  const texts = governedTexts(smallSite());
  const marked = ['numbers.yaml', 'prompts/all.yaml', 'lexicon.yaml', 'flows/main.yaml', 'queues.yaml'];
  return new Map(
    [...texts].map(([file, text]) => [file, marked.includes(file) ? `# ${word}\n${text}` : text]),
  );
}
