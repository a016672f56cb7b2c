// Sends a request and, when it is challenged, sends it once more with the digest answer.
import { chooseDigestChallenge, formatDigestAnswer } from './digest.js';
import { headersOf, parseCSeq, requiredHeader, type SipRequest, type SipResponse } from './sip-message.js';
import type { SipAddress } from './sip-transport.js';
import { randomToken, type ClientTransaction, type Transactions } from './transactions.js';

/** Who the phone is to the server. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** As ClientHandlers, and `onFinal` also tells which request (with which CSeq) was answered. */
export interface RequestHandlers {
  readonly onProvisional?: (response: SipResponse) => void;
  readonly onFinal: (response: SipResponse, request: SipRequest) => void;
  readonly onTimeout: () => void;
}

/** Sends requests for one phone. */
export type SendRequest = (
  request: SipRequest,
  destination: SipAddress,
  handlers: RequestHandlers,
) => ClientTransaction;

/** Makes the sender; without credentials a challenge is simply the final response. */
export function createRequester(
  transactions: Transactions,
  credentials: Credentials | undefined,
): SendRequest {
  return (first, destination, handlers) => {
    let current: ClientTransaction;
    const attempt = (request: SipRequest, mayRetry: boolean): void => {
      current = transactions.request(request, destination, {
        ...(handlers.onProvisional && { onProvisional: handlers.onProvisional }),
        onTimeout: handlers.onTimeout,
        onFinal: (response) => {
          const answered =
            mayRetry && credentials ? answerChallenge(request, response, credentials) : undefined;
          if (answered) attempt(answered, false);
          else handlers.onFinal(response, request);
        },
      });
    };
    attempt(first, true);
    return {
      acknowledge: (ack) => current.acknowledge(ack),
      cancel: (headers) => current.cancel(headers),
    };
  };
}

/** The same request with the next CSeq and the answer, or undefined when the response is no challenge we can answer. */
function answerChallenge(
  request: SipRequest,
  response: SipResponse,
  credentials: Credentials,
): SipRequest | undefined {
  const isProxy = response.status === 407;
  if (response.status !== 401 && !isProxy) return undefined;
  const challenge = chooseDigestChallenge(
    headersOf(response, isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'),
  );
  if (!challenge) return undefined;
  const answer = formatDigestAnswer({
    challenge,
    ...credentials,
    method: request.method,
    uri: request.uri,
    cnonce: randomToken(),
    nonceCount: 1,
  });
  const next = parseCSeq(requiredHeader(request, 'CSeq')).number + 1;
  const headers = request.headers.map((header) =>
    header.name === 'CSeq' ? { name: 'CSeq', value: `${next} ${request.method}` } : header,
  );
  return {
    ...request,
    headers: [...headers, { name: isProxy ? 'Proxy-Authorization' : 'Authorization', value: answer }],
  };
}
