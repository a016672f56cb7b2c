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
  const vocabulary = await readVocabulary(flows);
  return {
    prompts,
    variants: prompts.flatMap((prompt) => text.promptVariants(prompt, vocabulary)),
    lexicon,
    findings: [
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

/**
 * @param {string} flows
 * @returns {Promise<import('../../src/ivr/prompt-slot.js').Vocabulary>}
 */
async function readVocabulary(flows) {
  const { readEntryName } = await loadCore('ivr/reading');
  const [agents, numbers] = [await readRows(flows, 'agents.yaml'), await readRows(flows, 'numbers.yaml')];
  /** Each name as written, and with its own number read as the site reads it. @type {NamesOf} */
  const namesOf = (rows, field) =>
    Object.fromEntries(
      rows.flatMap(({ [field]: name, number, spoken }) =>
        typeof name === 'string' && typeof number === 'string'
          ? [[name, readEntryName(name, number, typeof spoken === 'string' ? spoken : null)]]
          : [],
      ),
    );
  /** @param {readonly string[]} states */
  const namesIn = (...states) =>
    namesOf(
      numbers.filter((row) => isEverIn(row, states)),
      'name',
    );
  /** @param {string} file */
  const namesById = async (file) =>
    Object.fromEntries(
      (await readRows(flows, file)).flatMap(({ id, name }) =>
        typeof id === 'string' && typeof name === 'string' ? [[id, name]] : [],
      ),
    );
  return {
    agents: agents.flatMap((row) => (typeof row['id'] === 'string' ? [row['id']] : [])),
    areaCodes: [await areaCodeOf(flows)],
    departments: await namesById('departments.yaml'),
    targets: await namesById('emergency.yaml'),
    entries: namesOf(numbers, 'name'),
    shortNames: namesOf(numbers, 'shortName'),
    'numbers.served': namesIn('served'),
    'numbers.dual': namesIn('dual'),
    'numbers.transfer': namesIn('transfer'),
    'numbers.announced': namesIn('prompt', 'vacant'),
    'numbers.returned': namesIn('returned'),
    'numbers.led': namesOf(
      numbers.filter((row) => row['target'] !== undefined),
      'name',
    ),
  };
}

/** @typedef {(rows: readonly Record<string, unknown>[], field: 'name' | 'shortName') => Record<string, string>} NamesOf */

/** The site's own area, which policies.yaml may leave out. @param {string} flows */
async function areaCodeOf(flows) {
  const { readYaml } = await loadCore('contact/yaml-source');
  const { value } = readYaml('policies.yaml', await readText(flows, 'policies.yaml'));
  const { defaultAreaCode } = await loadCore('site/parse-policies');
  const own = /** @type {{ areaCode?: unknown } | null} */ (value)?.areaCode;
  return typeof own === 'string' ? own : defaultAreaCode;
}

/**
 * Whether a row is ever in one of these states; without any a number is served.
 * @param {Record<string, unknown>} row
 * @param {readonly string[]} states
 */
function isEverIn({ states: periods, pattern }, states) {
  if (Array.isArray(periods) && periods.length > 0)
    return periods.some((period) => states.includes(period?.state));
  const opensAsMain = [undefined, 'main', 'emergency'].includes(/** @type {string} */ (pattern));
  return states.includes('served') && !opensAsMain;
}

/** @param {string} flows @param {string} name @returns {Promise<readonly Record<string, unknown>[]>} */
async function readRows(flows, name) {
  const { readYaml } = await loadCore('contact/yaml-source');
  const { value } = readYaml(name, await readText(flows, name));
  return Array.isArray(value) ? value.filter((row) => typeof row === 'object' && row !== null) : [];
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
