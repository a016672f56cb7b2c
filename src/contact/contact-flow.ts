// A contact in its flow: greeting and menu, the way into a queue, and the way out of it without a person.
import {
  arm,
  ask,
  disarm,
  moveTo,
  patch,
  record,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import { isQuiet, say, sayInstead } from './contact-voice.js';
import type { FlowCursor, FlowInput, FlowTurn, QueueExit, QueueRequest } from './flow-turn.js';
import type { PromptRef } from './prompt-ref.js';

/** The first step of every contact. */
export function begin(step: ContactStep, context: ContactContext): ContactStep {
  const arrived = record(step, { type: 'ContactArrived', ...step.contact.arrival });
  const { words } = step.contact.arrival;
  if (words?.announcement !== undefined)
    return announce(ask(arrived, { do: 'claim' }), words.announcement, context);
  return takeTurn(ask(arrived, { do: 'claim' }, { do: 'answer' }), context.beginFlow(), context);
}

/** Why calls by a number that is served no more are released. */
export const numberChanged = 'numberChanged';

/** A number that is served no more: what to dial instead is said twice as early media, at no cost to the caller, and nobody answers. */
function announce(step: ContactStep, prompt: PromptRef, context: ContactContext): ContactStep {
  const { nowMs, policy } = context;
  const part = { prompt, mustHear: false };
  const stage = { at: 'leaving', by: 'system', reason: numberChanged, hangingUp: false, again: part } as const;
  const mostMs = 2 * policy.playMs + betweenMs + policy.leavingMs;
  return arm(say(moveTo(step, stage), [part], context), 'leavingOver', nowMs + mostMs);
}

/** Silence between the two, as it is heard from the network's own announcements. */
const betweenMs = 1_000;

/** What is to be said once more has been said once: the silence before it. */
export function pauseBetween(step: ContactStep, { nowMs }: ContactContext): ContactStep {
  return step.contact.deadlines.sayAgain === undefined ? arm(step, 'sayAgain', nowMs + betweenMs) : step;
}

/** Nothing is said once more: the call is being released. */
export function nothingMore(step: ContactStep): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'leaving' || stage.again === undefined) return step;
  const { again: _, ...last } = stage;
  return moveTo(disarm(step, 'sayAgain'), last);
}

/** The silence is over. */
export function sayOnceMore(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'leaving' || stage.again === undefined) return step;
  return say(nothingMore(step), [stage.again], context);
}

/** Tells the flow what happened and does what it answers. */
export function flowGoesOn(
  step: ContactStep,
  cursor: FlowCursor,
  input: FlowInput,
  context: ContactContext,
): ContactStep {
  const turn = context.flow(cursor, input);
  const stepped = record(disarm(step, 'collect'), {
    type: 'FlowStepped',
    nodeId: turn.cursor.nodeId,
    ...(input.type === 'digit' && { digit: input.digit }),
  });
  return takeTurn(stepped, turn, context);
}

/** A digit of the citizen's: only a flow that collects listens. */
export function digitPressed(step: ContactStep, digit: string, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'flow' || stage.next.type !== 'collect') return step;
  if (!stage.next.bargeIn && !isQuiet(step)) return step;
  return flowGoesOn(step, stage.cursor, { type: 'digit', digit }, context);
}

/** No key came in time. */
export function keyDidNotCome(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  return stage.at === 'flow' ? flowGoesOn(step, stage.cursor, { type: 'silence' }, context) : step;
}

/** Leaves the queue without a person, by the flow's way out; the missed-call record stays. */
export function leaveQueue(step: ContactStep, exit: QueueExit, context: ContactContext): ContactStep {
  const { stage, place } = step.contact;
  if (stage.at !== 'waiting' || place === null) return step;
  const left = patch(disarm(step, 'queueTimeout', 'nobody', 'treatment', 'prefer'), { place: null });
  const recorded = record(left, { type: 'QueueExited', queueId: place.request.queueId, exit });
  return flowGoesOn(recorded, stage.cursor, { type: 'queueExit', exit }, context);
}

function takeTurn(step: ContactStep, turn: FlowTurn, context: ContactContext): ContactStep {
  const { cursor, next } = turn;
  const spoken = sayInstead(step, turn.say, context);
  switch (next.type) {
    case 'spoken':
    case 'collect':
      return moveTo(spoken, { at: 'flow', cursor, next });
    case 'enqueue':
      return enqueue(spoken, cursor, next.request, context);
    case 'hangUp':
      return arm(
        moveTo(spoken, { at: 'leaving', by: 'system', reason: next.reason, hangingUp: false }),
        'leavingOver',
        context.nowMs + context.policy.leavingMs,
      );
  }
}

function enqueue(
  step: ContactStep,
  cursor: FlowCursor,
  request: QueueRequest,
  context: ContactContext,
): ContactStep {
  const { nowMs } = context;
  const queue = context.queue(request.queueId);
  const queued = record(
    patch(step, {
      stage: { at: 'waiting', cursor },
      place: {
        request,
        queuedAtMs: nowMs,
        resumed: false,
        prefer: null,
        told: { busy: false, place: null, lastAtMs: null, thankedAtMs: null },
      },
    }),
    { type: 'ContactQueued', ...request },
  );
  if (queue.waiting >= queue.limit) return leaveQueue(queued, 'overload', context);
  return arm(arm(queued, 'queueTimeout', nowMs + queue.timeoutMs), 'nobody', nowMs + queue.nobodyMs);
}
