// The two ways a call begins: an INVITE of ours and its answers, or an INVITE of the other side and ours.
import { createCallCore } from './call-core.js';
import { goodbyeMs, type CallContext, type CallCore, type CallLeg } from './call-parts.js';
import { createCallDialog, sdpType } from './call-dialog.js';
import { assertedParty, partyOf, reasonOf } from './call-party.js';
import { dialogOfCallee, dialogOfCaller, tagOf } from './dialog.js';
import { reasonPhrase, type ServerTransaction } from './server-transaction.js';
import { parseCSeq, requiredHeader, type SipRequest, type SipResponse } from './sip-message.js';
import type { SipAddress } from './sip-transport.js';
import { randomToken, type ClientTransaction } from './transactions.js';

/** A call coming in: `ring` answers 180. */
export interface IncomingLeg extends CallLeg {
  ring(): void;
}

/** A call going out: `start` opens its media and sends the INVITE. */
export interface OutgoingLeg extends CallLeg {
  start(destination: SipAddress): Promise<void>;
}

/** Makes an outgoing call; nothing is sent before `start`. */
export function createOutgoingLeg(context: CallContext, invite: SipRequest): OutgoingLeg {
  const localTag = tagOf(requiredHeader(invite, 'From'));
  let givenUp = false;
  let transaction: ClientTransaction | undefined;
  const refuse = (): never => {
    throw new Error('an outgoing call is answered by the other side');
  };
  const core = createCallCore({
    context,
    localTag,
    invite,
    remote: partyOf(requiredHeader(invite, 'To')),
    side: {
      direction: 'outgoing',
      answer: async () => refuse(),
      reject: refuse,
      receiveCancel: () => undefined,
      async giveUp(headers) {
        givenUp = true;
        transaction?.cancel(headers);
        await core.record.waits.untilEnded(goodbyeMs).catch(() => core.finish({ by: 'local', status: 487 }));
      },
    },
  });
  const { media, record } = core;

  const receiveProvisional = (response: SipResponse): void => {
    if (response.status === 100 || record.state === 'ended') return;
    core.remote = assertedParty(response) ?? core.remote;
    if (response.body !== '') media.accept(response.body);
    record.noteRinging(response.status);
  };

  const receiveAnswer = (response: SipResponse, request: SipRequest): void => {
    const dialog = createCallDialog(dialogOfCaller(request, response), { ...context, media });
    core.dialog = dialog;
    core.remote = assertedParty(response) ?? core.remote;
    transaction?.acknowledge(dialog.ackFor(parseCSeq(requiredHeader(request, 'CSeq')).number));
    if (response.body !== '') media.accept(response.body);
    if (givenUp) void core.sayGoodbye({ by: 'local', status: 487 });
    else if (media.codec === undefined) void core.sayGoodbye({ by: 'local', status: 488 });
    else record.noteUp();
  };

  const receiveFailure = (response: SipResponse): void =>
    core.finish({ by: givenUp ? 'local' : 'remote', status: response.status, ...reasonOf(response) });

  return Object.assign(core.leg, {
    async start(destination: SipAddress) {
      await media.open().catch((error: unknown) => {
        core.finish({ by: 'nobody' });
        throw error;
      });
      core.invite = { ...invite, headers: [...invite.headers, sdpType], body: media.offer() };
      transaction = context.send(core.invite, destination, {
        onProvisional: receiveProvisional,
        onFinal: (response, request) =>
          response.status < 300 ? receiveAnswer(response, request) : receiveFailure(response),
        onTimeout: () => core.finish({ by: givenUp ? 'local' : 'nobody', status: 408 }),
      });
    },
  });
}

/** Takes an INVITE; nothing is answered before `ring`, `answer` or `reject`. */
export function createIncomingLeg(context: CallContext, transaction: ServerTransaction): IncomingLeg {
  const invite = transaction.request;
  const localTag = randomToken();
  const requireUnanswered = (verb: string): void => {
    const { state } = core.record;
    if (state === 'up' || state === 'ended') throw new Error(`cannot ${verb} a call that is ${state}`);
  };
  const reject = (status: number): void => {
    requireUnanswered('reject');
    core.respond(transaction, status, reasonPhrase(status));
    core.finish({ by: 'local', status });
  };
  const remote = assertedParty(invite) ?? partyOf(requiredHeader(invite, 'From'));
  const core: CallCore = createCallCore({
    context,
    localTag,
    invite,
    remote,
    side: {
      direction: 'incoming',
      reject,
      giveUp: async () => reject(603),
      async answer() {
        requireUnanswered('answer');
        await core.media.open();
        requireUnanswered('answer');
        if (core.answerOffer(transaction)) core.record.noteUp();
        else core.finish({ by: 'local', status: 488 });
      },
      receiveCancel(cancel) {
        if (core.record.state === 'up' || core.record.state === 'ended') return;
        core.respond(transaction, 487, reasonPhrase(487));
        core.finish({ by: 'remote', status: 487, ...reasonOf(cancel) });
      },
    },
  });
  core.dialog = createCallDialog(dialogOfCallee(invite, localTag), { ...context, media: core.media });
  return Object.assign(core.leg, {
    ring() {
      core.respond(transaction, 180, 'Ringing');
      core.record.noteRinging(180);
    },
  });
}
