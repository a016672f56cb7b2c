// @ts-check
// Makes every sound that is missing, puts all of them under YIHAO_HOME/sounds, and writes the manifest the service reads.

import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdMusic } from './hold-music.mjs';
import { loadCore } from './core.mjs';
import { readRecording, speak, synthesizerName } from './speech.mjs';
import { wavDurationMs } from './wave.mjs';

/** @typedef {import('../../src/ivr/prompt-text.js').PromptVariant} PromptVariant */
/** @typedef {import('../../src/adapters/prompts/prompt-manifest.js').PromptManifest} PromptManifest */
/** @typedef {{variant: PromptVariant, cached: string, make: () => Promise<Buffer>}} Job */

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
  const manifest = await installAll(jobs, folder);
  await installMusic(layout.moh, cache);
  await writeWhole(path.join(layout.sounds, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  await removeOthers(folder, new Set(jobs.map(({ variant }) => `${variant.name}.wav`)));
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
  const recordings = path.join(layout.flows, 'recordings');
  const recorded = new Set(await readdir(recordings).catch(() => []));
  const synthesizer = await synthesizerName();
  const maker = await hashOfSources('speech.mjs', 'wave.mjs');
  return Promise.all(
    variants.map(async (variant) => {
      const continues = variant.text.endsWith('，');
      const file = recordingOf(variant, recorded);
      if (file !== undefined) {
        const source = path.join(recordings, file);
        const cached = cachePath(cache, [maker, continues, hashOf(await readFile(source))]);
        return { variant, cached, make: () => readRecording(source, continues) };
      }
      const { language, speed } = variant.prompt;
      const text = language === 'zh' ? espeakText(lexicon, variant.spoken) : variant.spoken;
      const cached = cachePath(cache, [maker, synthesizer, language, speed, continues, text]);
      return { variant, cached, make: () => speak({ text, language, speed, continues }) };
    }),
  );
}

/** `greet.main.wav`, or a variant's own name. @param {PromptVariant} variant @param {ReadonlySet<string>} recorded */
function recordingOf(variant, recorded) {
  const whole = variant.key === '' ? [`${variant.prompt.id}.wav`] : [];
  return [`${variant.name}.wav`, ...whole].find((name) => recorded.has(name));
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

/** @param {readonly Job[]} jobs @param {string} folder @returns {Promise<PromptManifest>} */
async function installAll(jobs, folder) {
  /** @type {Record<string, {parts: {slot: string, kind: string, sounds: Record<string, object>}[]}>} */
  const prompts = {};
  for (const { variant, cached } of jobs) {
    const file = path.join(folder, `${variant.name}.wav`);
    await install(cached, file);
    const { size } = await stat(file);
    const parts = (prompts[variant.prompt.id] ??= { parts: [] }).parts;
    const kind = variant.prompt.slots[variant.slot]?.kind ?? '';
    const part = (parts[variant.part] ??= { slot: variant.slot, kind, sounds: {} });
    part.sounds[variant.key] = {
      file: `yihao/${variant.name}`,
      durationMs: wavDurationMs(size),
      text: variant.text,
    };
  }
  return /** @type {PromptManifest} */ ({ version: 1, prompts });
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
  const cached = cachePath(cache, [await hashOfSources('hold-music.mjs', 'wave.mjs')]);
  if (!(await exists(cached))) await writeWhole(cached, holdMusic());
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

/** Changes when the code that makes sounds changes, so that no sound of an older kind is taken from the cache. @param {...string} names */
async function hashOfSources(...names) {
  const texts = await Promise.all(
    names.map((name) => readFile(fileURLToPath(new URL(name, import.meta.url)), 'utf8')),
  );
  return hashOf(texts.join('\n'));
}

/** A reader sees the old file or the new one, never half of it. @param {string} file @param {string | Buffer} content */
async function writeWhole(file, content) {
  const part = `${file}.${String(process.pid)}.part`;
  await writeFile(part, content);
  await rename(part, file);
}
