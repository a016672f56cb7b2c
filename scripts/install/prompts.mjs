// @ts-check
// Has the prompts and the hold music made when what is spoken (texts, readings, the agents' and numbers' lists) or the program that speaks changed.

import { access } from 'node:fs/promises';
import path from 'node:path';
import { envOf } from '../run/layout.mjs';
import { runCommand } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { stampOf, sameStamp, writeStamp } from './stamp.mjs';

/** @typedef {import('../run/layout.mjs').Layout} Layout */

/**
 * @param {Layout} layout
 * @returns {Promise<boolean>} whether anything was made
 */
export async function buildPrompts(layout) {
  const program = path.join(layout.project, 'scripts/prompts.mjs');
  const stampFile = path.join(layout.sounds, '.stamp');
  // The whole folder: a slot of a prompt may speak whatever a list in it names.
  const stamp = await stampOf([layout.flows, program, path.join(layout.project, 'scripts/prompts')]);
  const made = await access(layout.moh).then(
    () => true,
    () => false,
  );
  if (made && (await sameStamp(stampFile, stamp))) return false;
  const done = await runCommand(process.execPath, [program, 'build'], {
    env: { ...process.env, ...envOf(layout) },
  });
  if (done.code !== 0) {
    throw new SetupFailure(
      `提示音合成失败:${(done.err || done.out).trim()}`,
      'The prompts could not be made.',
    );
  }
  await writeStamp(stampFile, stamp);
  return true;
}
