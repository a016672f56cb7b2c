// @ts-check
// Runs an outside command to its end, quietly, with a deadline; what it printed comes back or is part of the failure.

import { spawn } from 'node:child_process';

/**
 * @typedef {object} CommandResult
 * @property {number} code exit code; 127 when the command does not exist, 124 when the deadline passed
 * @property {string} out standard output
 * @property {string} err standard error
 */

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [input] written to standard input
 * @property {number} [deadlineMs] default 600,000
 * @property {boolean} [shown] its output goes to the terminal instead of coming back
 */

/**
 * Runs one command and waits for its end. Never throws for a command that fails: look at `code`.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.shown ? ['ignore', 'inherit', 'inherit'] : ['pipe', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.deadlineMs ?? 600_000);
    child.stdout?.on('data', (/** @type {Buffer} */ chunk) => (out += chunk.toString()));
    child.stderr?.on('data', (/** @type {Buffer} */ chunk) => (err += chunk.toString()));
    child.stdin?.on('error', () => {}); // a command that reads nothing may close it first
    child.stdin?.end(options.input ?? '');
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, out, err: String(error) });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? 1), out, err });
    });
  });
}
