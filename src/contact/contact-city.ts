// 转外地12345: the agent leads the citizen to the city whose matter it is, by the house's own means; whom that city does not take is his again.
//
// What is dialled comes from the site's table alone, never from a person's keys. The agent wraps up meanwhile, and is given nobody
// else as long as the citizen may come back.
import { isHeld, type Talk } from './contact.js';
import { sayFirst } from './contact-lead.js';
import type { ContactSignal } from './contact-signals.js';
import { record, refuse, type ContactContext, type ContactStep } from './contact-step.js';
import { endTalk, setDisposition } from './contact-talk.js';

/** What he hears on his way there, and on his way back. Both say the city by its area code. */
export const cityWords = { first: 'scope.region', back: 'scope.region.back' } as const;

/** The agent leaves the talk, and the citizen is told where he is led. */
export function seekCity(
  step: ContactStep,
  talk: Talk,
  { agentId, areaCode }: Extract<ContactSignal, { type: 'SeekCity' }>,
  context: ContactContext,
): ContactStep {
  const { contact } = step;
  const { stage, talks } = contact;
  if (isHeld(talk)) return refuse(contact, 'CONTACT_HELD');
  const target = context.city(areaCode);
  if (target === undefined) return refuse(contact, 'CITY_UNKNOWN');
  if (stage.at !== 'talking' || stage.cursor === null) return step;
  const { playMs, centreRingMs, joinMs } = context.policy;
  const sought = record(step, { type: 'CitySought', agentId, areaCode });
  const noted = setDisposition(sought, { agentId, disposition: { outcome: 'transfer' } }, context);
  const backWithinMs = playMs + centreRingMs + joinMs;
  const ended = endTalk(noted, talk, { by: 'agent', causeCode: 16, backWithinMs }, context);
  const slots = { city: areaCode };
  const words = {
    first: { id: cityWords.first, slots },
    back: { id: cityWords.back, slots },
    target,
  };
  return sayFirst(ended, { words, from: { agentId, cursor: stage.cursor, areaCode, talk: talks } }, context);
}
