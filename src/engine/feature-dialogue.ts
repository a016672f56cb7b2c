// The talk between an agent and the service on a call that the agent made: one pure step per input.
import type { PromptRef } from '../contact/prompt-ref.js';
import type { AgentId } from '../contact/ids.js';
import { breakReason, type FeatureAct } from './feature-codes.js';
import type { PinVerdict } from './pin-check.js';

/** Where the call stands. */
export type FeatureStage =
  | { readonly at: 'pin'; readonly agentId: AgentId; readonly entered: string }
  /** Signed in at another phone: 1 moves him to this one. */
  | { readonly at: 'elsewhere'; readonly agentId: AgentId }
  | { readonly at: 'breakReason' }
  /** He waits for a break, and may still leave at once by 9. */
  | { readonly at: 'breakQueued' }
  | { readonly at: 'echo' }
  | { readonly at: 'lastWords' };

/** What happens to it. The outcome of an effect comes back as an input. */
export type FeatureInput =
  | { readonly type: 'digit'; readonly digit: string }
  /** No key for a while after the last words or the last key. */
  | { readonly type: 'silence' }
  /** What was being said has been said. */
  | { readonly type: 'spoken' }
  | { readonly type: 'pinChecked'; readonly verdict: PinVerdict; readonly elsewhere: boolean }
  /** An act was done or refused; `answer` says which. */
  | { readonly type: 'acted'; readonly answer: PromptRef };

/** What it asks of the outside. */
export type FeatureEffect =
  | { readonly do: 'say'; readonly prompt: PromptRef }
  /** Cuts off what is being said. */
  | { readonly do: 'hush' }
  | { readonly do: 'checkPin'; readonly agentId: AgentId; readonly pin: string }
  | { readonly do: 'act'; readonly act: FeatureAct }
  | { readonly do: 'echo' }
  | { readonly do: 'hangUp' };

/** The next stage and what to do, in this order. */
export interface FeatureStep {
  readonly stage: FeatureStage;
  readonly effects: readonly FeatureEffect[];
}

/** The answer that every place for a break is taken; the same call still takes 9, 紧急离席. */
export const breakQueued = 'a.break.queue';

/** Longest PIN: its last digit ends the entry without `#`. */
export const pinDigits = 6;

const lastWords: FeatureStage = { at: 'lastWords' };

/** The first step of a call; `null` = what was dialled is no code. */
export function beginDialogue(act: FeatureAct | null): FeatureStep {
  if (act === null) return endWith('a.fail');
  if (act.do === 'signIn') return askPin(act.agentId, 'a.pin');
  if (act.do === 'echo') return { stage: { at: 'echo' }, effects: [say('a.echo')] };
  if (act.do === 'break' && act.reason === null) {
    return { stage: { at: 'breakReason' }, effects: [say('a.break.ask')] };
  }
  return { stage: lastWords, effects: [{ do: 'act', act }] };
}

/** One input; what no longer fits the stage changes nothing. */
export function dialogueStep(stage: FeatureStage, input: FeatureInput): FeatureStep {
  switch (input.type) {
    case 'digit':
      return digit(stage, input.digit);
    case 'silence':
      return silence(stage);
    case 'spoken':
      return spoken(stage);
    case 'pinChecked':
      return stage.at === 'pin' ? pinChecked(stage.agentId, input) : still(stage);
    case 'acted':
      return {
        stage: input.answer.id === breakQueued ? { at: 'breakQueued' } : lastWords,
        effects: [{ do: 'say', prompt: input.answer }],
      };
  }
}

const still = (stage: FeatureStage): FeatureStep => ({ stage, effects: [] });
const say = (id: string): FeatureEffect => ({ do: 'say', prompt: { id } });
const endWith = (id: string): FeatureStep => ({ stage: lastWords, effects: [say(id)] });
const hangUp: FeatureStep = { stage: lastWords, effects: [{ do: 'hangUp' }] };

function askPin(agentId: AgentId, promptId: string): FeatureStep {
  return { stage: { at: 'pin', agentId, entered: '' }, effects: [say(promptId)] };
}

function digit(stage: FeatureStage, pressed: string): FeatureStep {
  switch (stage.at) {
    case 'pin':
      // A `#` after the last digit is habit: it must not cut off the answer.
      return pressed === '#' && stage.entered === '' ? still(stage) : cutOff(pinDigit(stage, pressed));
    case 'elsewhere':
      return cutOff(pressed === '1' ? signIn(stage.agentId) : hangUp);
    case 'breakReason':
      return cutOff(breakChosen(pressed));
    case 'breakQueued':
      return breakReason(pressed) === 'urgent' ? cutOff(breakChosen(pressed)) : still(stage);
    case 'echo':
    case 'lastWords':
      return still(stage);
  }
}

/** A key stops what is being said: agents know these words by heart. */
function cutOff({ stage, effects }: FeatureStep): FeatureStep {
  return { stage, effects: [{ do: 'hush' }, ...effects] };
}

function pinDigit(stage: Extract<FeatureStage, { at: 'pin' }>, pressed: string): FeatureStep {
  const { agentId } = stage;
  if (pressed === '#') return check(stage);
  if (!/^\d$/.test(pressed)) return still({ ...stage, entered: '' });
  const entered = stage.entered + pressed;
  return entered.length < pinDigits ? still({ ...stage, entered }) : check({ at: 'pin', agentId, entered });
}

function check(stage: Extract<FeatureStage, { at: 'pin' }>): FeatureStep {
  const { agentId, entered } = stage;
  if (entered === '') return still(stage);
  return {
    stage: { at: 'pin', agentId, entered: '' },
    effects: [{ do: 'checkPin', agentId, pin: entered }],
  };
}

function pinChecked(
  agentId: AgentId,
  { verdict, elsewhere }: Extract<FeatureInput, { type: 'pinChecked' }>,
): FeatureStep {
  switch (verdict) {
    case 'wrong':
      return askPin(agentId, 'a.badpin');
    case 'locked':
      return endWith('a.locked');
    case 'right':
      return elsewhere
        ? { stage: { at: 'elsewhere', agentId }, effects: [say('a.elsewhere')] }
        : signIn(agentId);
  }
}

function signIn(agentId: AgentId): FeatureStep {
  return { stage: lastWords, effects: [{ do: 'act', act: { do: 'signIn', agentId } }] };
}

function breakChosen(pressed: string): FeatureStep {
  const reason = breakReason(pressed);
  if (reason === undefined) return endWith('a.fail');
  return { stage: lastWords, effects: [{ do: 'act', act: { do: 'break', reason } }] };
}

function silence(stage: FeatureStage): FeatureStep {
  switch (stage.at) {
    case 'pin':
      return stage.entered === '' ? endWith('a.fail') : check(stage);
    case 'elsewhere':
    case 'breakQueued':
      return hangUp;
    case 'breakReason':
      return endWith('a.fail');
    case 'echo':
    case 'lastWords':
      return still(stage);
  }
}

function spoken(stage: FeatureStage): FeatureStep {
  if (stage.at === 'lastWords') return hangUp;
  return stage.at === 'echo' ? { stage, effects: [{ do: 'echo' }] } : still(stage);
}
