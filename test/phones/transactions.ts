// SIP transactions over UDP (RFC 3261 §17, RFC 6026): retransmission and its suppression, the ACK rules, CANCEL.
import { randomBytes } from 'node:crypto';
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
import { createTimerBag, type TimerBag } from './timers.js';

/** RFC 3261 table 4. `T1` is the estimate of a round trip, `T4` how long a message may linger in the network. */
const t1Ms = 500;
const t2Ms = 4_000;
const t4Ms = 5_000;
const transactionLifeMs = 64 * t1Ms;

/** A request of ours under way. */
export interface ClientTransaction {
  /** Sends the ACK of a 2xx, now and at each retransmission of it. */
  acknowledge(ack: SipRequest): void;
  /** Gives the INVITE up: CANCEL goes out as soon as a provisional response allows it. */
  cancel(headers?: readonly SipHeader[]): void;
}

/** What becomes of a request of ours. Exactly one of `onFinal` and `onTimeout` is called, once. */
export interface ClientHandlers {
  readonly onProvisional?: (response: SipResponse) => void;
  readonly onFinal: (response: SipResponse) => void;
  readonly onTimeout: () => void;
}

/** A request of the other side. */
export interface ServerTransaction {
  readonly request: SipRequest;
  readonly source: SipAddress;
  /** Sends a response and keeps it for retransmissions; after a final one, further calls do nothing. */
  respond(response: SipResponse): void;
  /** The ACK of our 2xx has come: stop repeating it. */
  acknowledged(): void;
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
  /** Closes the socket and all timers; nothing is sent, no handler is called any more. */
  close(): Promise<void>;
}

interface ServerState extends ServerTransaction {
  repeat(): void;
  absorbAck(): void;
}

/** A random token with the letters SIP allows anywhere. */
export function randomToken(bytes = 8): string {
  return randomBytes(bytes).toString('hex');
}

/** The response to `request` with the headers every response copies (RFC 3261 §8.2.6). */
export function makeResponse(
  request: SipRequest,
  status: number,
  reason: string,
  extra: { readonly toTag?: string; readonly headers?: readonly SipHeader[]; readonly body?: string } = {},
): SipResponse {
  const copied = request.headers.filter(({ name }) =>
    ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Record-Route'].includes(name),
  );
  const headers = copied.map(({ name, value }) =>
    name === 'To' && extra.toTag !== undefined && !/;\s*tag=/i.test(value)
      ? { name, value: `${value};tag=${extra.toTag}` }
      : { name, value },
  );
  return {
    kind: 'response',
    status,
    reason,
    headers: [...headers, ...(extra.headers ?? [])],
    body: extra.body ?? '',
  };
}

/** Opens the socket and starts to listen. Rejects when the port is taken. */
export async function openTransactions(options: {
  readonly bind: SipAddress;
  readonly user: TransactionUser;
  readonly loss?: LossFilter;
}): Promise<Transactions> {
  const timers = createTimerBag();
  const clients = new Map<string, (response: SipResponse) => void>();
  const servers = new Map<string, ServerState>();
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

  const receiveCancel = (cancel: SipRequest, source: SipAddress, invite: ServerState | undefined): void => {
    transport.send(
      invite ? makeResponse(cancel, 200, 'OK') : makeResponse(cancel, 481, 'No Such Transaction'),
      source,
    );
    if (invite) options.user.onCancel(invite, cancel);
  };

  const addServer = (key: string, request: SipRequest, source: SipAddress): ServerState => {
    const server = createServer({
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
  ): Client => {
    const sent = withVia(request, transport, branch);
    const key = `${branch} ${request.method}`;
    const client = createClient({
      request: sent,
      timers,
      handlers,
      send: (message) => transport.send(message, destination),
      remove: () => clients.delete(key),
    });
    clients.set(key, (response) => client.receive(response));
    return client;
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
    async close() {
      timers.close();
      clients.clear();
      servers.clear();
      await transport.close();
    },
  };
}

interface Client {
  receive(response: SipResponse): void;
  acknowledge(ack: SipRequest): void;
  whenProvisional(action: () => void): void;
}

function createClient(options: {
  readonly request: SipRequest;
  readonly timers: TimerBag;
  readonly handlers: ClientHandlers;
  readonly send: (message: SipMessage) => void;
  readonly remove: () => void;
}): Client {
  const { request, timers, handlers, send, remove } = options;
  const isInvite = request.method === 'INVITE';
  let state: 'calling' | 'proceeding' | 'done' = 'calling';
  let ack: SipRequest | undefined;
  let onceProvisional: (() => void) | undefined;
  let stopRepeating = repeatEvery(timers, t1Ms, isInvite ? Infinity : t2Ms, () => send(request));
  const timeOut = (): void => {
    finish(0);
    handlers.onTimeout();
  };
  let stopWaiting = timers.after(transactionLifeMs, timeOut);
  const finish = (lingerMs: number): void => {
    state = 'done';
    stopRepeating();
    stopWaiting();
    if (lingerMs === 0) remove();
    else timers.after(lingerMs, remove);
  };
  const giveUp = (action: () => void): void => {
    action();
    // A cancelled INVITE that no final response follows must not wait for ever (RFC 3261 §9.1).
    stopWaiting();
    stopWaiting = timers.after(transactionLifeMs, timeOut);
  };
  const receiveProvisional = (response: SipResponse): void => {
    if (state === 'calling') {
      state = 'proceeding';
      stopRepeating();
      // An INVITE may ring for ever; any other request is repeated at T2 until its final response.
      if (isInvite) stopWaiting();
      else stopRepeating = repeatEvery(timers, t2Ms, t2Ms, () => send(request), false);
    }
    onceProvisional?.();
    onceProvisional = undefined;
    handlers.onProvisional?.(response);
  };
  const receiveFinal = (response: SipResponse): void => {
    const repeated = state === 'done';
    if (!repeated) finish(isInvite ? transactionLifeMs : t4Ms);
    if (isInvite && response.status >= 300) send(makeFailureAck(request, response));
    if (!repeated) handlers.onFinal(response);
    else if (ack && response.status < 300) send(ack);
  };
  return {
    receive(response) {
      if (response.status >= 200) receiveFinal(response);
      else if (state !== 'done') receiveProvisional(response);
    },
    acknowledge(request2xx) {
      ack = request2xx;
      send(ack);
    },
    whenProvisional(action) {
      if (state === 'proceeding') giveUp(action);
      else if (state === 'calling') onceProvisional = () => giveUp(action);
    },
  };
}

function createServer(options: {
  readonly request: SipRequest;
  readonly source: SipAddress;
  readonly timers: TimerBag;
  readonly send: (response: SipResponse) => void;
  readonly remove: () => void;
  readonly onUnacknowledged: () => void;
}): ServerState {
  const { request, source, timers, send, remove } = options;
  const isInvite = request.method === 'INVITE';
  let last: SipResponse | undefined;
  let stopRepeating = (): void => undefined;
  let settled = false;
  const settle = (): void => {
    settled = true;
    stopRepeating();
  };
  const sendFinal = (response: SipResponse): void => {
    if (isInvite) stopRepeating = repeatEvery(timers, t1Ms, t2Ms, () => send(response));
    else send(response);
    timers.after(transactionLifeMs, () => {
      const unacknowledged = isInvite && !settled && response.status < 300;
      settle();
      remove();
      if (unacknowledged) options.onUnacknowledged();
    });
  };
  return {
    request,
    source,
    respond(response) {
      if (last && last.status >= 200) return;
      last = response;
      if (response.status >= 200) sendFinal(response);
      else send(response);
    },
    acknowledged: settle,
    repeat() {
      if (last) send(last);
    },
    absorbAck: settle,
  };
}

/** Acts now (unless told not to) and again after `firstMs`, doubling up to `maxMs`; the returned function stops it. */
function repeatEvery(
  timers: TimerBag,
  firstMs: number,
  maxMs: number,
  act: () => void,
  now = true,
): () => void {
  let cancel = (): void => undefined;
  const schedule = (delayMs: number): void => {
    cancel = timers.after(delayMs, () => {
      act();
      schedule(Math.min(delayMs * 2, maxMs));
    });
  };
  schedule(firstMs);
  if (now) act();
  return () => cancel();
}

function newBranch(): string {
  return `z9hG4bK${randomToken()}`;
}

function withVia(request: SipRequest, local: SipAddress, branch: string): SipRequest {
  const via = { name: 'Via', value: `SIP/2.0/UDP ${local.host}:${local.port};rport;branch=${branch}` };
  return { ...request, headers: [via, ...request.headers] };
}

/** The ACK of a 3xx-6xx: the INVITE's own branch, the response's To (RFC 3261 §17.1.1.3). */
function makeFailureAck(invite: SipRequest, response: SipResponse): SipRequest {
  const kept = ['Via', 'From', 'Call-ID', 'Max-Forwards', 'Route'];
  const headers = invite.headers.filter(({ name }) => kept.includes(name));
  return {
    kind: 'request',
    method: 'ACK',
    uri: invite.uri,
    headers: [
      ...headers,
      { name: 'To', value: requiredHeader(response, 'To') },
      { name: 'CSeq', value: `${parseCSeq(requiredHeader(invite, 'CSeq')).number} ACK` },
    ],
    body: '',
  };
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
