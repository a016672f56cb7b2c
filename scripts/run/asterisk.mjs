// @ts-check
// Renders the configuration and runs Asterisk in the foreground until it answers ARI.

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { SetupFailure } from '../install/failure.mjs';
import { renderAsteriskConfig } from './asterisk-config.mjs';
import { findAsterisk } from './asterisk-program.mjs';
import { SettingError } from './layout.mjs';
import { Part } from './part.mjs';
import { portsOf, requireFree } from './ports.mjs';

/** @typedef {import('./layout.mjs').Layout} Layout */

/** A Unix socket's path holds 107 bytes; Asterisk makes `asterisk.ctl` in its run folder. */
const SOCKET_PATH_BYTES = 107;

/** @param {Layout} layout */
function requireShortHome(layout) {
  const socket = path.join(layout.asterisk, 'run/asterisk.ctl');
  if (Buffer.byteLength(socket) <= SOCKET_PATH_BYTES) return;
  throw new SettingError(
    `YIHAO_HOME 的路径过长,请换一个短些的目录。 The path of YIHAO_HOME is too long: choose a shorter one.`,
  );
}

/**
 * Whether ARI answers: while Asterisk boots its HTTP port says 503.
 * @param {number} port
 * @param {string} password
 * @returns {Promise<boolean>}
 */
function answers(port, password) {
  return new Promise((resolve) => {
    const request = http.get(
      {
        host: '127.0.0.1',
        port,
        path: '/ari/asterisk/ping',
        auth: `yihao:${password}`,
        timeout: 1000,
        agent: false,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

/**
 * Starts Asterisk with the configuration as the files say now, and waits until ARI answers.
 * @param {Layout} layout
 * @param {import('./part.mjs').PartOptions} [options]
 * @returns {Promise<Part>}
 */
export async function startAsterisk(layout, options = {}) {
  requireShortHome(layout);
  const program = await findAsterisk(layout.cache);
  if (program === undefined) {
    throw new SetupFailure(
      '没有找到 Asterisk 22.10 以上版本,请先运行 scripts/setup。',
      'There is no Asterisk 22.10 or newer: run scripts/setup.',
    );
  }
  await requireFree(portsOf(layout).asterisk);
  const config = await renderAsteriskConfig(layout, program);
  const password = (await readFile(path.join(layout.secrets, 'ari'), 'utf8')).trim();
  const part = new Part(
    {
      name: 'asterisk',
      command: async () => ({ command: program.command, args: [...program.args, '-f', '-C', config] }),
      isReady: () => answers(layout.ariPort, password),
      readyMs: 20_000,
      stopSignal: 'SIGTERM',
      stopMs: 2000,
      logDir: layout.log,
      runDir: layout.run,
    },
    options,
  );
  await part.start();
  return part;
}
