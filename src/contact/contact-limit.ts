// 骚扰: how a caller under a limit waits. Two ways stay open, the end of the line and a message, and who needs help is never refused.
import type { Contact, Place } from './contact.js';
import { patch, record, type ContactContext, type ContactStep } from './contact-step.js';
import { say } from './contact-voice.js';
import type { FlowNext, QueueRequest } from './flow-turn.js';
import { limitWords, messageKey } from './limit-words.js';

/** Behind every queue's priority. */
export const lastPriority = -1_000;
/** The key that sets a limit aside. */
export const helpKey = '0';

/** How he stands in line: behind all others while a limit stands and he has not asked for help. */
export function requestUnderLimit(
  contact: Contact,
  request: QueueRequest,
): { readonly request: QueueRequest; readonly fullPriority?: number } {
  if (!standsUnderLimit(contact)) return { request };
  return { request: { ...request, priority: lastPriority }, fullPriority: request.priority };
}

/** What he asked for before a limit took its priority. */
export function withoutLimit({ request, fullPriority }: Place): QueueRequest {
  return fullPriority === undefined ? request : { ...request, priority: fullPriority };
}

/** Keys that lead him elsewhere while he waits: the flow's own, and to a message where he is told of it. */
export function waitingKeys(
  contact: Contact,
  { keys = [], takesMessage }: Extract<FlowNext, { type: 'enqueue' }>,
): Pick<Place, 'keys'> {
  const open = takesMessage === true && hearsOfLimit(contact) ? [...keys, messageKey] : keys;
  return open.length > 0 ? { keys: open } : {};
}

/** Says what the limit means, until it was said: after whatever he hears first in line, and anew after a restart; never once he has talked. */
export function tellLimit(step: ContactStep, context: ContactContext): ContactStep {
  const { arrival, lastAgentId, limitTold, place } = step.contact;
  if (arrival.limit === undefined || place === null || !hearsOfLimit(step.contact)) return step;
  if (limitTold === true || lastAgentId !== null) return step;
  const prompt = limitWords(arrival.limit, place.keys?.includes(messageKey) === true, context.nowMs);
  return say(step, [{ prompt, mustHear: false }], context);
}

/** In line he pressed the key for help, whatever he hears at that moment: he waits as if there were no limit. */
export function setLimitAside(step: ContactStep, context: ContactContext): ContactStep {
  const { place, stage } = step.contact;
  const inLine = stage.at === 'waiting' || stage.at === 'offered';
  if (!inLine || place === null || !standsUnderLimit(step.contact)) return step;
  const { fullPriority: _over, ...rest } = place;
  const aside = record(patch(step, { needsHelp: true, place: { ...rest, request: withoutLimit(place) } }), {
    type: 'LimitSetAside',
  });
  return say(aside, [{ prompt: { id: 'limited.help' }, mustHear: false }], context);
}

function standsUnderLimit({ arrival, needsHelp }: Contact): boolean {
  return arrival.limit !== undefined && needsHelp !== true;
}

function hearsOfLimit(contact: Contact): boolean {
  return contact.arrival.limit?.level === 'told' && standsUnderLimit(contact);
}
