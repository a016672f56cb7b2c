// 专席 that did not take a citizen: his way back, and the words of both ways.
import { requestUnderLimit } from './contact-limit.js';
import { arm, disarm, patch, record, type ContactContext, type ContactStep } from './contact-step.js';
import { sayInstead } from './contact-voice.js';
import type { QueueExit } from './flow-turn.js';
import type { SeatKind } from './seat.js';

/** What is said when he is sent there, and when nobody is there. */
export const seatWords: Readonly<Record<SeatKind, { readonly seek: string; readonly none: string }>> = {
  minor: { seek: 'minor.seek', none: 'minor.none' },
  dialect: { seek: 'dialect.seek', none: 'dialect.none' },
  foreign: { seek: 'foreign.seek', none: 'foreign.none' },
};

/** Nobody took him there: back where he came from, before all others, his agent preferred. */
export function backFromSeat(step: ContactStep, exit: QueueExit, context: ContactContext): ContactStep {
  const { stage, place } = step.contact;
  if (stage.at !== 'waiting' || place?.from === undefined) return step;
  const { seat, agentId, request } = place.from;
  const { nowMs, policy } = context;
  const queue = context.queue(request.queueId);
  const untilMs = nowMs + policy.resumePreferMs;
  const { from: _over, fullPriority: _seats, ...rest } = place;
  const back = record(
    patch(disarm(step, 'queueTimeout', 'nobody', 'treatment'), {
      place: {
        ...rest,
        ...requestUnderLimit(step.contact, request),
        resumed: true,
        prefer: { agentId, untilMs },
      },
    }),
    { type: 'SeatMissed', seat, queueId: place.request.queueId, exit },
    { type: 'ContactQueued', ...request },
  );
  const armed = arm(arm(back, 'prefer', untilMs), 'queueTimeout', nowMs + queue.timeoutMs);
  const timed = arm(armed, 'nobody', nowMs + queue.nobodyMs);
  return sayInstead(timed, [{ prompt: { id: seatWords[seat].none }, mustHear: false }], context);
}
