// @ts-check
// Runs the demo's people as a part like the others: it starts again when it is killed, and never outlives us.

import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { envOf } from '../run/layout.mjs';
import { Part } from '../run/part.mjs';

/** @typedef {import('../run/layout.mjs').Layout} Layout */
/** @typedef {import('./options.mjs').DemoOptions} DemoOptions */
/** @typedef {import('./tally.js').Counts} Counts */

const PROGRAM = fileURLToPath(new URL('people.ts', import.meta.url));

/** @param {Layout} layout */
export function countsFileOf(layout) {
  return path.join(layout.run, 'demo-counts.json');
}

/** The counts as the people left them last; undefined before they are there.
 * @param {Layout} layout @returns {Promise<Counts | undefined>} */
export async function readCounts(layout) {
  const text = await readFile(countsFileOf(layout), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/**
 * @param {Layout} layout
 * @param {string} file
 * @returns {Promise<readonly Readonly<Record<string, unknown>>[]>}
 */
async function rowsOf({ flows }, file) {
  return parse(await readFile(path.join(flows, file), 'utf8'));
}

/**
 * @param {Layout} layout
 * @param {DemoOptions} options
 * @returns {Promise<import('./people.js').Cast>}
 */
async function castOf(layout, { agents, callsPerMinute, surge, seed }) {
  const [people, phones, numbers] = await Promise.all(
    ['agents.yaml', 'devices.yaml', 'numbers.yaml'].map((file) => rowsOf(layout, file)),
  );
  const seats = Array.from({ length: agents }, (_, index) => ({
    agentId: String(people?.[index]?.['id']),
    deviceId: String(phones?.[index]?.['id']),
  }));
  const overseer = String(people?.find((row) => row['role'] === 'supervisor')?.['id']);
  const number = String(numbers?.[0]?.['number']);
  return { seats, overseer, number, callsPerMinute, surge, seed, countsFile: countsFileOf(layout) };
}

/**
 * Starts them and waits until they are at work.
 * @param {Layout} layout
 * @param {DemoOptions} options
 * @param {(words: string) => void} say told when they end by themselves
 * @returns {Promise<Part>}
 */
export async function startPeople(layout, options, say) {
  await rm(countsFileOf(layout), { force: true });
  const cast = JSON.stringify(await castOf(layout, options));
  const part = new Part(
    {
      name: 'people',
      command: async () => ({
        // NODE_OPTIONS of a test runner or a debugger is not meant for them.
        command: 'env',
        args: ['-u', 'NODE_OPTIONS', process.execPath, '--import', import.meta.resolve('tsx'), PROGRAM, cast],
        env: { ...process.env, ...envOf(layout) },
      }),
      isReady: async () => (await readCounts(layout)) !== undefined,
      readyMs: 30_000,
      stopSignal: 'SIGTERM',
      stopMs: 800,
      logDir: layout.log,
      runDir: layout.run,
    },
    {
      report: (event, words) =>
        say(
          event === 'ended'
            ? `people 已退出,正在重启 ended, starting again (${words})`
            : 'people 已重启 started again',
        ),
    },
  );
  await part.start();
  return part;
}
