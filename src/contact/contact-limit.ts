// 骚扰: how a caller under a limit waits. A caller who needs help is never refused.
import type { CallLimit, Contact, Place } from './contact.js';
import { patch, record, type ContactContext, type ContactStep } from './contact-step.js';
import { say } from './contact-voice.js';
import type { QueueRequest } from './flow-turn.js';
import type { PromptRef } from './prompt-ref.js';

/** Behind every queue's priority. */
export const lastPriority = -1_000;
/** The key that sets a limit aside. */
export const helpKey = '0';
const dayMs = 86_400_000;

/** How he stands in line: behind all others while a limit stands and he has not asked for help. */
export function requestUnderLimit(
  { arrival, needsHelp }: Contact,
  request: QueueRequest,
): { readonly request: QueueRequest; readonly fullPriority?: number } {
  if (arrival.limit === undefined || needsHelp === true) return { request };
  return { request: { ...request, priority: lastPriority }, fullPriority: request.priority };
}

/** What he asked for before a limit took its priority. */
export function withoutLimit({ request, fullPriority }: Place): QueueRequest {
  return fullPriority === undefined ? request : { ...request, priority: fullPriority };
}

/** What he hears of it: how many days are left, the day that has begun counted. */
export function limitWords({ untilMs }: CallLimit, nowMs: number): PromptRef {
  return { id: 'limited', slots: { n: Math.min(30, Math.max(1, Math.ceil((untilMs - nowMs) / dayMs))) } };
}

/** He pressed the key for help, whatever he hears at that moment: in line as if there were no limit. */
export function setLimitAside(step: ContactStep, context: ContactContext): ContactStep {
  const { arrival, needsHelp, place, stage } = step.contact;
  const isOver = ['talking', 'survey', 'leaving', 'ended'].includes(stage.at);
  if (arrival.limit === undefined || needsHelp === true || isOver) return step;
  const aside = record(patch(step, { needsHelp: true }), { type: 'LimitSetAside' });
  if (place === null) return aside;
  const { fullPriority, ...rest } = place;
  const priority = fullPriority ?? place.request.priority;
  const first = patch(aside, { place: { ...rest, request: { ...place.request, priority } } });
  return say(first, [{ prompt: { id: 'limited.help' }, mustHear: false }], context);
}
