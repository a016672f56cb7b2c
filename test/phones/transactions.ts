// SIP transactions over one UDP socket (RFC 3261 §17, RFC 6026): which message belongs to which, ACK and CANCEL included.
import { randomBytes } from 'node:crypto';
import { startClientTransaction, type ClientHandlers, type ClientMachine } from './client-transaction.js';
import {
  createServerTransaction,
  makeResponse,
  type ServerMachine,
  type ServerTransaction,
} from './server-transaction.js';
import {
  headersOf,
  parseCSeq,
  parseVia,
  requiredHeader,
  SipParseError,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.js';
import { openSipTransport, type LossFilter, type SipAddress } from './sip-transport.js';
import { createTimerBag } from './timers.js';

/** A request of ours under way. */
export interface ClientTransaction {
  /** Sends the ACK of a 2xx, now and at each retransmission of it. */
  acknowledge(ack: SipRequest): void;
  /** Gives the INVITE up: CANCEL goes out as soon as a provisional response allows it. */
  cancel(headers?: readonly SipHeader[]): void;
}

/** Whoever is told of requests. ACKs of failures and retransmissions never get here. */
export interface TransactionUser {
  readonly onRequest: (transaction: ServerTransaction) => void;
  readonly onCancel: (invite: ServerTransaction, cancel: SipRequest) => void;
  readonly onAck: (ack: SipRequest) => void;
  /** Nobody acknowledged our 2xx for 32 s. */
  readonly onUnacknowledged: (invite: ServerTransaction) => void;
}

/** The transactions of one socket. */
export interface Transactions {
  readonly host: string;
  readonly port: number;
  readonly malformedCount: number;
  /** Starts a client transaction; Via is added here. Not for ACK. */
  request(request: SipRequest, destination: SipAddress, handlers: ClientHandlers): ClientTransaction;
  /** Ends all timers; nothing is taken or sent any more, but the port is kept until `close`. */
  die(): void;
  /** Closes the socket and all timers; nothing is sent, no handler is called any more. */
  close(): Promise<void>;
}

/** A random token with the letters SIP allows anywhere. */
export function randomToken(bytes = 8): string {
  return randomBytes(bytes).toString('hex');
}

/** Opens the socket and starts to listen. Rejects when the port is taken. */
export async function openTransactions(options: {
  readonly bind: SipAddress;
  readonly user: TransactionUser;
  readonly loss?: LossFilter;
}): Promise<Transactions> {
  const timers = createTimerBag();
  const clients = new Map<string, (response: SipResponse) => void>();
  const servers = new Map<string, ServerMachine>();
  const transport = await openSipTransport({
    bind: options.bind,
    loss: options.loss ?? (() => false),
    onMessage: (message, source) => {
      if (message.kind === 'response') clients.get(clientKey(message))?.(message);
      else receiveRequest(message, source);
    },
  });

  const receiveRequest = (request: SipRequest, source: SipAddress): void => {
    const key = serverKey(request);
    const known = servers.get(key);
    if (request.method === 'ACK') {
      if (known) known.absorbAck();
      else options.user.onAck(request);
    } else if (known && request.method !== 'CANCEL') known.repeat();
    else if (request.method === 'CANCEL') receiveCancel(request, source, known);
    else options.user.onRequest(addServer(key, request, source));
  };

  const receiveCancel = (cancel: SipRequest, source: SipAddress, invite: ServerMachine | undefined): void => {
    transport.send(
      invite ? makeResponse(cancel, 200, 'OK') : makeResponse(cancel, 481, 'No Such Transaction'),
      source,
    );
    if (invite) options.user.onCancel(invite, cancel);
  };

  const addServer = (key: string, request: SipRequest, source: SipAddress): ServerMachine => {
    const server = createServerTransaction({
      request,
      source,
      timers,
      send: (response) => transport.send(response, source),
      remove: () => servers.delete(key),
      onUnacknowledged: () => options.user.onUnacknowledged(server),
    });
    servers.set(key, server);
    return server;
  };

  const startClient = (
    request: SipRequest,
    destination: SipAddress,
    branch: string,
    handlers: ClientHandlers,
  ): ClientMachine => {
    const sent = withVia(request, transport, branch);
    const key = `${branch} ${request.method}`;
    const client = startClientTransaction({
      request: sent,
      timers,
      handlers,
      send: (message) => transport.send(message, destination),
      remove: () => clients.delete(key),
    });
    clients.set(key, (response) => client.receive(response));
    return client;
  };

  const stop = (): void => {
    timers.close();
    clients.clear();
    servers.clear();
  };

  return {
    host: transport.host,
    port: transport.port,
    get malformedCount() {
      return transport.malformedCount;
    },
    request(request, destination, handlers) {
      const branch = newBranch();
      const client = startClient(request, destination, branch, handlers);
      return {
        acknowledge: (ack) => client.acknowledge(withVia(ack, transport, newBranch())),
        cancel: (headers = []) =>
          client.whenProvisional(() => {
            const ignore = { onFinal: () => undefined, onTimeout: () => undefined };
            startClient(makeCancel(request, headers), destination, branch, ignore);
          }),
      };
    },
    die() {
      stop();
      transport.deafen();
    },
    async close() {
      stop();
      await transport.close();
    },
  };
}

function newBranch(): string {
  return `z9hG4bK${randomToken()}`;
}

function withVia(request: SipRequest, local: SipAddress, branch: string): SipRequest {
  const via = { name: 'Via', value: `SIP/2.0/UDP ${local.host}:${local.port};rport;branch=${branch}` };
  return { ...request, headers: [via, ...request.headers] };
}

function makeCancel(invite: SipRequest, extra: readonly SipHeader[]): SipRequest {
  const kept = ['From', 'To', 'Call-ID', 'Max-Forwards', 'Route'];
  const headers = invite.headers.filter(({ name }) => kept.includes(name));
  const cseq = { name: 'CSeq', value: `${parseCSeq(requiredHeader(invite, 'CSeq')).number} CANCEL` };
  return {
    kind: 'request',
    method: 'CANCEL',
    uri: invite.uri,
    headers: [...headers, cseq, ...extra],
    body: '',
  };
}

function clientKey(response: SipResponse): string {
  return `${topVia(response).params.get('branch') ?? ''} ${parseCSeq(requiredHeader(response, 'CSeq')).method}`;
}

/** ACK and CANCEL find the INVITE they belong to; everything else is its own method (RFC 3261 §17.2.3). */
function serverKey(request: SipRequest): string {
  const via = topVia(request);
  const method = request.method === 'ACK' || request.method === 'CANCEL' ? 'INVITE' : request.method;
  return `${via.params.get('branch') ?? ''} ${via.host}:${via.port ?? 5060} ${method}`;
}

function topVia(message: SipMessage): ReturnType<typeof parseVia> {
  const value = headersOf(message, 'Via')[0];
  if (value === undefined) throw new SipParseError('no Via');
  return parseVia(value);
}
