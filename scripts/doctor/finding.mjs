// @ts-check
// What the doctor has to say about one thing: its state, what is wrong in both languages, and the one command that mends it.

/**
 * `skipped`: could not be looked at, because of something told elsewhere.
 * @typedef {'ok' | 'notice' | 'fault' | 'skipped'} State
 */
/**
 * @typedef {object} Finding
 * @property {string} id stable, for monitoring: `redis.eviction`
 * @property {State} state
 * @property {string} zh
 * @property {string} en
 * @property {string} [mend] one command, ready to be copied
 */

/** @param {string} id @param {string} zh @param {string} en @returns {Finding} */
export const ok = (id, zh, en) => ({ id, state: 'ok', zh, en });

/** @param {string} id @param {string} zh @param {string} en @param {string} [mend] @returns {Finding} */
export const notice = (id, zh, en, mend) => ({
  id,
  state: 'notice',
  zh,
  en,
  ...(mend !== undefined && { mend }),
});

/** @param {string} id @param {string} zh @param {string} en @param {string} mend @returns {Finding} */
export const fault = (id, zh, en, mend) => ({ id, state: 'fault', zh, en, mend });

/** @param {string} id @param {string} zh @param {string} en @returns {Finding} */
export const skipped = (id, zh, en) => ({ id, state: 'skipped', zh, en });

const WORDS = /** @type {const} */ ({
  ok: '✓ 正常 ok    ',
  notice: '! 注意 notice',
  fault: '✗ 故障 FAULT ',
  skipped: '- 未查 skipped',
});

/**
 * One finding for a terminal; its command stands alone on a line, so that it can be copied.
 * @param {Finding} finding
 */
export function linesOf({ state, zh, en, mend }) {
  const line = `${WORDS[state]}  ${zh} ${en}`;
  return mend === undefined ? [line] : [line, `    ${mend}`];
}
