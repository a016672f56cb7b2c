// Drafts and versions of the office of tests: the real publisher over files of its own, with a voice that is only counted.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { createSitePublisher } from '../../src/adapters/files/site-publisher.js';
import type { Reloaded } from '../../src/adapters/files/site-files.js';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { createSiteTurn } from '../../src/adapters/files/site-turn.js';
import { createVersionStore } from '../../src/adapters/files/version-store.js';
import type { SitePublisher, TextSpeaker } from '../../src/adapters/http/publishing.js';
import { noteVersions } from '../../src/adapters/http/version-notes.js';
import type { World } from '../../src/sim/world.js';
import { finishedWav, wavDurationMs } from '../../src/ivr/telephone-sound.js';
import { judgeDraft } from '../../src/site/judge-draft.js';
import type { Site } from '../../src/site/site.js';
import { speechLike } from '../speech-like.js';

/** What these versions stand on. */
export interface OfficeVersionsParts {
  readonly site: () => Site;
  readonly load: (texts: ReadonlyMap<string, string>) => Reloaded;
  readonly nowMs: () => number;
  readonly engine: World['engine'];
  readonly hasRecording: (sha256: string) => Promise<boolean>;
}

/** A publisher over a copy of these texts. */
export function openVersions(texts: ReadonlyMap<string, string>, parts: OfficeVersionsParts) {
  const home = mkdtempSync(path.join(tmpdir(), 'yihao-versions-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const dir = path.join(home, 'ivr-flows');
  function writeAll(files: ReadonlyMap<string, string>): void {
    for (const [file, text] of files) {
      mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
      writeFileSync(path.join(dir, file), text);
    }
  }
  writeAll(texts);
  const versionsDir = path.join(home, 'site-versions');
  const folder = {
    dir,
    store: createVersionStore({ versionsDir, draftsDir: path.join(home, 'site-drafts') }),
    lockFile: path.join(versionsDir, 'lock'),
    nowMs: parts.nowMs,
  };
  const sounds: string[] = [];
  const publisher: SitePublisher & { look(): Promise<void> } = createSitePublisher({
    folder,
    sites: { current: parts.site, reload: async () => parts.load(await readSiteFiles(dir)) },
    inTurn: createSiteTurn(),
    judge: async (asked) => judgeDraft(asked),
    sounds: {
      prepare: async (files) => sounds.push(`prepare ${String(files.size)}`) > 0,
      install: async () => sounds.push('install') > 0,
    },
    hasRecording: parts.hasRecording,
    onVersions: noteVersions(parts.engine, parts.nowMs()),
  });
  const speaker: TextSpeaker = {
    async speak({ text }) {
      const wav = finishedWav(speechLike([...text].length / 4), false);
      return { spoken: text, pinyin: 'nín hǎo', durationMs: wavDurationMs(wav.length), wav };
    },
  };
  return {
    publisher,
    speaker,
    reload: parts.load,
    folder,
    sounds,
    write: async (files: ReadonlyMap<string, string>) => writeAll(files),
  };
}
