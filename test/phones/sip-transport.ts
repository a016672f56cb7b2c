// One UDP socket that carries SIP messages; it counts what it cannot read and can be told to lose messages on purpose.
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { formatSipMessage, parseSipMessage, SipParseError, type SipMessage } from './sip-message.js';

/** Where a datagram goes to or came from. */
export interface SipAddress {
  readonly host: string;
  readonly port: number;
}

/** Returns true to lose the message: how the tests make a network that drops packets. */
export type LossFilter = (message: SipMessage, direction: 'in' | 'out') => boolean;

/** An open socket. */
export interface SipTransport {
  readonly host: string;
  readonly port: number;
  /** Datagrams that were no SIP message (keep-alives of empty lines not counted). */
  readonly malformedCount: number;
  send(message: SipMessage, destination: SipAddress): void;
  /** From now on nothing is taken or sent, but the port stays ours: no other phone of this machine may answer in its place. */
  deafen(): void;
  /** Closes without a word to anyone. */
  close(): Promise<void>;
}

/** Opens a socket on `bind` (port 0 = any free one). Rejects when the port is taken. */
export async function openSipTransport(options: {
  readonly bind: SipAddress;
  readonly loss: LossFilter;
  readonly onMessage: (message: SipMessage, source: SipAddress) => void;
}): Promise<SipTransport> {
  const socket = await openUdpSocket(options.bind);
  let malformedCount = 0;
  let deaf = false;
  let closed = false;
  const receive = (datagram: Buffer, source: SipAddress): void => {
    if (deaf) return;
    if (datagram.every((byte) => byte === 13 || byte === 10 || byte === 0)) return;
    try {
      const message = parseSipMessage(datagram);
      if (!options.loss(message, 'in')) options.onMessage(message, source);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      malformedCount += 1;
    }
  };
  socket.on('message', (datagram, source) => receive(datagram, { host: source.address, port: source.port }));
  return {
    host: options.bind.host,
    port: socket.address().port,
    get malformedCount() {
      return malformedCount;
    },
    send(message, destination) {
      if (closed || deaf || options.loss(message, 'out')) return;
      socket.send(formatSipMessage(message), destination.port, destination.host);
    },
    deafen() {
      deaf = true;
      socket.unref();
    },
    async close() {
      if (closed) return;
      closed = true;
      await closeUdpSocket(socket);
    },
  };
}

/**
 * Opens a UDP socket whose errors of sending are dropped, as the network would drop the packet. Literal addresses skip the
 * resolver, so a packet leaves within the call of `send`, and not a turn of the event loop later.
 */
export async function openUdpSocket(bind: SipAddress): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 1 << 20,
    lookup: (host, lookupOptions, done) => {
      if (isIP(host) === 4) done(null, host, 4);
      else
        lookup(host, lookupOptions, (error, address, family) => done(error, address as string, family ?? 4));
    },
  });
  const listening = once(socket, 'listening');
  socket.bind(bind.port, bind.host);
  try {
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('error', () => undefined);
  return socket;
}

/** Closes and waits until the port is free again. */
export async function closeUdpSocket(socket: Socket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
