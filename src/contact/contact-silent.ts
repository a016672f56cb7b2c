// 无声处理: a caller who is not heard, be it a bad line, be he deaf, or in danger and unable to speak. He answers by keys.
//
// The agent stays in the talk all the while, hears the words too, and nothing here ends the call: that is the caller's or the agent's.
import { isHeld, type Talk } from './contact.js';
import {
  arm,
  ask,
  disarm,
  record,
  refuse,
  withTalk,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';

/** Keys answer for so long after the words began; the words themselves take 10 s. ASSUMED */
export const silentAnswerMs = 40_000;

/** The agent asks the silent caller to press a key; asked again, the words are said again. */
export function askSilentCaller(step: ContactStep, talk: Talk, { nowMs }: ContactContext): ContactStep {
  if (isHeld(talk)) return refuse(step.contact, 'CITIZEN_HELD');
  // The words would be cut off by those about the message.
  if (talk.silent === 'texting') return step;
  const asked = record(withTalk(step, { silent: 'asked' }), {
    type: 'SilentCallerAsked',
    agentId: talk.agentId,
  });
  return arm(sayInTalk(asked, talk, 'silent.1'), 'silentOver', nowMs + silentAnswerMs);
}

/** A key of the citizen's in the talk: 1 he hears, 2 he cannot speak; others, and those nobody asked for, mean nothing. */
export function silentCallerPressed(step: ContactStep, talk: Talk, digit: string): ContactStep {
  if (talk.silent !== 'asked' || (digit !== '1' && digit !== '2')) return step;
  const answer = digit === '1' ? 'hears' : 'cannotSpeak';
  const answered = record(disarm(step, 'silentOver'), { type: 'SilentCallerAnswered', answer });
  if (answer === 'hears') return withTalk(answered, { silent: 'hears' });
  return ask(withTalk(answered, { silent: 'texting' }), { do: 'textCaller', templateId: 'sms.text' });
}

/** No key came in time: the agent sees it, and may ask again. */
export function silentCallerQuiet(step: ContactStep): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'talking' || stage.talk.silent !== 'asked') return step;
  const quiet = withTalk(step, { silent: 'noAnswer' });
  return record(quiet, { type: 'SilentCallerAnswered', answer: 'none' });
}

/** What became of the message: he is told, for he may hear well and only be unable to speak. */
export function callerTexted(step: ContactStep, isSent: boolean): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'talking' || stage.talk.silent !== 'texting') return step;
  const told = record(withTalk(step, { silent: isSent ? 'texted' : 'notTexted' }), {
    type: 'SilentCallerTexted',
    sent: isSent,
  });
  // On hold he would not hear it; the agent sees it.
  return isHeld(stage.talk) ? told : sayInTalk(told, stage.talk, isSent ? 'silent.2' : 'silent.3');
}

/** After a restart: what may have been cut off is said anew, an order that may be lost is given again, under the same id. */
export function silentCallerResumed(step: ContactStep, talk: Talk, { nowMs }: ContactContext): ContactStep {
  if (isHeld(talk)) return step;
  if (talk.silent === 'texting') return ask(step, { do: 'textCaller', templateId: 'sms.text' });
  if (talk.silent !== 'asked') return step;
  return arm(sayInTalk(step, talk, 'silent.1'), 'silentOver', nowMs + silentAnswerMs);
}

function sayInTalk(step: ContactStep, { bridgeId, legId }: Talk, id: string): ContactStep {
  return ask(step, { do: 'announce', bridgeId, legId, prompt: { id } });
}
