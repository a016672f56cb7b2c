// Joins what caller and callee have in common: media, record, dialog, responses, and the end of the call.
import type { Party } from './call.js';
import { sdpType } from './call-dialog.js';
import { createCallFace } from './call-face.js';
import { createCallMedia, type CallMedia } from './call-media.js';
import { goodbyeMs, type CallContext, type CallCore, type CallSide } from './call-parts.js';
import { createCallRecord } from './call-record.js';
import { receiveRequest } from './call-requests.js';
import { allowedMethods, makeResponse, reasonPhrase, type ServerTransaction } from './server-transaction.js';
import type { SipHeader, SipRequest } from './sip-message.js';

/** Puts the parts together; `side` is what only a caller or only a callee does. */
export function createCallCore(parts: {
  readonly context: CallContext;
  readonly localTag: string;
  readonly invite: SipRequest;
  readonly remote: Party;
  readonly side: CallSide;
}): CallCore {
  const { context, localTag, invite, remote, side } = parts;
  const media: CallMedia = createCallMedia(context.media, context.source, {
    onDigit: (digit) => record.noteDigit(digit),
    onFirstAudio: () => record.changed(),
  });
  const record = createCallRecord(() => media);
  let unacknowledged: { readonly transaction: ServerTransaction; readonly awaitsAnswer: boolean } | undefined;

  const core: CallCore = {
    ...{ context, localTag, media, record, invite, remote },
    dialog: undefined,
    finish(end) {
      if (!record.noteEnd(end)) return;
      void media.close();
      context.onEnded(core.leg);
    },
    async sayGoodbye(end, headers = []) {
      const goodbye = core.dialog?.bye(headers, goodbyeMs);
      core.finish(end);
      await goodbye;
    },
    respond(transaction, status, reason, body = '') {
      const headers: SipHeader[] = [
        { name: 'Contact', value: `<${context.contact}>` },
        { name: 'Allow', value: allowedMethods },
        ...(body === '' ? [] : [sdpType]),
      ];
      transaction.respond(
        makeResponse(transaction.request, status, reason, { toTag: localTag, headers, body }),
      );
    },
    answerOffer(transaction) {
      const offer = transaction.request.body;
      const body = offer === '' ? media.offer() : media.answer(offer);
      if (body === undefined) {
        core.respond(transaction, 488, reasonPhrase(488));
        return false;
      }
      unacknowledged = { transaction, awaitsAnswer: offer === '' };
      core.respond(transaction, 200, 'OK', body);
      return true;
    },
    leg: {
      localTag,
      get call() {
        return call;
      },
      get dialog() {
        return core.dialog;
      },
      receiveRequest: (transaction) => receiveRequest(core, transaction),
      receiveCancel: side.receiveCancel,
      receiveAck(ack) {
        unacknowledged?.transaction.acknowledged();
        if (unacknowledged?.awaitsAnswer && ack.body !== '') media.accept(ack.body);
        unacknowledged = undefined;
      },
      async drop() {
        core.finish({ by: 'nobody' });
        await media.close();
      },
    },
  };
  const call = createCallFace(core, side);
  return core;
}
