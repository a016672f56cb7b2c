// A contact in its flow: greeting and menu, the way into a queue, and the way out of it without a person; the survey's turns too.
import type { CaseAnswer } from './case-answer.js';
import { seal } from './confidential.js';
import type { Contact, Place } from './contact.js';
import { helpKey, requestUnderLimit, setLimitAside, waitingKeys } from './contact-limit.js';
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
import { takeSurveyTurn } from './contact-survey.js';
import { keepWish } from './contact-wish.js';
import { stickyPreference } from './sticky-agent.js';
import { isQuiet, say, sayInstead, untoldEvents } from './contact-voice.js';
import { eventPromptRef } from './event-prompt.js';
import type { FlowCursor, FlowInput, FlowNext, FlowTurn, QueueExit, SpokenPart } from './flow-turn.js';
import type { LeadTarget } from './lead-target.js';
import { overflowAtOnce, type OverflowCause } from './overflow.js';
import type { PromptRef } from './prompt-ref.js';

/** The first step of every contact whose number leads nowhere else. */
export function begin(step: ContactStep, context: ContactContext): ContactStep {
  const { words } = step.contact.arrival;
  const arrived = arrive(step);
  if (words?.announcement !== undefined) return announce(arrived, words.announcement, context);
  return enterFlow(ask(arrived, { do: 'answer' }), [], context);
}

/** Journals the arrival; who is confidential from the first moment is sealed with it. */
export function arrive(step: ContactStep): ContactStep {
  const { sealed } = step.contact.arrival;
  const known = record(step, { type: 'ContactArrived', ...step.contact.arrival });
  return sealed === undefined ? known : seal(known, { ...sealed, agentId: null });
}

/** The number's own flow from its beginning, with these words before its first. A notice already heard is not said again. */
export function enterFlow(
  step: ContactStep,
  before: readonly SpokenPart[],
  context: ContactContext,
): ContactStep {
  const { noticeHeard } = step.contact;
  const turn = withFirstEvents(step, context.beginFlow(), context);
  const parts = turn.say.filter(({ mustHear }) => !(mustHear && noticeHeard));
  return takeTurn(step, { ...turn, say: [...before, ...parts] }, context);
}

/**
 * The first turn with what everybody is told before anything else, right after what must be heard. The line is entered only
 * when it is over: a node that queues goes on by itself when its words are spoken.
 */
function withFirstEvents(step: ContactStep, turn: FlowTurn, context: ContactContext): FlowTurn {
  const events = untoldEvents(step, context).filter(({ when }) => when === 'first');
  if (events.length === 0 || turn.next.type === 'hangUp') return turn;
  const told = events.map(({ id }) => ({ prompt: eventPromptRef(id), mustHear: false }));
  const at = turn.say.findLastIndex(({ mustHear }) => mustHear) + 1;
  return {
    ...turn,
    say: [...turn.say.slice(0, at), ...told, ...turn.say.slice(at)],
    next: turn.next.type === 'enqueue' ? { type: 'spoken' } : turn.next,
  };
}

/** Why calls by a number that is served no more are released. */
export const numberChanged = 'numberChanged';

/** A number that is served no more: what to dial instead is said twice as early media, at no cost to the caller, and nobody answers. */
export function announce(step: ContactStep, prompt: PromptRef, context: ContactContext): ContactStep {
  const { nowMs, policy } = context;
  const part = { prompt, mustHear: false };
  const stage = {
    at: 'leaving',
    by: 'system',
    reason: numberChanged,
    hangingUp: false,
    again: part,
  } as const;
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
  const { stage } = step.contact;
  const isSecret = stage.at === 'flow' && stage.next.type === 'collect' && stage.next.secret === true;
  const stepped = record(disarm(step, 'collect', 'lookUp'), {
    type: 'FlowStepped',
    nodeId: turn.cursor.nodeId,
    ...(input.type === 'digit' && !isSecret && { digit: input.digit }),
  });
  if (step.contact.stage.at !== 'survey') return takeTurn(stepped, turn, context);
  return takeSurveyTurn(stepped, turn, input.type === 'digit' && input.digit === '*', context);
}

/** A digit of the citizen's: a flow that collects listens, and in line some keys lead elsewhere. */
export function digitPressed(pressed: ContactStep, digit: string, context: ContactContext): ContactStep {
  const step = digit === helpKey ? setLimitAside(pressed, context) : pressed;
  const { stage } = step.contact;
  if (stage.at === 'waiting') return pressedInLine(step, stage.cursor, digit, context);
  if (stage.at !== 'flow' && stage.at !== 'survey') return step;
  if (stage.next.type !== 'collect') return step;
  if (!stage.next.bargeIn && !isQuiet(step)) return step;
  return flowGoesOn(step, stage.cursor, { type: 'digit', digit }, context);
}

/** A key of his place leads him elsewhere, such as from a rare agent to any other: he has waited as long as he has. */
function pressedInLine(
  step: ContactStep,
  cursor: FlowCursor,
  digit: string,
  context: ContactContext,
): ContactStep {
  const { place } = step.contact;
  if (place?.keys?.includes(digit) !== true || place.from !== undefined) return step;
  return flowGoesOn(outOfLine(step, place, context), cursor, { type: 'digit', digit }, context);
}

/** No key came in time. */
export function keyDidNotCome(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'flow' && stage.at !== 'survey') return step;
  return flowGoesOn(step, stage.cursor, { type: 'silence' }, context);
}

/** What became of a query; an answer that is late, or of an older query, changes nothing. */
export function caseLookedUp(
  step: ContactStep,
  lookUpId: string,
  answer: CaseAnswer,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'flow' || stage.next.type !== 'lookUpCase' || lookUpId !== lookUpIdOf(step)) return step;
  const told = record(step, { type: 'CaseLookedUp', result: answer.state });
  return flowGoesOn(told, stage.cursor, { type: 'caseAnswer', answer }, context);
}

/** No answer in time, or nothing to ask by. */
export function caseNotLookedUp(step: ContactStep, context: ContactContext): ContactStep {
  return caseLookedUp(step, lookUpIdOf(step), { state: 'failed' }, context);
}

/** Every query takes keys of its own, so their count tells one from another; after a restart the same one is asked again. */
function lookUpIdOf({ contact: { id, stage } }: ContactStep): string {
  return `${id}.${String(stage.at === 'flow' ? stage.cursor.keys : 0)}`;
}

/** A contact as it may be written down: what was keyed in for a query lives in Redis alone, as the caller's number does. */
export function withoutEntries({ queryCode: _code, ...contact }: Contact): Contact {
  const { stage } = contact;
  if (stage.at !== 'flow') return contact;
  const { kept: _secret, ...cursor } = stage.cursor;
  const isSecret = stage.next.type === 'collect' && stage.next.secret === true;
  return { ...contact, stage: { ...stage, cursor: isSecret ? { ...cursor, digits: '' } : cursor } };
}

function lookUp(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  const { caseNumber, queryCode } = (stage.at === 'flow' ? stage.cursor.kept : undefined) ?? {};
  // Entries are not in the spool: after a loss of Redis a person asks again.
  if (caseNumber === undefined || queryCode === undefined) return caseNotLookedUp(step, context);
  const asked = ask(step, {
    do: 'lookUpCase',
    lookUpId: lookUpIdOf(step),
    query: { caseNumber, queryCode },
  });
  return arm(asked, 'lookUp', context.nowMs + context.policy.lookUpMs);
}

/** Out of this line; in whatever line he comes to next he has the turn he has here. */
function outOfLine(step: ContactStep, place: Place, { nextTurn }: ContactContext): ContactStep {
  const { queuedAtMs, turn = nextTurn } = place;
  const left = disarm(step, 'queueTimeout', 'nobody', 'overflow', 'treatment', 'prefer');
  return patch(left, { place: null, inLineSince: { queuedAtMs, turn } });
}

/** Leaves the queue without a person, by the flow's way out; the missed-call record stays. */
export function leaveQueue(
  step: ContactStep,
  exit: Exclude<QueueExit, 'overflow'>,
  context: ContactContext,
): ContactStep {
  const { stage, place } = step.contact;
  if (stage.at !== 'waiting' || place === null) return step;
  const { queueId } = place.request;
  const left = record(outOfLine(step, place, context), { type: 'QueueExited', queueId, exit });
  return flowGoesOn(left, stage.cursor, { type: 'queueExit', exit }, context);
}

/** 溢出: to where the flow leads whoever is too far back, or has waited too long; whence he came goes with him. */
export function overflow(step: ContactStep, because: OverflowCause, context: ContactContext): ContactStep {
  const { stage, place } = step.contact;
  if (stage.at !== 'waiting' || place === null) return step;
  const { queueId } = place.request;
  const left = record(outOfLine(step, place, context), {
    type: 'QueueExited',
    queueId,
    exit: 'overflow',
    because,
  });
  const overflowed = patch(left, { overflowed: { from: queueId, because } });
  return flowGoesOn(overflowed, stage.cursor, { type: 'queueExit', exit: 'overflow' }, context);
}

function takeTurn(step: ContactStep, turn: FlowTurn, context: ContactContext): ContactStep {
  const { cursor, next, wish, region } = turn;
  const wished = wish === undefined ? step : keepWish(step, wish, 'caller');
  const known = region === undefined ? wished : keepRegion(wished, region);
  const spoken = sayInstead(known, turn.say, context);
  switch (next.type) {
    case 'spoken':
    case 'collect':
    case 'voicemail':
      return moveTo(spoken, { at: 'flow', cursor, next });
    case 'lookUpCase':
      return lookUp(moveTo(spoken, { at: 'flow', cursor, next }), context);
    case 'enqueue':
      return enqueue(spoken, cursor, next, context);
    case 'lead':
      return leadOn(spoken, turn, next.target, context);
    case 'hangUp':
      return arm(
        moveTo(spoken, { at: 'leaving', by: 'system', reason: next.reason, hangingUp: false }),
        'leavingOver',
        context.nowMs + context.policy.leavingMs,
      );
  }
}

/** The city he has picked; the last one counts. */
function keepRegion(step: ContactStep, region: string): ContactStep {
  if (step.contact.regionPicked === region) return step;
  return record(patch(step, { regionPicked: region }), { type: 'RegionPicked', region });
}

/** Dialled when what is said has been heard. Whom they do not serve there has waited for us since he called, or since he stood in line. */
function leadOn(
  step: ContactStep,
  { cursor, say: parts }: FlowTurn,
  target: LeadTarget,
  { nowMs, nextTurn }: ContactContext,
): ContactStep {
  const { arrival, leads = 0, inLineSince } = step.contact;
  const said = parts.map(({ prompt }) => prompt.id);
  const waits = inLineSince ?? { queuedAtMs: arrival.arrivedAtMs, turn: nextTurn };
  return patch(step, {
    stage: {
      at: 'led',
      lead: { words: { target, cursor, said }, phase: 'told', sinceMs: nowMs, recording: 'off' },
    },
    leads: leads + 1,
    inLineSince: waits,
  });
}

function enqueue(
  step: ContactStep,
  cursor: FlowCursor,
  next: Extract<FlowNext, { type: 'enqueue' }>,
  context: ContactContext,
): ContactStep {
  const { nowMs } = context;
  const queue = context.queue(next.request.queueId);
  const { overflowed, ...contact } = step.contact;
  const line = requestUnderLimit(contact, next.request);
  const prefer = stickyPreference(contact.arrival, next.request, queue.sticky, context);
  const place: Place = {
    ...line,
    ...(contact.inLineSince ?? { queuedAtMs: nowMs, turn: context.nextTurn }),
    resumed: false,
    prefer,
    told: { busy: false, place: null, lastAtMs: null, thankedAtMs: null },
    ...waitingKeys(contact, next),
    ...(overflowed && { overflowed }),
  };
  const { overflow: rule } = next;
  const decides = (rule?.waitAboveMs ?? null) !== null;
  const expected = context.expectedWait(place, { decides });
  const queued = record(
    { ...step, contact: { ...contact, stage: { at: 'waiting', cursor }, place } },
    {
      type: 'ContactQueued',
      ...line.request,
      ...(expected && { expected }),
      ...(overflowed && { overflowed }),
    },
  );
  const known =
    queue.seals === undefined ? queued : seal(queued, { kind: queue.seals, by: 'queue', agentId: null });
  if (queue.waiting >= queue.limit) return leaveQueue(known, 'overload', context);
  const because = rule && overflowAtOnce(rule, context.placeIn(place), expected);
  if (because !== undefined) return overflow(known, because, context);
  const timed = arm(arm(known, 'queueTimeout', nowMs + queue.timeoutMs), 'nobody', nowMs + queue.nobodyMs);
  const afterMs = rule?.afterMs ?? null;
  const leaving = afterMs === null ? timed : arm(timed, 'overflow', nowMs + afterMs);
  return prefer === null ? leaving : arm(leaving, 'prefer', prefer.untilMs);
}
