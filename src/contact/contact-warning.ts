// 文明提醒: the machine reminds a citizen in a talk, so that the agent is not accused of it; after two the third ends the call.
import { isHeld, type Talk } from './contact.js';
import {
  arm,
  ask,
  moveTo,
  patch,
  record,
  refuse,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import { endTalk } from './contact-talk.js';
import { say } from './contact-voice.js';
import type { AgentId } from './ids.js';

/** Two presses within this are one: nobody's call ends by a slip of the hand. */
export const betweenWarningsMs = 10_000;
/** With the third the call ends: announced by the second (language: warn.2). */
export const lastWarning = 3;

/** A reminder: said to both, the third to the citizen alone, and then he is released. */
export function warn(step: ContactStep, talk: Talk, agentId: AgentId, context: ContactContext): ContactStep {
  const { warnings } = step.contact;
  const { nowMs, policy } = context;
  if (isHeld(talk)) return refuse(step.contact, 'CONTACT_HELD');
  if (warnings !== undefined && nowMs - warnings.lastAtMs < betweenWarningsMs)
    return refuse(step.contact, 'WARNED_JUST_NOW');
  const count = (warnings?.count ?? 0) + 1;
  const given = record(patch(step, { warnings: { count, lastAtMs: nowMs } }), {
    type: 'WarningGiven',
    agentId,
    count,
  });
  const { bridgeId, legId } = talk;
  if (count < lastWarning)
    return ask(given, { do: 'announce', bridgeId, legId, prompt: { id: count === 1 ? 'warn.1' : 'warn.2' } });
  const ended = endTalk(given, talk, { by: 'agent', causeCode: 16 }, context);
  const leaving = moveTo(ended, { at: 'leaving', by: 'agent', reason: 'warned', hangingUp: false });
  const told = say(leaving, [{ prompt: { id: 'warn.end' }, mustHear: false }], context);
  return arm(told, 'leavingOver', nowMs + policy.leavingMs);
}
