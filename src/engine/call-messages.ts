// Short messages that a call's end brings about by itself: to whom nobody answered, and to whom was not asked how it was. Both are off unless the site has them on.
import { dayKeyAt } from '../contact/civil-time.js';
import type { Contact } from '../contact/contact.js';
import type { ContactFact } from '../contact/contact-signals.js';
import { surveyVerdict } from '../contact/survey.js';
import type { Site } from '../site/site.js';
import type { MessageOrder } from './ports.js';

/** The message that this end of a contact brings about; undefined for none. */
export function messageAfter(
  contact: Contact,
  facts: readonly ContactFact[],
  { messagePolicy, contactPolicy }: Pick<Site, 'messagePolicy' | 'contactPolicy'>,
  nowMs: number,
): MessageOrder | undefined {
  const fact = facts.find((one) => one.type === 'ContactEnded');
  if (fact?.by !== 'citizen') return undefined;
  const { arrival, sealed } = contact;
  if (sealed !== undefined || arrival.out !== undefined || arrival.callerKey === '') return undefined;
  const order = (templateId: string, id: string): MessageOrder => ({
    ...{ id, templateId, slots: {} },
    ...{ callerKey: arrival.callerKey, contactId: contact.id },
  });
  // Once a caller and day, whatever he has dialled: the message's id says so, for a restarted service too.
  if (messagePolicy.missed && isMissed(contact, fact))
    return order('sms.missed', `missed.${arrival.callerKey}.${dayKeyAt(nowMs)}`);
  if (messagePolicy.survey && wasNotAsked(contact, fact, facts, contactPolicy.survey))
    return order('sms.survey', `${contact.id}.survey`);
  return undefined;
}

type Ended = Extract<ContactFact, { type: 'ContactEnded' }>;

/** He gave up in line, or while a phone rang for him, and nobody has spoken with him. */
function isMissed({ lastAgentId }: Contact, { during, afterEvent }: Ended): boolean {
  return lastAgentId === null && (during === 'waiting' || during === 'offered') && afterEvent === undefined;
}

/** Of the talk that ended with the call. */
function talkMsIn(facts: readonly ContactFact[]): number {
  return facts.find((one) => one.type === 'TalkEnded')?.talkMs ?? 0;
}

/** He hung up himself, so that the survey could not be offered; who would not have been asked by voice is not asked in writing. */
function wasNotAsked(
  { survey, disposition, arrival, sealed }: Contact,
  { during }: Ended,
  facts: readonly ContactFact[],
  policy: Site['contactPolicy']['survey'],
): boolean {
  if (during !== 'talking' || survey !== undefined) return false;
  // Whoever was in danger is not asked how it was.
  if (facts.some((fact) => fact.type === 'ConsultEnded' && fact.targetId !== undefined)) return false;
  return surveyVerdict({ ...disposition, sealed, tag: arrival.tag }, talkMsIn(facts), policy).is === 'asked';
}
