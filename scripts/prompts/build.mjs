// @ts-check
// Makes every sound that is missing, puts all of them under YIHAO_HOME/sounds, recordings uploaded by page on top, and writes the manifest the service reads.

import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdMusic } from './hold-music.mjs';
import { loadCore } from './core.mjs';
import { pinyinReader } from './pinyin.mjs';
import { readRecording, speak, synthesizerName } from './speech.mjs';

/** @typedef {import('../../src/ivr/prompt-text.js').PromptVariant} PromptVariant */
/** @typedef {import('../../src/adapters/prompts/prompt-manifest.js').PromptManifest} PromptManifest */
/**
 * @typedef {object} Job
 * @property {PromptVariant} variant
 * @property {string} cached
 * @property {'synthesized' | 'recorded'} source
 * @property {() => Promise<Uint8Array>} make
 */

const atOnce = 2;

/**
 * @param {import('../run/layout.mjs').Layout} layout
 * @param {import('./catalogue.mjs').Catalogue} catalogue
 * @param {(done: number, total: number) => void} progress
 * @returns {Promise<{sounds: number, made: number}>}
 */
export async function buildSounds(layout, catalogue, progress) {
  const cache = path.join(layout.cache, 'prompts');
  const folder = path.join(layout.sounds, 'yihao');
  await Promise.all([cache, folder, layout.moh].map((dir) => mkdir(dir, { recursive: true })));
  const jobs = await plan(layout, catalogue, cache);
  const made = await makeMissing(jobs, progress);
  const manifest = await installAll(layout, jobs, catalogue);
  await installMusic(layout.moh, cache);
  await writeWhole(path.join(layout.sounds, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  for (const place of [folder, path.join(layout.sounds, 'made')])
    await removeOthers(place, new Set(jobs.map(({ variant }) => `${variant.name}.wav`)));
  return { sounds: jobs.length, made };
}

/**
 * @param {import('../run/layout.mjs').Layout} layout
 * @param {import('./catalogue.mjs').Catalogue} catalogue
 * @param {string} cache
 * @returns {Promise<readonly Job[]>}
 */
async function plan(layout, { variants, lexicon }, cache) {
  const { espeakText } = await loadCore('ivr/lexicon');
  const { recordingOf } = await loadCore('ivr/speakable');
  const recordings = path.join(layout.flows, 'recordings');
  const recorded = new Set(await readdir(recordings).catch(() => []));
  const synthesizer = await synthesizerName();
  const maker = await makerOf('speech.mjs');
  return Promise.all(
    variants.map(async (variant) => {
      const continues = variant.text.endsWith('，');
      const file = recordingOf(variant, recorded);
      if (file !== undefined) {
        const source = path.join(recordings, file);
        const cached = cachePath(cache, [maker, continues, hashOf(await readFile(source))]);
        return {
          variant,
          cached,
          source: /** @type {const} */ ('recorded'),
          make: () => readRecording(source, continues),
        };
      }
      const { language, speed } = variant.prompt;
      const text = language === 'zh' ? espeakText(lexicon, variant.spoken) : variant.spoken;
      const cached = cachePath(cache, [maker, synthesizer, language, speed, continues, text]);
      const make = () => speak({ text, language, speed, continues });
      return { variant, cached, source: /** @type {const} */ ('synthesized'), make };
    }),
  );
}

/**
 * Makes what is missing into the cache and touches nothing that is heard: what is about to be published is made before it is.
 * @param {import('../run/layout.mjs').Layout} layout
 * @param {import('./catalogue.mjs').Catalogue} catalogue
 */
export async function makeSounds(layout, catalogue) {
  const cache = path.join(layout.cache, 'prompts');
  await mkdir(cache, { recursive: true });
  return makeMissing(await plan(layout, catalogue, cache), () => {});
}

/** @param {readonly Job[]} jobs @param {(done: number, total: number) => void} progress */
async function makeMissing(jobs, progress) {
  /** @type {Map<string, Job>} */
  const missing = new Map();
  for (const job of jobs) if (!(await exists(job.cached))) missing.set(job.cached, job);
  const queue = missing.values();
  let done = 0;
  const work = async () => {
    for (const { cached, make } of queue) {
      await writeWhole(cached, await make());
      progress((done += 1), missing.size);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return missing.size;
}

/**
 * @param {import('../run/layout.mjs').Layout} layout
 * @param {readonly Job[]} jobs
 * @param {import('./catalogue.mjs').Catalogue} catalogue
 * @returns {Promise<PromptManifest>}
 */
async function installAll(layout, jobs, { lexicon, recordings }) {
  const { longestMs } = await loadCore('ivr/sound-measure');
  const readPinyin = await pinyinReader(lexicon);
  const uploads = new Map(recordings.map((row) => [row.id, row]));
  /** @type {Record<string, {parts: ({slot: string, kind: string, sounds: Record<string, object>} | undefined)[]}>} */
  const prompts = {};
  for (const job of jobs) {
    const { variant, source } = job;
    const { id, text, when, speed, language, profile } = variant.prompt;
    const about = { text, when, speed, language, profile, longestMs: longestMs(variant.prompt), parts: [] };
    const parts = (prompts[id] ??= about).parts;
    const kind = variant.prompt.slots[variant.slot]?.kind ?? '';
    const part = (parts[variant.part] ??= { slot: variant.slot, kind, sounds: {} });
    part.sounds[variant.key] = {
      file: `yihao/${variant.name}`,
      ...(await installSound(layout, job, uploads.get(variant.name))),
      text: variant.text,
      spoken: variant.spoken,
      pinyin: language === 'zh' ? readPinyin(variant.spoken) : '',
      source,
    };
  }
  // A part whose list is empty, such as numbers in a state that none is ever in, leaves its prompt without a sound.
  const spoken = Object.entries(prompts).filter(([, { parts }]) => !parts.includes(undefined));
  return /** @type {PromptManifest} */ ({ version: 2, prompts: Object.fromEntries(spoken) });
}

/**
 * What was made, or over it what was uploaded by page; what lies below comes back when that is taken away.
 * @param {import('../run/layout.mjs').Layout} layout
 * @param {Job} job
 * @param {import('../../src/site/recordings.js').RecordingRow | undefined} row
 */
async function installSound(layout, { variant: { name }, cached }, row) {
  const { wavDurationMs } = await loadCore('ivr/telephone-sound');
  const [file, below] = [`yihao/${name}.wav`, `made/${name}.wav`].map((one) => path.join(layout.sounds, one));
  const recording = path.join(layout.promptRecordings, `${row?.sha256 ?? ''}.wav`);
  const isThere = row !== undefined && (await exists(recording));
  if (row !== undefined && !isThere)
    console.error(
      `录音 ${name} 的文件不在 ${layout.promptRecordings},先用合成的声音。请从备份恢复,或重新上传。 The recording of ${name} is not in ${layout.promptRecordings}: what is made is heard. Restore it, or upload it again.`,
    );
  const uploaded = isThere ? { text: row.text, sha256: row.sha256 } : null;
  await mkdir(path.dirname(String(below)), { recursive: true });
  if (uploaded !== null) await install(cached, String(below));
  await install(uploaded === null ? cached : recording, String(file));
  const { size } = await stat(String(file));
  return { durationMs: wavDurationMs(size), uploaded };
}

/** Hard link where the cache is on the same disk, else a copy; a sound in use is replaced in one step. @param {string} from @param {string} to */
async function install(from, to) {
  const [source, present] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  if (present && present.ino === source.ino && present.dev === source.dev) return;
  const part = `${to}.part`;
  await rm(part, { force: true });
  await link(from, part).catch(() => copyFile(from, part));
  await rename(part, to);
  await rm(part, { force: true }); // rename leaves it where both were one file already
}

/** @param {string} folder @param {ReadonlySet<string>} kept */
async function removeOthers(folder, kept) {
  const others = (await readdir(folder)).filter((name) => !kept.has(name));
  await Promise.all(others.map((name) => rm(path.join(folder, name))));
}

/** @param {string} moh @param {string} cache */
async function installMusic(moh, cache) {
  const cached = cachePath(cache, [await makerOf('hold-music.mjs')]);
  if (!(await exists(cached))) await writeWhole(cached, await holdMusic());
  await install(cached, path.join(moh, 'yihao-hold.wav'));
}

/** @param {string} cache @param {readonly unknown[]} parts */
function cachePath(cache, parts) {
  return path.join(cache, `${hashOf(JSON.stringify(parts)).slice(0, 32)}.wav`);
}

/** @param {string} file */
async function exists(file) {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

/** @param {string | Buffer} content */
function hashOf(content) {
  return createHash('sha256').update(content).digest('hex');
}

/** Two hundred milliseconds of a rising tone between silences: what the service's own code makes of it tells whether it changed. */
const probe = Int16Array.from({ length: 4800 }, (_, at) =>
  at < 800 || at > 2400 ? 0 : Math.round(900 * Math.sin((at * at) / 2000)),
);

/** Changes when the code that makes sounds changes, so that no sound of an older kind is taken from the cache. @param {string} name */
async function makerOf(name) {
  const { finishedWav } = await loadCore('ivr/telephone-sound');
  const text = await readFile(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
  return hashOf(`${text}\n${Buffer.from(finishedWav(probe, true)).toString('hex')}`);
}

/** A reader sees the old file or the new one, never half of it. @param {string} file @param {string | Uint8Array} content */
async function writeWhole(file, content) {
  const part = `${file}.${String(process.pid)}.part`;
  await writeFile(part, content);
  await rename(part, file);
}
