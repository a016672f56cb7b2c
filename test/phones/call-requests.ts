// What the other side asks for inside a call: a new offer, the end, digits, the progress of a transfer.
import type { CallCore } from './call-parts.js';
import { assertedParty, reasonOf } from './call-party.js';
import type { CallRecord } from './call-record.js';
import { reasonPhrase, type ServerTransaction } from './server-transaction.js';

/** Answers a request of the call's dialog, and notes what it means. */
export function receiveRequest(core: CallCore, transaction: ServerTransaction): void {
  const message = transaction.request;
  switch (message.method) {
    case 'INVITE':
    case 'UPDATE':
      return receiveReoffer(core, transaction);
    case 'BYE':
      core.respond(transaction, 200, 'OK');
      return core.finish({ by: 'remote', ...reasonOf(message) });
    case 'INFO':
      core.respond(transaction, 200, 'OK');
      return receiveInfo(core.record, message.body);
    case 'NOTIFY':
      core.respond(transaction, 200, 'OK');
      return receiveReferReport(core.record, message.body);
    case 'OPTIONS':
      return core.respond(transaction, 200, 'OK');
    default:
      return core.respond(transaction, 405, reasonPhrase(405));
  }
}

/** Hold, a moved far end, or a new identity of the other party (UPDATE without a description). */
function receiveReoffer(core: CallCore, transaction: ServerTransaction): void {
  const message = transaction.request;
  core.dialog?.follow(message);
  core.remote = assertedParty(message) ?? core.remote;
  if (core.dialog?.offering || core.record.state !== 'up') core.respond(transaction, 491, reasonPhrase(491));
  else if (message.method === 'UPDATE' && message.body === '') core.respond(transaction, 200, 'OK');
  else core.answerOffer(transaction);
  core.record.changed();
}

function receiveInfo(record: CallRecord, body: string): void {
  const digit = /^(?:Signal\s*=\s*)?([0-9*#A-D])\s*$/im.exec(body)?.[1];
  if (digit !== undefined) record.noteDigit({ digit, atMs: Date.now(), method: 'info' });
}

function receiveReferReport(record: CallRecord, body: string): void {
  const status = /^SIP\/2\.0 (\d{3})/.exec(body)?.[1];
  if (status !== undefined) record.noteReferStatus(Number(status));
}
