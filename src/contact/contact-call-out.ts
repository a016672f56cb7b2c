// 外呼: an agent calls somebody. His own phone is rung first; then the number; who answers there hears that the call is recorded, and only
// then the two are joined. From the joining on it is a talk like any other.
//
// Nobody called waits for an agent, and nothing of it outlives a restart of the service before the joining: both legs are let go, and the
// agent may call again.
import type { CalledOut, CallOutEnd, Calling, EndedBy } from './contact.js';
import { arrive } from './contact-flow.js';
import { bridgeOf, legOf } from './contact-queue.js';
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
import { beginTalk } from './contact-talk.js';
import { forgetVoice, isQuiet, say } from './contact-voice.js';
import type { OfferId, PlayId } from './ids.js';
import type { PromptRef } from './prompt-ref.js';

/** Said to whom is called, before he is joined; to the agent, if nobody answers. */
export const callOutPrompts = { notice: { id: 'out.notice' }, none: { id: 'a.out.none' } } as const;

const unallocated = 1;
const userBusy = 17;
const noUserResponding = 18;
const noAnswer = 19;
const normalClearing = 16;

/** The first step: the agent's phone is rung, once it is free. */
export function beginCallOut(step: ContactStep, out: CalledOut, context: ContactContext): ContactStep {
  const { offerId, agentId, deviceId } = out;
  const arrived = patch(arrive(step), { lastAgentId: agentId });
  const call: Calling = { offerId, agentId, deviceId, phase: 'phone', sinceMs: context.nowMs };
  const begun = moveTo(arrived, { at: 'calling', call });
  return out.fromPhone
    ? arm(begun, 'callOver', context.nowMs + phoneFreeMs)
    : ringAgent(begun, call, context);
}

/** The call that the agent ordered this one by is over by then. */
const phoneFreeMs = 8_000;

/** The phone that he ordered it by is free. */
export function phoneFree(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  return stage.at === 'calling' && stage.call.phase === 'phone' ? ringAgent(step, stage.call, context) : step;
}

function ringAgent(step: ContactStep, call: Calling, { nowMs }: ContactContext): ContactStep {
  const { offerId, agentId, deviceId } = call;
  const ringMs = step.contact.arrival.out?.agentRingMs ?? 0;
  const rung = ask(inPhase(step, call, 'agent', nowMs), { do: 'ring', offerId, agentId, deviceId, ringMs });
  return arm(rung, 'callOver', nowMs + ringMs);
}

/** The call in hand, if this leg is the agent's of it. */
export function callingOf({ contact: { stage } }: ContactStep, offerId: OfferId): Calling | null {
  return stage.at === 'calling' && stage.call.offerId === offerId ? stage.call : null;
}

/** The agent has picked up: the number is dialled, and he hears it ring. */
export function callerReady(step: ContactStep, call: Calling, context: ContactContext): ContactStep {
  if (call.phase !== 'agent') return step;
  const { nowMs } = context;
  const ringMs = step.contact.arrival.out?.ringMs ?? 0;
  const dialled = ask(
    record(inPhase(step, call, 'dialled', nowMs), { type: 'CalleeDialled' }),
    { do: 'ringBack', legId: legOf(call.offerId), on: true },
    { do: 'dial', ringMs },
  );
  return arm(dialled, 'callOver', nowMs + ringMs);
}

/** Somebody answered there: he hears first that he is recorded. */
export function calleeAnswered(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'calling' || stage.call.phase !== 'dialled') return step;
  const { call } = stage;
  const answered = ask(
    record(inPhase(disarm(step, 'callOver'), call, 'notice', context.nowMs), {
      type: 'CalleeAnswered',
      rangMs: context.nowMs - call.sinceMs,
    }),
    { do: 'ringBack', legId: legOf(call.offerId), on: false },
  );
  return say(answered, [{ prompt: callOutPrompts.notice, mustHear: true }], context);
}

/** The notice is over: the two are joined. */
export function callGoesOn(step: ContactStep, call: Calling, context: ContactContext): ContactStep {
  if (call.phase !== 'notice' || !isQuiet(step)) return step;
  const { offerId } = call;
  const joining = ask(inPhase(step, call, 'joining', call.sinceMs), {
    ...{ do: 'join', offerId, legId: legOf(offerId), bridgeId: bridgeOf(offerId) },
  });
  return arm(joining, 'callOver', context.nowMs + context.policy.joinMs);
}

/** The two hear one another. */
export function calleeJoined(step: ContactStep, call: Calling, context: ContactContext): ContactStep {
  if (call.phase !== 'joining') return step;
  return beginTalk(disarm(step, 'callOver'), { ...call, cursor: null, queuedMs: 0 }, context);
}

/** The agent's leg is gone before the joining: he did not pick up, or has thought better of it. */
export function callerLeft(
  step: ContactStep,
  call: Calling,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const outcome = call.phase === 'phone' || call.phase === 'agent' ? 'agentNoAnswer' : 'agentGone';
  return endCallOut(step, call, { by: 'agent', outcome, causeCode }, context);
}

/** Whom he calls is gone before the joining, or could not be reached at all. */
export function calleeGone(
  step: ContactStep,
  call: Calling,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const answered = call.phase === 'notice' || call.phase === 'joining';
  const outcome = answered ? 'calleeGone' : outcomeOf(causeCode);
  return endCallOut(step, call, { by: answered ? 'citizen' : 'system', outcome, causeCode }, context);
}

function outcomeOf(causeCode: number): CallOutEnd {
  if (causeCode === userBusy) return 'busy';
  if (causeCode === unallocated) return 'noSuchNumber';
  return causeCode === noAnswer || causeCode === noUserResponding ? 'noAnswer' : 'failed';
}

/** A phase lasted too long. */
export function callRanOut(step: ContactStep, call: Calling, context: ContactContext): ContactStep {
  switch (call.phase) {
    case 'phone':
      return ringAgent(step, call, context);
    case 'agent':
      return endCallOut(step, call, { by: 'agent', outcome: 'agentNoAnswer', causeCode: 0 }, context);
    case 'dialled':
      return endCallOut(step, call, { by: 'system', outcome: 'noAnswer', causeCode: noAnswer }, context);
    case 'notice':
    case 'joining':
      return endCallOut(step, call, { by: 'system', outcome: 'failed', causeCode: 0 }, context);
  }
}

/** How a call ended before the joining. */
interface CallOutOver {
  readonly by: EndedBy;
  readonly outcome: CallOutEnd;
  readonly causeCode: number;
  readonly inGap?: boolean;
}

/** Lets go of both legs, whatever there is of them; the agent hears it if nobody answered, and writes his note. */
export function endCallOut(
  step: ContactStep,
  call: Calling,
  { by, outcome, causeCode, inGap = false }: CallOutOver,
  context: ContactContext,
): ContactStep {
  const { offerId, agentId, phase, sinceMs } = call;
  const { nowMs, policy } = context;
  const legId = legOf(offerId);
  const rangMs = phase === 'dialled' ? nowMs - sinceMs : 0;
  const ended = record(
    forgetVoice(step),
    { type: 'CallOutEnded', agentId, outcome, causeCode, rangMs },
    { type: 'ContactEnded', by, during: 'calling', reason: outcome, causeCode, inGap },
  );
  const isThere = phase !== 'phone' && phase !== 'agent';
  const dropped = isThere ? ask(ended, { do: 'hangUp', causeCode: normalClearing }) : ended;
  const told = isThere && by === 'system' && !inGap ? tellAgent(dropped, call) : dropped;
  const freed = ask(
    told,
    { do: 'hangUpLeg', legId },
    ...(phase === 'joining' ? [{ do: 'part', bridgeId: bridgeOf(offerId) } as const] : []),
    {
      ...{ do: 'tellAgent', agentId },
      signal: { type: 'Released', contactId: step.contact.id, interrupted: false },
    },
  );
  const empty = patch(freed, { stage: { at: 'ended' }, deadlines: {} });
  return arm(empty, 'retire', nowMs + policy.retireMs);
}

/** He hears that nobody answered, before his line is let go. */
function tellAgent(step: ContactStep, { offerId }: Calling): ContactStep {
  const legId = legOf(offerId);
  const prompt: PromptRef = callOutPrompts.none;
  return ask(
    step,
    { do: 'ringBack', legId, on: false },
    { do: 'whisper', legId, playId: `${legId}.none` as PlayId, prompt, waits: true },
  );
}

/** After a restart or a reconnect a call that was not joined is let go: the service did not hear what became of it. */
export function resyncCallOut(
  step: ContactStep,
  call: Calling,
  { nodeRestarted }: { readonly nodeRestarted: boolean },
  context: ContactContext,
): ContactStep {
  const outcome = nodeRestarted ? 'failed' : 'restart';
  return endCallOut(step, call, { by: 'system', outcome, causeCode: 0, inGap: true }, context);
}

function inPhase(step: ContactStep, call: Calling, phase: Calling['phase'], sinceMs: number): ContactStep {
  return moveTo(step, { at: 'calling', call: { ...call, phase, sinceMs } });
}
