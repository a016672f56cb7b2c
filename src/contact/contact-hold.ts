// A talk in which the citizen is on hold, by phone or by page, or in which the agent calls for help.
//
// The two ways to hold are one state with its sources: music is on while any of them holds. Nobody takes the citizen back for
// another one: the page cannot undo what the phone does, for a phone on hold sends no voice.
import { isHeld, type HoldSource, type Talk } from './contact.js';
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

/** The agent's phone put the citizen on hold, or took him back. */
export function holdByPhone(
  step: ContactStep,
  talk: Talk,
  on: boolean,
  context: ContactContext,
): ContactStep {
  return setHold(step, talk, 'phone', on, context);
}

/** The agent's page did. */
export function holdByPage(step: ContactStep, talk: Talk, on: boolean, context: ContactContext): ContactStep {
  if (!on && talk.heldBy.includes('phone')) return refuse(step.contact, 'HELD_BY_PHONE');
  // Once on hold he needs no second one, which would outlast the phone's.
  return on && isHeld(talk) ? step : setHold(step, talk, 'page', on, context);
}

/** On hold for too long: told, and the citizen stays where he is. */
export function holdOverdue(step: ContactStep, { nowMs }: ContactContext): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'talking' || stage.talk.heldSinceMs === null) return step;
  const { agentId, heldSinceMs } = stage.talk;
  return record(step, { type: 'HoldOverdue', agentId, heldMs: nowMs - heldSinceMs });
}

/** The longest hold by page is over: citizen and agent hear one another again. */
export function holdLimitReached(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  return stage.at === 'talking' ? setHold(step, stage.talk, 'page', false, context, 'system') : step;
}

function setHold(
  step: ContactStep,
  talk: Talk,
  source: HoldSource,
  on: boolean,
  context: ContactContext,
  by: HoldSource | 'system' = source,
): ContactStep {
  if (talk.heldBy.includes(source) === on) return step;
  const heldBy = on ? [...talk.heldBy, source] : talk.heldBy.filter((one) => one !== source);
  const held = heldBy.length > 0;
  const heldSinceMs = held ? (talk.heldSinceMs ?? context.nowMs) : null;
  const limited = withHoldLimit(withTalk(step, { heldBy, heldSinceMs }), source, on, context);
  if (held === isHeld(talk)) return limited;
  const { agentId, bridgeId } = talk;
  const told = ask(
    record(limited, { type: 'ContactHeld', held, by }),
    { do: 'hold', bridgeId, on: held },
    { do: 'tellAgent', agentId, signal: { type: 'Held', contactId: step.contact.id, held } },
  );
  return held
    ? arm(told, 'holdNotice', context.nowMs + context.policy.holdNoticeMs)
    : disarm(told, 'holdNotice');
}

function withHoldLimit(
  step: ContactStep,
  source: HoldSource,
  on: boolean,
  { nowMs, policy }: ContactContext,
): ContactStep {
  if (source !== 'page') return step;
  return on ? arm(step, 'holdOver', nowMs + policy.holdLimitMs) : disarm(step, 'holdOver');
}

/** The agent asks his supervisors for help, or no longer does; it ends with the talk, too. */
export function callHelp(step: ContactStep, talk: Talk, on: boolean, context: ContactContext): ContactStep {
  const { agentId, helpSinceMs } = talk;
  if (!on) return helpOver(step, talk, 'agent', context);
  if (helpSinceMs !== null) return step;
  return record(withTalk(step, { helpSinceMs: context.nowMs }), { type: 'HelpAsked', agentId });
}

/** Help is no longer asked for: taken back, or a supervisor is there. */
export function helpOver(
  step: ContactStep,
  { agentId, helpSinceMs }: Talk,
  by: 'agent' | 'supervisor',
  { nowMs }: ContactContext,
): ContactStep {
  if (helpSinceMs === null) return step;
  const lastedMs = nowMs - helpSinceMs;
  return record(withTalk(step, { helpSinceMs: null }), { type: 'HelpOver', agentId, by, lastedMs });
}
