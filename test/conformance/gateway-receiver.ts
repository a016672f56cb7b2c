// A small gateway of short messages as docs/messages.md describes it: checks the signature by itself, takes an id once, misbehaves on demand.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Received } from './message-gateway.suite.js';

/** What it does with a request: a status; `late`: takes the message and is silent; `reset`: breaks off. */
export type Behaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly is: 'late' | 'reset' };

export interface GatewayReceiver {
  readonly url: string;
  /** Each message once, in the order they were taken. */
  readonly taken: Received[];
  /** Every request that came, by its message's id. */
  readonly asked: readonly string[];
  /** Requests whose signature was wrong. */
  badSignatures(): number;
  setDown(down: boolean): Promise<void>;
  close(): Promise<void>;
}

/** A receiver at a free port; `behave` decides over each request, 200 by default. */
export async function startGatewayReceiver(
  secret: string,
  behave: (id: string) => Behaviour = () => ({ status: 200 }),
): Promise<GatewayReceiver> {
  const taken: Received[] = [];
  const asked: string[] = [];
  let badSignatures = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const timestamp = String(request.headers['x-yihao-timestamp']);
    const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
    const isFresh = Math.abs(Date.now() / 1_000 - Number(timestamp)) < 300;
    if (request.headers['x-yihao-signature'] !== `v1=${digest}` || !isFresh) {
      badSignatures += 1;
      return void response.writeHead(401).end();
    }
    const message = JSON.parse(body) as Received;
    if (request.headers['idempotency-key'] !== message.id) return void response.writeHead(400).end();
    asked.push(message.id);
    const behaviour = behave(message.id);
    const isTaken = 'is' in behaviour ? behaviour.is === 'late' : behaviour.status < 300;
    if (isTaken && !taken.some(({ id }) => id === message.id)) taken.push(message);
    if (!('is' in behaviour)) return void response.writeHead(behaviour.status, behaviour.headers).end();
    if (behaviour.is === 'reset') request.socket.destroy();
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
    url: `http://127.0.0.1:${String(port)}/sms`,
    taken,
    asked,
    badSignatures: () => badSignatures,
    setDown: (down) => (down ? close() : listen(port)),
    close,
  };
}
