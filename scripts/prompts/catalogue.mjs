// @ts-check
// Reads what is to be spoken from ivr-flows/: prompts, lexicon, and the lists their slots name.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { SetupFailure } from '../install/failure.mjs';
import { loadCore } from './core.mjs';

/**
 * @typedef {object} Catalogue
 * @property {readonly import('../../src/ivr/prompt-text.js').PromptDefinition[]} prompts
 * @property {readonly import('../../src/ivr/prompt-text.js').PromptVariant[]} variants
 * @property {import('../../src/ivr/lexicon.js').Lexicon} lexicon
 * @property {readonly import('../../src/site/recordings.js').RecordingRow[]} recordings uploaded by page
 * @property {readonly import('../../src/contact/finding.js').Finding[]} findings
 */

/** @param {string} flows folder @returns {Promise<Catalogue>} */
export async function readCatalogue(flows) {
  const [text, words, wording] = [
    await loadCore('ivr/prompt-text'),
    await loadCore('ivr/lexicon'),
    await loadCore('ivr/wording'),
  ];
  const names = await promptFiles(flows);
  const files = await Promise.all(
    names.map(async (name) => text.parsePrompts(`prompts/${name}`, await readText(flows, `prompts/${name}`))),
  );
  const prompts = files.flatMap((file) => file.prompts);
  const { lexicon, findings } = words.parseLexicon('lexicon.yaml', await readText(flows, 'lexicon.yaml'));
  const { parseRecordings, recordingsFile } = await loadCore('site/recordings');
  const recordings = parseRecordings(recordingsFile, await readText(flows, recordingsFile));
  const vocabulary = await readVocabulary(flows);
  return {
    prompts,
    variants: prompts.flatMap((prompt) => text.promptVariants(prompt, vocabulary)),
    lexicon,
    recordings: recordings.rows,
    findings: [
      ...recordings.findings,
      ...files.flatMap((file) => file.findings),
      ...text.repeatedPrompts(prompts),
      ...findings,
      ...prompts.flatMap(wording.checkWording),
    ],
  };
}

/** @param {string} flows */
async function promptFiles(flows) {
  const names = await readdir(path.join(flows, 'prompts')).catch(() => []);
  if (names.length > 0) return names.filter((name) => name.endsWith('.yaml')).sort();
  throw new SetupFailure(
    `${flows}/prompts 中没有提示音文件,请检查 YIHAO_FLOWS。`,
    `There are no prompts in ${flows}/prompts: check YIHAO_FLOWS.`,
  );
}

/** @param {string} flows @returns {Promise<import('../../src/ivr/prompt-slot.js').Vocabulary>} */
async function readVocabulary(flows) {
  const { vocabularyFiles, vocabularyOf } = await loadCore('site/vocabulary');
  const texts = await Promise.all(
    vocabularyFiles.map(async (name) => /** @type {const} */ ([name, await readText(flows, name)])),
  );
  return vocabularyOf(new Map(texts));
}

/** A file's text; a file that is not there is empty. @param {string} flows @param {string} name */
async function readText(flows, name) {
  try {
    return await readFile(path.join(flows, name), 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return '';
    throw error;
  }
}
