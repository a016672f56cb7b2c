// @ts-check
// Measures every sound that is played, synthesized or recorded, and says of each what is wrong and what to do.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadCore } from './core.mjs';
import { recordingStats } from './speech.mjs';

/** @typedef {import('../../src/contact/finding.js').Finding} Finding */
/** @typedef {import('../../src/ivr/sound-measure.js').SoundFigures} SoundFigures */

/**
 * @param {import('../run/layout.mjs').Layout} layout
 * @param {import('./catalogue.mjs').Catalogue} catalogue
 * @returns {Promise<{measured: readonly {name: string, figures: SoundFigures}[], findings: readonly Finding[]}>}
 */
export async function measureSounds(layout, { prompts, variants }) {
  const { lengthFaults, longestMs, measureWav, soundFaults } = await loadCore('ivr/sound-measure');
  /** @type {{name: string, figures: SoundFigures}[]} */
  const measured = [];
  /** @type {Finding[]} */
  const findings = [];
  /** Longest of each part. @type {Map<string, number[]>} */
  const lengths = new Map();
  for (const { name, part, prompt } of variants) {
    const bytes = await readFile(path.join(layout.sounds, 'yihao', `${name}.wav`)).catch(() => undefined);
    if (bytes === undefined) {
      findings.push(finding(prompt, name, notMade));
      continue;
    }
    const figures = measureWav(bytes);
    for (const fault of soundFaults(figures)) findings.push(finding(prompt, name, fault));
    if (figures === undefined) continue;
    measured.push({ name, figures });
    const parts = lengths.get(prompt.id) ?? [];
    lengths.set(prompt.id, parts);
    parts[part] = Math.max(parts[part] ?? 0, figures.durationMs);
  }
  for (const prompt of prompts) {
    const wholeMs = (lengths.get(prompt.id) ?? []).reduce((sum, partMs) => sum + partMs, 0);
    for (const fault of lengthFaults(wholeMs, longestMs(prompt)))
      findings.push(finding(prompt, prompt.id, fault));
  }
  return { measured, findings: [...findings, ...(await faultyRecordings(layout))] };
}

/** Evened out, a recording that was too loud, or silent, looks harmless: its source tells. @param {import('../run/layout.mjs').Layout} layout */
async function faultyRecordings({ flows }) {
  const { sourceFault } = await loadCore('ivr/sound-measure');
  const folder = path.join(flows, 'recordings');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.wav')).sort();
  /** @type {Finding[]} */
  const findings = [];
  for (const name of names) {
    const fault = sourceFault(await recordingStats(path.join(folder, name)));
    if (fault !== undefined) findings.push(finding({ file: `recordings/${name}`, line: 1 }, name, fault));
  }
  return findings;
}

const notMade = {
  zh: '还没有生成:请运行 npm run prompts -- build',
  en: 'has not been made: run npm run prompts -- build',
};

/**
 * @param {{file: string, line: number}} place
 * @param {string} name
 * @param {{zh: string, en: string}} fault
 * @returns {Finding}
 */
function finding({ file, line }, name, { zh, en }) {
  return { level: 'error', file, line, zh: `提示音 ${name} ${zh}。`, en: `Prompt ${name} ${en}.` };
}
