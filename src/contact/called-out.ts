// What is different about a talk that an agent began by calling: there is no line to go back to, and nobody to be thanked for calling.
import type { Contact } from './contact.js';
import { arm, moveTo, type ContactContext, type ContactStep } from './contact-step.js';

/** The agent has left the talk: whom he called is let go without a word, for the goodbye thanks callers. */
export function letCalleeGo(step: ContactStep, reason: string, context: ContactContext): ContactStep {
  const leaving = moveTo(step, { at: 'leaving', by: 'agent', reason, hangingUp: false });
  return arm(leaving, 'leavingOver', context.nowMs + context.policy.leavingMs);
}

/** A contact that was made from here. */
export function isCalledOut({ arrival }: Pick<Contact, 'arrival'>): boolean {
  return arrival.out !== undefined;
}
