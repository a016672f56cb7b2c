// @ts-check
// The one kind of failure set-up shows without a stack: a sentence in Chinese and in English that says what to do.

/** A failure whose two sentences say what is wrong and what to do about it. */
export class SetupFailure extends Error {
  /**
   * @param {string} zh
   * @param {string} en
   */
  constructor(zh, en) {
    super(`${zh} ${en}`);
    this.name = 'SetupFailure';
  }
}
