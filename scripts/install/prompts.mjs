// @ts-check
// Has the prompts and the hold music made when what is spoken (texts, readings, the agents' and numbers' lists) or the program that speaks changed.

import { access } from 'node:fs/promises';
import path from 'node:path';
import { envOf } from '../run/layout.mjs';
import { runCommand } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { stampOf, sameStamp, writeStamp } from './stamp.mjs';

/** @typedef {import('../run/layout.mjs').Layout} Layout */

/** @param {Layout} layout */
const programOf = ({ project }) => path.join(project, 'scripts/prompts.mjs');
/** @param {Layout} layout */
const stampFileOf = ({ sounds }) => path.join(sounds, '.stamp');

/** The whole folder: a slot of a prompt may speak whatever a list in it names. @param {Layout} layout */
function promptsStamp(layout) {
  return stampOf([layout.flows, programOf(layout), path.join(layout.project, 'scripts/prompts')]);
}

/**
 * Whether the sounds were made of what the files say now; makes nothing.
 * @param {Layout} layout
 */
export async function promptsInStep(layout) {
  return sameStamp(stampFileOf(layout), await promptsStamp(layout));
}

/**
 * @param {Layout} layout
 * @returns {Promise<boolean>} whether anything was made
 */
export async function buildPrompts(layout) {
  const stampFile = stampFileOf(layout);
  const stamp = await promptsStamp(layout);
  const made = await access(layout.moh).then(
    () => true,
    () => false,
  );
  if (made && (await sameStamp(stampFile, stamp))) return false;
  const done = await runCommand(process.execPath, [programOf(layout), 'build'], {
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
