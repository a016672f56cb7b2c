// 保密: what is left of a caller who is not to be known, and the step that seals his contact. It works backwards.
import type { Arrival, Contact, SealWish } from './contact.js';
import { ask, patch, record, refuse, type ContactStep } from './contact-step.js';

/** Stands wherever a sealed caller's number would, masked or not. */
export const confidentialText = '保密来电';

/** An arrival that tells nothing of its caller; a citizen's own phone that forwarded the call tells as much as his number. */
export function sealedArrival(arrival: Arrival): Arrival {
  const { lastTalk: _ofAnotherCall, redirectedFrom, ...rest } = arrival;
  return {
    ...rest,
    callerMasked: confidentialText,
    redirectedFrom: redirectedFrom.includes('*') ? '' : redirectedFrom,
  };
}

/** Nobody is shown who called. */
export function isSealed({ sealed }: Pick<Contact, 'sealed'>): boolean {
  return sealed !== undefined;
}

/** Seals the contact for good; what it is sealed as already changes nothing. A minor's stays a minor's. */
export function seal(step: ContactStep, { kind, by, agentId, aloud = false }: SealWish): ContactStep {
  const { contact } = step;
  if (agentId !== null && contact.lastAgentId !== agentId) return refuse(contact, 'CONTACT_NOT_YOURS');
  const told = aloud ? sayDone(step) : step;
  if (contact.sealed === kind || contact.sealed === 'minor') return told;
  const arrival = sealedArrival(contact.arrival);
  const sealed = record(patch(told, { sealed: kind, arrival }), { type: 'ContactSealed', kind, by });
  const { stage } = contact;
  if (contact.sealed !== undefined || stage.at !== 'talking') return sealed;
  return ask(sealed, { do: 'hideCaller', legId: stage.talk.legId });
}

function sayDone(step: ContactStep): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'talking') return step;
  const { bridgeId, legId } = stage.talk;
  return ask(step, { do: 'announce', bridgeId, legId, prompt: { id: 'conf.done' } });
}
