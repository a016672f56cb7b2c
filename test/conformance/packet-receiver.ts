// A small receiver of packets as docs/emergency.md describes it: checks and signs by itself, takes an id once, misbehaves on demand.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import type { PacketBody } from '../../src/engine/packets.js';

/**
 * What it does with a packet. Of `status` it takes it with 200 alone; `slow`: after so long; `late`: takes it and is silent; `reset`: breaks
 * off; `halfway`: takes it and breaks off in its answer; the others take it and answer wrongly.
 */
export type PacketDoing =
  | { readonly status: number }
  | { readonly slowMs: number }
  | {
      readonly is: 'late' | 'reset' | 'halfway' | 'badJson' | 'noId' | 'unsigned' | 'wrongSignature' | 'long';
    };

export interface PacketReceiver {
  readonly url: string;
  /** Each packet once, in the order they were taken. */
  readonly taken: readonly PacketBody[];
  /** Every request that came, by its packet's id. */
  readonly asked: readonly string[];
  badSignatures(): number;
  setDown(down: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Their own id of a packet. */
export const theirIdOf = (packetId: string): string => `P-${packetId}`;

/** A receiver at a free port. */
export async function startPacketReceiver(
  secretOf: () => string | Promise<string>,
  behave: (id: string, asked: number) => PacketDoing = () => ({ status: 200 }),
): Promise<PacketReceiver> {
  const taken: PacketBody[] = [];
  const asked: string[] = [];
  let badSignatures = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [body, secret] = [await text(request), await secretOf()];
    const sign = (stamp: string, words: string) =>
      `v1=${createHmac('sha256', secret).update(`${stamp}.${words}`).digest('hex')}`;
    const stamp = String(request.headers['x-yihao-timestamp']);
    const isFresh = Math.abs(Date.now() / 1_000 - Number(stamp)) < 300;
    if (request.headers['x-yihao-signature'] !== sign(stamp, body) || !isFresh) {
      badSignatures += 1;
      return void response.writeHead(401).end();
    }
    const packet = JSON.parse(body) as PacketBody;
    if (request.headers['idempotency-key'] !== packet.id) return void response.writeHead(400).end();
    asked.push(packet.id);
    const doing = behave(packet.id, asked.filter((id) => id === packet.id).length);
    if ('status' in doing && doing.status !== 200) return void response.writeHead(doing.status).end();
    if ('is' in doing && doing.is === 'reset') return void request.socket.destroy();
    if (!taken.some(({ id }) => id === packet.id)) taken.push(packet);
    if ('slowMs' in doing) await sleep(doing.slowMs);
    const fault = 'is' in doing ? doing.is : undefined;
    if (fault === 'late') return;
    const words =
      fault === 'badJson'
        ? '<html>ok</html>'
        : JSON.stringify(
            fault === 'noId'
              ? { ok: true }
              : { id: theirIdOf(packet.id), ...(fault === 'long' && { more: 'x'.repeat(9_000) }) },
          );
    const now = String(Math.floor(Date.now() / 1_000));
    const signature = fault === 'wrongSignature' ? sign(now, `${words} `) : sign(now, words);
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(fault !== 'unsigned' && { 'x-yihao-timestamp': now, 'x-yihao-signature': signature }),
      ...(fault === 'halfway' && { 'content-length': String(words.length + 10) }),
    });
    if (fault !== 'halfway') return void response.end(words);
    response.write(words);
    await sleep(50);
    request.socket.destroy();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const close = async () => {
    server.closeAllConnections();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/packets`,
    taken,
    asked,
    badSignatures: () => badSignatures,
    setDown: (down) => (down ? close() : listen(port)),
    close,
  };
}
