// @ts-check
// Runs one part (Redis, PostgreSQL, Asterisk, the service) as a child that never outlives us: starts it, waits until it answers, restarts it with
// a back-off when it ends by itself, stops it in time.

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupFailure } from '../install/failure.mjs';
import { processTree, sendSignal } from './process-tree.mjs';

const FIRST_RESTART_MS = 100;
const LAST_RESTART_MS = 10_000;
/** A part that ran this long has earned a quick restart again. */
const STEADY_MS = 30_000;
const LOG_LIMIT_BYTES = 50_000_000;

/**
 * @typedef {object} PartPlan
 * @property {string} name also of its log and pid file
 * @property {() => Promise<PartCommand>} command asked anew at each start
 * @property {() => Promise<boolean>} isReady whether it answers now
 * @property {number} readyMs how long it may take until it does
 * @property {NodeJS.Signals} stopSignal ends it tidily; also sent by the kernel when we die
 * @property {number} stopMs how long the tidy end may take
 * @property {string} logDir
 * @property {string} runDir
 */

/**
 * @typedef {object} PartCommand
 * @property {string} command
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} [env] default: ours
 * @property {string} [user] whom it runs as when we are root
 */

/**
 * @typedef {object} PartOptions
 * @property {boolean} [watch] start it again when it ends by itself; default true
 * @property {(event: 'ended' | 'restarted', words: string) => void} [report] told of each unasked end and new start
 */

/** A running part. */
export class Part {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #wanted = false;
  #restartMs = FIRST_RESTART_MS;
  #startedAtMs = 0;
  /** @type {Promise<void>} */
  #ended = Promise.resolve();
  /** @type {PartPlan} */
  #plan;
  /** @type {PartOptions} */
  #options;

  /**
   * @param {PartPlan} plan
   * @param {PartOptions} options
   */
  constructor(plan, options) {
    this.#plan = plan;
    this.#options = options;
  }

  get name() {
    return this.#plan.name;
  }

  /** The pid now, `undefined` while it is down. */
  get pid() {
    return this.#child?.pid;
  }

  /** Starts it and waits until it answers. @throws {SetupFailure} with the log's name */
  async start() {
    this.#wanted = true;
    await this.#spawn();
    await this.whenReady();
  }

  /**
   * Waits until the part answers, also after a kill.
   * @param {number} [deadlineMs]
   */
  async whenReady(deadlineMs = this.#plan.readyMs) {
    const untilMs = Date.now() + deadlineMs;
    while (Date.now() < untilMs) {
      if (this.#child !== undefined && (await this.#plan.isReady())) return;
      const givenUp = this.#child === undefined && (this.#options.watch === false || !this.#wanted);
      if (givenUp) break;
      await sleep(50);
    }
    const log = path.join(this.#plan.logDir, `${this.name}.log`);
    throw new SetupFailure(
      `${this.name} 未能启动,原因见 ${log}。`,
      `${this.name} did not start: ${log} says why.`,
    );
  }

  /** Ends it for good: tidily, then by force. */
  async stop() {
    this.#wanted = false;
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    await this.kill('SIGCONT'); // what is frozen cannot end tidily
    sendSignal(pid, this.#plan.stopSignal);
    const tidy = await Promise.race([this.#ended.then(() => true), sleep(this.#plan.stopMs, false)]);
    if (!tidy) await this.kill('SIGKILL');
    await this.#ended;
  }

  async restart() {
    await this.stop();
    await this.start();
  }

  /**
   * Sends a signal; to freeze, thaw or kill means its children too. A watched part starts again by itself afterwards.
   * @param {NodeJS.Signals} signal
   */
  async kill(signal) {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    const whole = signal === 'SIGSTOP' || signal === 'SIGCONT' || signal === 'SIGKILL';
    for (const member of whole ? await processTree(pid) : [pid]) sendSignal(member, signal);
  }

  /** Resolves when the process now running has ended. */
  whenEnded() {
    return this.#ended;
  }

  async #spawn() {
    const { command, args, env, user } = await this.#plan.command();
    const log = this.#openLog();
    const as = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
    // The kernel tells the child of our death; the mask keeps all it writes to its owner; a core dump would hold citizens' numbers.
    const shell = ['sh', '-c', 'umask 077; ulimit -c 0; exec "$@"', 'sh', command, ...args];
    const child = spawn('setpriv', [...as, '--pdeathsig', this.#plan.stopSignal.slice(3), '--', ...shell], {
      cwd: '/',
      env: env ?? process.env,
      stdio: ['ignore', log, log],
      detached: true, // Ctrl-C reaches us alone, and we end the parts in order
    });
    closeSync(log);
    this.#child = child;
    this.#startedAtMs = Date.now();
    this.#ended = new Promise((resolve) => {
      const end = (/** @type {string} */ how) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        resolve();
        this.#onEnd(how);
      };
      child.once('error', (error) => end(String(error)));
      child.once('exit', (code, signal) => end(signal ?? `exit ${code}`));
    });
    const pidFile = this.#pidFile();
    if (child.pid !== undefined) writeFileSync(pidFile, `${child.pid}\n`, { mode: 0o600 });
  }

  #pidFile() {
    mkdirSync(this.#plan.runDir, { recursive: true, mode: 0o700 });
    return path.join(this.#plan.runDir, `${this.name}.pid`);
  }

  /** Its output file, moved aside once it is large. */
  #openLog() {
    mkdirSync(this.#plan.logDir, { recursive: true, mode: 0o700 });
    const file = path.join(this.#plan.logDir, `${this.name}.log`);
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES)
      renameSync(file, `${file}.1`);
    return openSync(file, 'a', 0o600);
  }

  /** @param {string} how */
  #onEnd(how) {
    rmSync(this.#pidFile(), { force: true });
    if (!this.#wanted) return;
    this.#options.report?.('ended', how);
    if (this.#options.watch === false) return;
    void this.#startAgain();
  }

  async #startAgain() {
    if (Date.now() - this.#startedAtMs > STEADY_MS) this.#restartMs = FIRST_RESTART_MS;
    await sleep(this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, LAST_RESTART_MS);
    if (!this.#wanted || this.#child !== undefined) return;
    try {
      await this.#spawn();
      this.#options.report?.('restarted', '');
    } catch (error) {
      this.#options.report?.('ended', String(error));
      await this.#startAgain();
    }
  }
}
