// A request of ours until its final answer: copies until something is heard, the ACK of a failure, the wait before CANCEL.
import { repeatEvery, t1Ms, t2Ms, t4Ms, transactionLifeMs } from './retransmission.js';
import {
  parseCSeq,
  requiredHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.js';
import type { TimerBag } from './timers.js';

/** What becomes of a request of ours. Exactly one of `onFinal` and `onTimeout` is called, once. */
export interface ClientHandlers {
  readonly onProvisional?: (response: SipResponse) => void;
  readonly onFinal: (response: SipResponse) => void;
  readonly onTimeout: () => void;
}

/** One client transaction. */
export interface ClientMachine {
  receive(response: SipResponse): void;
  /** Sends the ACK of a 2xx, and again at each copy of the 2xx. */
  acknowledge(ack: SipRequest): void;
  /** Acts as soon as a provisional response has come, and from then on waits 32 s for the final one. */
  whenProvisional(action: () => void): void;
}

/** Sends the request and takes it from there. */
export function startClientTransaction(options: {
  readonly request: SipRequest;
  readonly timers: TimerBag;
  readonly handlers: ClientHandlers;
  readonly send: (message: SipMessage) => void;
  readonly remove: () => void;
}): ClientMachine {
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
