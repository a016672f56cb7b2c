// Our own requests inside a call's dialog: BYE, hold and resume by re-INVITE, digits by INFO, REFER.
import type { CallMedia, HoldDirection } from './call-media.js';
import { makeDialogRequest, nextHop, withTargetOf, type Dialog } from './dialog.js';
import type { SendRequest } from './requester.js';
import {
  parseCSeq,
  parseNameAddress,
  requiredHeader,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from './sip-message.js';
import type { TimerBag } from './timers.js';

/** The header of a message with a session description. */
export const sdpType: SipHeader = { name: 'Content-Type', value: 'application/sdp' };

/** A dialog in which requests can be sent. Statuses are 408 when no answer came. */
export interface CallDialog {
  /** A re-INVITE of ours is under way. */
  readonly offering: boolean;
  readonly holding: boolean;
  /** This dialog in the Refer-To of another (RFC 3891): `sip:…?Replaces=…`. */
  readonly replacesUri: string;
  /** The ACK of a 2xx to the INVITE with this sequence number. */
  ackFor(sequence: number): SipRequest;
  /** Takes over the remote target of a message of the other side. */
  follow(message: SipRequest | SipResponse): void;
  /** Says goodbye, and waits for the answer at most `patienceMs`. */
  bye(headers: readonly SipHeader[], patienceMs: number): Promise<void>;
  /** Holds in a direction, or resumes. @throws Error naming the status of a refusal */
  renegotiate(direction: HoldDirection | undefined): Promise<void>;
  /** @throws Error naming the status of a refusal */
  sendInfoDigits(digits: string, durationMs: number): Promise<void>;
  refer(referTo: string): Promise<number>;
}

interface Answered {
  readonly status: number;
  readonly response?: SipResponse;
  readonly acknowledge: () => void;
}

/** 491: both sides offered at once; try again a little later, each after another time (RFC 3261 §14.1). */
const glareRetries = 3;

/** Makes the sender for an established dialog. */
export function createCallDialog(
  first: Dialog,
  options: {
    readonly contact: string;
    readonly send: SendRequest;
    readonly timers: TimerBag;
    readonly media: CallMedia;
  },
): CallDialog {
  const { media, timers } = options;
  const contact: SipHeader = { name: 'Contact', value: `<${options.contact}>` };
  let dialog = first;
  let offering = false;
  let hold: HoldDirection | undefined;

  const ackFor = (sequence: number): SipRequest => makeDialogRequest(dialog, 'ACK', { sequence });

  const request = (method: string, headers: readonly SipHeader[] = [], body = ''): Promise<Answered> =>
    new Promise((resolve) => {
      const message = makeDialogRequest(dialog, method, { headers: [contact, ...headers], body });
      dialog = { ...dialog, localSequence: dialog.localSequence + 2 }; // a challenge uses up the number in between
      const transaction = options.send(message, nextHop(dialog), {
        onFinal: (response, sent) => {
          const { number } = parseCSeq(requiredHeader(sent, 'CSeq'));
          resolve({
            status: response.status,
            response,
            acknowledge: () => transaction.acknowledge(ackFor(number)),
          });
        },
        onTimeout: () => resolve({ status: 408, acknowledge: () => undefined }),
      });
    });

  const pause = (ms: number): Promise<void> => new Promise((resolve) => void timers.after(ms, resolve));

  const offerOnce = async (): Promise<number> => {
    offering = true;
    const { status, response, acknowledge } = await request('INVITE', [sdpType], media.offer());
    offering = false;
    if (!response || status >= 300) return status;
    dialog = withTargetOf(dialog, response);
    acknowledge();
    media.accept(response.body);
    return status;
  };

  return {
    get offering() {
      return offering;
    },
    get holding() {
      return hold !== undefined;
    },
    get replacesUri() {
      const replaces = `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
      return `${parseNameAddress(dialog.remote).uri}?Replaces=${encodeURIComponent(replaces)}`;
    },
    ackFor,
    follow: (message) => void (dialog = withTargetOf(dialog, message)),
    async bye(headers, patienceMs) {
      await Promise.race([request('BYE', headers), pause(patienceMs)]);
    },
    async renegotiate(direction) {
      media.setHold(direction);
      let status = await offerOnce();
      for (let tries = 1; status === 491 && tries <= glareRetries; tries += 1) {
        await pause(170 * tries);
        status = await offerOnce();
      }
      if (status < 300) hold = direction;
      else media.setHold(hold);
      if (status >= 300) throw new Error(`the re-INVITE was answered with ${status}`);
    },
    async sendInfoDigits(digits, durationMs) {
      for (const digit of digits) {
        const body = `Signal=${digit}\r\nDuration=${durationMs}\r\n`;
        const { status } = await request(
          'INFO',
          [{ name: 'Content-Type', value: 'application/dtmf-relay' }],
          body,
        );
        if (status >= 300) throw new Error(`INFO was answered with ${status}`);
      }
    },
    async refer(referTo) {
      const headers = [
        { name: 'Refer-To', value: `<${referTo}>` },
        { name: 'Referred-By', value: `<${options.contact}>` },
      ];
      return (await request('REFER', headers)).status;
    },
  };
}
