// What becomes of a short message after a try and after a report. Pure.
import type { DeliveryReport, GatewayAnswer, Message, MessageFact, MessageStep } from './messages.js';

/** How often and when a message is tried again. */
export interface RetryPace {
  /** Tries in all. */
  readonly tries: number;
  /** Before the second try; doubled before each further one. */
  readonly firstMs: number;
  /** No pause is longer, whatever the gateway asks for. */
  readonly longestMs: number;
}

/** About 20 minutes in all: what is older would only surprise its reader. ASSUMED. */
export const usualPace: RetryPace = { tries: 10, firstMs: 5_000, longestMs: 300_000 };

/**
 * The step after a try.
 * @param attempts begun so far, this one included
 * @param chance 0 to below 1: spreads the tries of many messages, so that a gateway that is back is not run over
 */
export function stepAfterTry(
  answer: GatewayAnswer,
  attempts: number,
  chance: number,
  pace: RetryPace,
): MessageStep {
  if (answer.is === 'taken') return { state: 'sent' };
  const { code } = answer;
  if (answer.is === 'refused') return { state: 'refused', code };
  if (attempts >= pace.tries) return { state: 'failed', code };
  const fullMs = Math.min(pace.firstMs * 2 ** (attempts - 1), pace.longestMs);
  const ownMs = fullMs * (0.5 + chance / 2);
  const askedMs = Math.min(answer.afterMs ?? 0, pace.longestMs);
  return { state: 'queued', code, delayMs: Math.round(Math.max(ownMs, askedMs)) };
}

/**
 * The step after a report, or undefined where it changes nothing. A report may overtake the gateway's own answer, so a
 * message that was tried counts as sent; 「delivered」 is the last word, even over a failure told before.
 */
export function stepAfterReport(
  { state, attempts }: Pick<Message, 'state' | 'attempts'>,
  { status, code }: Pick<DeliveryReport, 'status' | 'code'>,
): MessageStep | undefined {
  const wasTried = attempts > 0 && state !== 'refused';
  if (!wasTried || state === 'delivered') return undefined;
  if (status === 'delivered') return { state: 'delivered' };
  return state === 'failed' ? undefined : { state: 'failed', code: code ?? 'undelivered' };
}

/** What is journaled of a step; nothing of a try that is to be repeated. */
export function factOfStep(
  { messageId, contactId, attempts }: Pick<Message, 'messageId' | 'contactId' | 'attempts'>,
  step: MessageStep,
): MessageFact | undefined {
  const whose = { messageId, ...(contactId !== null && { contactId }) };
  switch (step.state) {
    case 'queued':
      return undefined;
    case 'sent':
      return { type: 'MessageSent', ...whose, attempts };
    case 'delivered':
      return { type: 'MessageDelivered', ...whose };
    case 'failed':
    case 'refused':
      return { type: 'MessageFailed', ...whose, code: step.code, refused: step.state === 'refused' };
  }
}

/** Codes by which a gateway says that it will take nothing of ours: its address or our signature is wrong. */
const setUpFaults = ['http401', 'http403', 'http404', 'http405'];

/** Whether the alarm of the gateway is to stand after a step; undefined = the step says nothing about it. */
export function gatewayFails(step: MessageStep): boolean | undefined {
  if (step.state === 'sent') return false;
  if (step.state === 'failed') return true;
  return step.state === 'refused' && setUpFaults.includes(step.code) ? true : undefined;
}
