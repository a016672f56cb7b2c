// @ts-check
// Runs the service (dist/main.js) and waits until its HTTP port answers.

import http from 'node:http';
import path from 'node:path';
import { envOf } from './layout.mjs';
import { Part } from './part.mjs';
import { portsOf, requireFree } from './ports.mjs';
import { databaseUrl } from './postgres.mjs';

/** @typedef {import('./layout.mjs').Layout} Layout */

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const request = http.get(
      { host: '127.0.0.1', port, path: '/', timeout: 1000, agent: false },
      (response) => {
        response.resume();
        resolve(true);
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

/**
 * Starts the service and waits until it answers HTTP.
 * @param {Layout} layout
 * @param {import('./part.mjs').PartOptions & {env?: Record<string, string>, nodeArgs?: readonly string[]}} [options]
 *   `env` adds to the service's environment, `nodeArgs` to what Node is started with
 * @returns {Promise<Part>}
 */
export async function startService(layout, options = {}) {
  await requireFree(portsOf(layout).service);
  const url = process.env['DATABASE_URL'] || (await databaseUrl(layout));
  const part = new Part(
    {
      name: 'service',
      command: async () => ({
        // NODE_OPTIONS of a test runner or a debugger is not meant for it.
        command: 'env',
        args: [
          ...['-u', 'NODE_OPTIONS', process.execPath],
          ...(options.nodeArgs ?? []),
          path.join(layout.project, 'dist/main.js'),
        ],
        env: { ...process.env, ...envOf(layout), DATABASE_URL: url, ...options.env },
      }),
      isReady: () => answers(layout.httpPort),
      readyMs: 30_000,
      stopSignal: 'SIGTERM',
      stopMs: 2500,
      logDir: layout.log,
      runDir: layout.run,
    },
    options,
  );
  await part.start();
  return part;
}
