// @ts-check
// What the commands of `npm run flows` have in common: how one is described, and what is wrong with how it was asked for.

/**
 * @typedef {{ args: readonly string[], values: Readonly<Record<string, string | undefined>> }} Asked
 *
 * @typedef {object} Command
 * @property {string} usage how it is asked for and what it does, zh and en
 * @property {readonly [least: number, most: number]} args how many words it takes
 * @property {readonly string[]} options those it takes beside --dir, each with a value
 * @property {readonly string[]} [flags] those it takes without a value; `values` has them as 'yes'
 * @property {(dir: string, asked: Asked) => Promise<number>} run gives the exit code
 */

/** Asked for in a way that means nothing; both languages in the message. */
export class UsageError extends Error {
  /**
   * @param {string} zh
   * @param {string} en
   */
  constructor(zh, en) {
    super(`${zh} ${en}`);
    this.name = 'UsageError';
  }
}
