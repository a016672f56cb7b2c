// Keeps a phone registered: REGISTER, refresh before it expires, try again after a failure, and take it back.
import { headersOf, parseNameAddress, type SipRequest, type SipResponse } from './sip-message.js';
import type { SipAddress } from './sip-transport.js';
import type { SendRequest } from './requester.js';
import type { TimerBag } from './timers.js';
import { randomToken } from './transactions.js';

/** A registration in the making or in force. */
export interface Registration {
  readonly registered: boolean;
  /** The status of the last answer (408 = none came). */
  readonly lastStatus: number | undefined;
  /** Registers and goes on refreshing. @throws Error naming the status of a refusal */
  register(): Promise<void>;
  /** Takes the contact back and stops refreshing. */
  unregister(): Promise<void>;
}

const retryMs = 2_000;

/** Makes a registration that has not begun. `contact` is our own address as the server shall reach it. */
export function createRegistration(options: {
  readonly user: string;
  readonly contact: string;
  readonly server: SipAddress;
  readonly expiresS: number;
  readonly send: SendRequest;
  readonly timers: TimerBag;
}): Registration {
  const { user, contact, server, timers } = options;
  const callId = randomToken(12);
  const fromTag = randomToken();
  let sequence = 0;
  let registered = false;
  let lastStatus: number | undefined;
  let stopRefresh = (): void => undefined;

  const makeRegister = (expiresS: number): SipRequest => {
    sequence += 2; // a challenge uses up the number in between
    const identity = `<sip:${user}@${server.host}>`;
    return {
      kind: 'request',
      method: 'REGISTER',
      uri: `sip:${server.host}:${server.port}`,
      headers: [
        { name: 'Max-Forwards', value: '70' },
        { name: 'From', value: `${identity};tag=${fromTag}` },
        { name: 'To', value: identity },
        { name: 'Call-ID', value: callId },
        { name: 'CSeq', value: `${sequence} REGISTER` },
        { name: 'Contact', value: `<${contact}>` },
        { name: 'Expires', value: String(expiresS) },
        { name: 'User-Agent', value: 'Yihao test phone' },
      ],
      body: '',
    };
  };

  const exchange = (expiresS: number): Promise<SipResponse | undefined> =>
    new Promise((resolve) => {
      options.send(makeRegister(expiresS), server, { onFinal: resolve, onTimeout: () => resolve(undefined) });
    });

  const attempt = async (): Promise<void> => {
    stopRefresh();
    const response = await exchange(options.expiresS);
    lastStatus = response?.status ?? 408;
    registered = response?.status === 200;
    const nextMs = response && registered ? grantedMs(response, contact, options.expiresS) * 0.8 : retryMs;
    stopRefresh = timers.after(nextMs, () => void attempt());
  };

  return {
    get registered() {
      return registered;
    },
    get lastStatus() {
      return lastStatus;
    },
    async register() {
      await attempt();
      if (registered) return;
      stopRefresh();
      throw new Error(`REGISTER of ${user} was answered with ${lastStatus}`);
    },
    async unregister() {
      stopRefresh();
      registered = false;
      lastStatus = (await exchange(0))?.status ?? 408;
    },
  };
}

/** How long the server keeps us: the expires of our own contact among those it lists. */
function grantedMs(response: SipResponse, contact: string, askedS: number): number {
  const own = headersOf(response, 'Contact')
    .map(parseNameAddress)
    .find((address) => address.uri === contact);
  const grantedS = Number(own?.params.get('expires') ?? askedS);
  return (grantedS > 0 ? grantedS : askedS) * 1_000;
}
