// Puts the public face of a call together from its parts.
import type { Call } from './call.js';
import type { CallCore, CallSide } from './call-parts.js';
import type { CallDialog } from './call-dialog.js';
import { parseSipUri, requiredHeader } from './sip-message.js';

/** Makes the face; it reads through to the parts, so it is always up to date. */
export function createCallFace(core: CallCore, side: CallSide): Call {
  const { context, media, record } = core;
  const established = (): CallDialog => {
    if (core.dialog && record.state === 'up') return core.dialog;
    throw new Error(`the call is ${record.state}, not up`);
  };
  return {
    direction: side.direction,
    sipCallId: requiredHeader(core.invite, 'Call-ID'),
    invitedAtMs: record.invitedAtMs,
    digits: record.digits,
    referStatuses: record.referStatuses,
    provisionals: record.provisionals,
    heard: media.heard,
    get state() {
      return record.state;
    },
    get ringingAtMs() {
      return record.ringingAtMs;
    },
    get answeredAtMs() {
      return record.answeredAtMs;
    },
    get firstAudioAtMs() {
      return media.heard.firstAudioAtMs;
    },
    get endedAtMs() {
      return record.endedAtMs;
    },
    get end() {
      return record.end;
    },
    get endedBy() {
      return record.end?.by;
    },
    get remote() {
      return core.remote;
    },
    get dialled() {
      return parseSipUri(core.invite.uri).user;
    },
    get invite() {
      return core.invite;
    },
    get holding() {
      return core.dialog?.holding ?? false;
    },
    get heldByRemote() {
      return media.heldByRemote;
    },
    get rtp() {
      return media.counts;
    },
    answer: side.answer,
    reject: side.reject,
    async hangUp(headers = {}) {
      const list = Object.entries(headers).map(([name, value]) => ({ name, value }));
      if (record.state === 'up') await core.sayGoodbye({ by: 'local' }, list);
      else if (record.state !== 'ended') await side.giveUp(list);
    },
    hold: async (direction = 'sendonly') => established().renegotiate(direction),
    resume: async () => established().renegotiate(undefined),
    sendDigits: async (text, { method = 'rfc4733', durationMs = 100 } = {}) =>
      method === 'info' ? established().sendInfoDigits(text, durationMs) : media.sendDigits(text, durationMs),
    async refer(target) {
      const other = typeof target === 'string' ? undefined : context.legOf(target)?.dialog;
      if (typeof target !== 'string' && !other) throw new Error('the other call is not up');
      record.clearReferStatuses();
      return established().refer(
        typeof target === 'string' ? context.resolve(target) : (other?.replacesUri ?? ''),
      );
    },
    say: media.play,
    freezeAudio: () => media.setFrozen(true),
    thawAudio: () => media.setFrozen(false),
    ...record.waits,
  };
}
