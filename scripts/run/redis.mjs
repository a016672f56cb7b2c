// @ts-check
// Runs a private Redis on loopback: what is written lasts (AOF, every second), nothing is ever evicted, a password is required.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { Part } from './part.mjs';
import { portsOf, requireFree } from './ports.mjs';

/** @typedef {import('./layout.mjs').Layout} Layout */

/**
 * @param {Layout} layout
 * @param {string} password
 */
function configOf(layout, password) {
  return `bind 127.0.0.1
port ${layout.redisPort}
protected-mode yes
requirepass ${password}
dir ${layout.redis}
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
# A crash report quotes the command under way, a citizen's number included.
crash-log-enabled no
`;
}

/**
 * Asks Redis whether it is there and has read its files.
 * @param {number} port
 * @param {string} password
 * @returns {Promise<boolean>}
 */
function answers(port, password) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const end = (/** @type {boolean} */ ok) => {
      socket.destroy();
      resolve(ok);
    };
    let text = '';
    socket.setTimeout(1000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.includes('+PONG')) end(true);
      else if (text.includes('-')) end(false);
    });
    socket.write(`AUTH ${password}\r\nPING\r\n`);
  });
}

/**
 * Starts Redis and waits until it answers.
 * @param {Layout} layout
 * @param {import('./part.mjs').PartOptions} [options]
 * @returns {Promise<Part>}
 */
export async function startRedis(layout, options = {}) {
  const password = (await readFile(path.join(layout.secrets, 'redis'), 'utf8')).trim();
  const config = path.join(layout.redis, 'redis.conf');
  await requireFree(portsOf(layout).redis);
  await mkdir(layout.redis, { recursive: true, mode: 0o700 });
  await writeFile(config, configOf(layout, password), { mode: 0o600 });
  const part = new Part(
    {
      name: 'redis',
      command: async () => ({ command: 'redis-server', args: [config] }),
      isReady: () => answers(layout.redisPort, password),
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
