// @ts-check
// Gives scripts the service's own pure code: the source through tsx where it is installed, else what the build made.

/** Each is loaded once: tsx compiles at every asking. @type {Map<string, Promise<any>>} */
const loaded = new Map();

/**
 * @template {keyof CoreModules} Name
 * @param {Name} name path below `src/`, without extension
 * @returns {Promise<CoreModules[Name]>}
 */
export function loadCore(name) {
  const known = loaded.get(name) ?? load(name);
  loaded.set(name, known);
  return known;
}

/** @param {string} name */
async function load(name) {
  const tsx = await import('tsx/esm/api').catch(() => undefined);
  if (tsx === undefined) return import(new URL(`../../dist/${name}.js`, import.meta.url).href);
  return tsx.tsImport(`../../src/${name}.ts`, import.meta.url);
}

/**
 * The same from what the build made, as the running service has it; from the source where nothing was built.
 * @template {keyof CoreModules} Name
 * @param {Name} name
 * @returns {Promise<CoreModules[Name]>}
 */
export async function loadBuilt(name) {
  return import(new URL(`../../dist/${name}.js`, import.meta.url).href).catch(() => loadCore(name));
}

/**
 * @typedef {{
 *   'adapters/files/recording-repair': typeof import('../../src/adapters/files/recording-repair.js'),
 *   'adapters/files/publish-draft': typeof import('../../src/adapters/files/publish-draft.js'),
 *   'adapters/files/site-files': typeof import('../../src/adapters/files/site-files.js'),
 *   'adapters/files/version-store': typeof import('../../src/adapters/files/version-store.js'),
 *   'adapters/postgres/database': typeof import('../../src/adapters/postgres/database.js'),
 *   'adapters/spool/spool-line': typeof import('../../src/adapters/spool/spool-line.js'),
 *   'contact/dial-out': typeof import('../../src/contact/dial-out.js'),
 *   'contact/civil-time': typeof import('../../src/contact/civil-time.js'),
 *   'contact/finding': typeof import('../../src/contact/finding.js'),
 *   'contact/yaml-source': typeof import('../../src/contact/yaml-source.js'),
 *   'errors': typeof import('../../src/errors.js'),
 *   'ivr/draw-flow': typeof import('../../src/ivr/draw-flow.js'),
 *   'ivr/lexicon': typeof import('../../src/ivr/lexicon.js'),
 *   'ivr/reading': typeof import('../../src/ivr/reading.js'),
 *   'ivr/prompt-text': typeof import('../../src/ivr/prompt-text.js'),
 *   'ivr/sound-measure': typeof import('../../src/ivr/sound-measure.js'),
 *   'ivr/speakable': typeof import('../../src/ivr/speakable.js'),
 *   'ivr/telephone-sound': typeof import('../../src/ivr/telephone-sound.js'),
 *   'ivr/wording': typeof import('../../src/ivr/wording.js'),
 *   'site/draft': typeof import('../../src/site/draft.js'),
 *   'site/judge-draft': typeof import('../../src/site/judge-draft.js'),
 *   'site/publishing': typeof import('../../src/site/publishing.js'),
 *   'site/recordings': typeof import('../../src/site/recordings.js'),
 *   'site/vocabulary': typeof import('../../src/site/vocabulary.js'),
 *   'site/diff-sites': typeof import('../../src/site/diff-sites.js'),
 *   'site/hearing': typeof import('../../src/site/hearing.js'),
 *   'site/parse-numbers': typeof import('../../src/site/parse-numbers.js'),
 *   'site/parse-policies': typeof import('../../src/site/parse-policies.js'),
 *   'site/parse-site': typeof import('../../src/site/parse-site.js'),
 *   'site/rehearsal': typeof import('../../src/site/rehearsal.js'),
 *   'site/run-scenarios': typeof import('../../src/site/run-scenarios.js'),
 * }} CoreModules
 */
