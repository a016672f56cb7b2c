// 专席: the agent sends the citizen on to a seat of its own, such as that of the protection of minors; never into nothing.
//
// Somebody there: the citizen waits in that queue, at its priority. Nobody takes him: back to the queue he came from, at its
// head, the agent he spoke with preferred. Nobody there at all: he never leaves his agent.
import { seal } from './confidential.js';
import { isHeld, type Talk } from './contact.js';
import type { ContactSignal } from './contact-signals.js';
import { requestUnderLimit, withoutLimit } from './contact-limit.js';
import { arm, ask, patch, record, refuse, type ContactContext, type ContactStep } from './contact-step.js';
import { endTalk } from './contact-talk.js';
import { sayInstead } from './contact-voice.js';
import { seatWords } from './seat-return.js';
import type { SeatKind } from './seat.js';

/** The agent asks for a seat. A child is sealed at once, whether somebody is there or not. */
export function seekSeat(
  step: ContactStep,
  talk: Talk,
  { agentId, seat }: Extract<ContactSignal, { type: 'SeekSeat' }>,
  context: ContactContext,
): ContactStep {
  if (isHeld(talk)) return refuse(step.contact, 'CONTACT_HELD');
  const request = context.seat(seat);
  if (request === undefined) return refuse(step.contact, 'SEAT_UNKNOWN');
  const known = seat === 'minor' ? seal(step, { kind: 'minor', by: agentId, agentId, aloud: false }) : step;
  const { queueId } = request;
  const queue = context.queue(queueId);
  const others = queue.signedIn - (context.holdsSeat(agentId, seat) ? 1 : 0);
  const isThere = others > 0 && queue.waiting < queue.limit && step.contact.place !== null;
  const sought = record(known, { type: 'SeatSought', agentId, seat, queueId, found: isThere });
  return isThere ? sendOn(sought, talk, seat, context) : stayHere(sought, talk, seat);
}

function stayHere(step: ContactStep, { bridgeId, legId }: Talk, seat: SeatKind): ContactStep {
  return ask(step, { do: 'announce', bridgeId, legId, prompt: { id: seatWords[seat].none } });
}

function sendOn(step: ContactStep, talk: Talk, seat: SeatKind, context: ContactContext): ContactStep {
  const { stage, place } = step.contact;
  const request = context.seat(seat);
  if (stage.at !== 'talking' || stage.cursor === null || place === null || request === undefined) return step;
  const { nowMs } = context;
  const { wait: _ofAnotherLine, ...told } = place.told;
  const queue = context.queue(request.queueId);
  const ended = endTalk(step, talk, { by: 'agent', causeCode: 16 }, context);
  const waiting = record(
    patch(ended, {
      stage: { at: 'waiting', cursor: stage.cursor },
      place: {
        ...requestUnderLimit(step.contact, request),
        queuedAtMs: nowMs,
        turn: context.nextTurn,
        resumed: false,
        prefer: null,
        told: { ...told, busy: true, place: null },
        from: { seat, agentId: talk.agentId, request: place.from?.request ?? withoutLimit(place) },
      },
    }),
    { type: 'ContactQueued', ...request },
  );
  const armed = arm(arm(waiting, 'queueTimeout', nowMs + queue.timeoutMs), 'nobody', nowMs + queue.nobodyMs);
  return sayInstead(armed, [{ prompt: { id: seatWords[seat].seek }, mustHear: false }], context);
}
