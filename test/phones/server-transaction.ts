// A request of the other side until it is dealt with: the last response again for each copy, a final one until its ACK.
import { repeatEvery, t1Ms, t2Ms, transactionLifeMs } from './retransmission.js';
import type { SipHeader, SipRequest, SipResponse } from './sip-message.js';
import type { SipAddress } from './sip-transport.js';
import type { TimerBag } from './timers.js';

/** A request of the other side. */
export interface ServerTransaction {
  readonly request: SipRequest;
  readonly source: SipAddress;
  /** Sends a response and keeps it for retransmissions; after a final one, further calls do nothing. */
  respond(response: SipResponse): void;
  /** The ACK of our 2xx has come: stop repeating it. */
  acknowledged(): void;
}

/** A server transaction with what only the transaction layer calls. */
export interface ServerMachine extends ServerTransaction {
  /** A copy of the request came. */
  repeat(): void;
  /** The ACK of a failure came. */
  absorbAck(): void;
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

/** The methods a phone answers. */
export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, UPDATE';

const phrases: Readonly<Record<number, string>> = {
  404: 'Not Found',
  405: 'Method Not Allowed',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
  606: 'Not Acceptable',
};

/** The reason phrase of a status we send. */
export function reasonPhrase(status: number): string {
  return phrases[status] ?? 'Refused';
}

/** Takes a request that has just come. */
export function createServerTransaction(options: {
  readonly request: SipRequest;
  readonly source: SipAddress;
  readonly timers: TimerBag;
  readonly send: (response: SipResponse) => void;
  readonly remove: () => void;
  readonly onUnacknowledged: () => void;
}): ServerMachine {
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
