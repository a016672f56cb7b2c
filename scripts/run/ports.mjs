// @ts-check
// Tells whether the ports of a Yihao are free, and in one sentence what to do when one is not.

import dgram from 'node:dgram';
import net from 'node:net';
import { SetupFailure } from '../install/failure.mjs';

/** @typedef {import('./layout.mjs').Layout} Layout */
/** @typedef {{readonly port: number, readonly host: string, readonly kind: 'tcp' | 'udp', readonly setting: string}} Port */

/**
 * The ports of each part.
 * @param {Layout} layout
 * @returns {Readonly<Record<'redis' | 'postgres' | 'asterisk' | 'service', readonly Port[]>>}
 */
export function portsOf(layout) {
  const own = (/** @type {number} */ port) => ({
    port,
    host: '127.0.0.1',
    kind: /** @type {const} */ ('tcp'),
    setting: 'YIHAO_PORT_BASE',
  });
  const sip = { port: layout.sipPort, host: layout.bind, setting: 'YIHAO_SIP_PORT' };
  return {
    service: [own(layout.httpPort)],
    asterisk: [own(layout.ariPort), own(layout.amiPort), { ...sip, kind: 'udp' }, { ...sip, kind: 'tcp' }],
    redis: [own(layout.redisPort)],
    postgres: [own(layout.postgresPort)],
  };
}

/**
 * @param {Port} port
 * @returns {Promise<string | undefined>} the error code, `undefined` when free
 */
function probe({ port, host, kind }) {
  return new Promise((resolve) => {
    const fail = (/** @type {Error} */ error) =>
      resolve(/** @type {NodeJS.ErrnoException} */ (error).code ?? 'EFAULT');
    if (kind === 'udp') {
      const socket = dgram.createSocket('udp4');
      socket.once('error', fail);
      socket.bind(port, host, () => socket.close(() => resolve(undefined)));
    } else {
      const server = net.createServer();
      server.once('error', fail);
      server.listen(port, host, () => server.close(() => resolve(undefined)));
    }
  });
}

/**
 * Passes when every port is free.
 * @param {readonly Port[]} ports
 * @throws {SetupFailure}
 */
export async function requireFree(ports) {
  for (const port of ports) {
    const fault = await probe(port);
    if (fault === undefined) continue;
    const name = `${port.host}:${port.port} (${port.kind})`;
    if (fault === 'EADDRNOTAVAIL') {
      throw new SetupFailure(
        `本机没有地址 ${port.host},请检查 YIHAO_BIND。`,
        `This machine has no address ${port.host}: check YIHAO_BIND.`,
      );
    }
    throw new SetupFailure(
      `端口 ${name} 已被占用(${fault}),请停掉占用它的程序,或换一个 ${port.setting}。`,
      `Port ${name} is taken (${fault}): stop what uses it or set another ${port.setting}.`,
    );
  }
}
