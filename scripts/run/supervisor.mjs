// @ts-check
// Starts every part of one Yihao in order and ends them in order; one supervisor a YIHAO_HOME.

import path from 'node:path';
import { SetupFailure } from '../install/failure.mjs';
import { takeLock } from '../install/lock-file.mjs';
import { startAsterisk } from './asterisk.mjs';
import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';
import { startService } from './service.mjs';

/** @typedef {import('./layout.mjs').Layout} Layout */
/** @typedef {import('./part.mjs').Part} Part */

/** All parts of one Yihao. */
export class Supervisor {
  /** @type {Part[]} in the order of their start */
  #parts = [];
  /** @type {Layout} */
  #layout;
  /** @type {(words: string) => void} */
  #say;
  #stopping = false;
  #release = async () => {};

  /**
   * @param {Layout} layout
   * @param {(words: string) => void} say told of each part that ends by itself
   */
  constructor(layout, say) {
    this.#layout = layout;
    this.#say = say;
  }

  /**
   * Starts all parts; on a failure those already started are ended again.
   * @throws {SetupFailure} a port is taken, a part does not start, or another supervisor runs here
   */
  async start() {
    const lock = await takeLock(path.join(this.#layout.run, 'start.lock'));
    if (!lock.ok) {
      throw new SetupFailure(
        `${this.#layout.home} 已有一个实例在运行(进程 ${lock.holderPid})。请先停止它,或换一个 YIHAO_HOME。`,
        `One already runs in ${this.#layout.home} (process ${lock.holderPid}): stop it or set another YIHAO_HOME.`,
      );
    }
    this.#release = lock.release;
    try {
      await this.#startParts();
    } catch (error) {
      if (this.#stopping) return;
      await this.stop();
      throw error;
    }
  }

  async #startParts() {
    const ownDatabase = !process.env['DATABASE_URL'];
    await Promise.all([
      this.#begin('redis', startRedis),
      ...(ownDatabase ? [this.#begin('postgres', startPostgres)] : []),
      this.#begin('asterisk', startAsterisk),
    ]);
    await this.#begin('service', startService);
  }

  /**
   * @param {string} name
   * @param {(layout: Layout, options: import('./part.mjs').PartOptions) => Promise<Part>} startPart
   */
  async #begin(name, startPart) {
    if (this.#stopping) return;
    const report = (/** @type {string} */ event, /** @type {string} */ words) => {
      if (this.#stopping) return;
      this.#say(
        event === 'ended'
          ? `${name} 已退出,正在重启 ended, starting again (${words})`
          : `${name} 已重启 started again`,
      );
    };
    const part = await startPart(this.#layout, { report });
    this.#parts.push(part);
    if (this.#stopping) await part.stop();
  }

  /** Ends the service, then all others at once: within 5 s, by force if need be. */
  async stop() {
    this.#stopping = true;
    const parts = this.#parts.splice(0);
    await parts.find(({ name }) => name === 'service')?.stop();
    await Promise.all(parts.map((part) => part.stop()));
    await this.#release();
  }
}
