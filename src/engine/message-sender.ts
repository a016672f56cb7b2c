// Sends the short messages that are due.
import { isMobile } from '../contact/ani.js';
import { startDueRows, type DueRows, type Worth } from './due-rows.js';
import { messageText } from '../site/message-text.js';
import { factOfStep, gatewayFails, stepAfterTry, usualPace, type RetryPace } from './message-life.js';
import type {
  GatewayAnswer,
  Message,
  MessageFact,
  MessageGateway,
  MessageStore,
  NumberBook,
  StopList,
} from './messages.js';
import type { Clock, Log, Sites, Timers } from './ports.js';

export interface MessageSenderParts {
  readonly store: MessageStore;
  readonly stopList: Pick<StopList, 'kindFor'>;
  readonly numbers: NumberBook;
  readonly gateway: MessageGateway;
  readonly sites: Sites;
  readonly clock: Clock;
  readonly timers: Timers;
  /** 0 to below 1. */
  readonly chance: () => number;
  readonly note: (fact: MessageFact) => void;
  /** Raises or clears the alarm of the gateway. */
  readonly alarm: (stands: boolean) => void;
  readonly log: Log;
  readonly pace?: RetryPace;
  /** Pause when nothing is due; 1 s. After a fault of the database five times as long. */
  readonly idleMs?: number;
  /** For how long a row is ours; 60 s. */
  readonly leaseMs?: number;
  /** The longest the gateway takes to settle; 10 s. With less of the lease left nothing is handed over. */
  readonly gatewayMs?: number;
}

/** The sender at work. */
export type MessageSender = DueRows;

export function startMessageSender(parts: MessageSenderParts): MessageSender {
  const { store, stopList, numbers, gateway, sites, clock, timers, chance, note, alarm, log } = parts;
  const { pace = usualPace, idleMs = 1_000, leaseMs = 60_000, gatewayMs = 10_000 } = parts;

  async function send(message: Message, worth: Worth): Promise<void> {
    const answer = await attempt(message, worth);
    if (answer === undefined || !worth.ending()) return;
    const step = stepAfterTry(answer, message.attempts, chance(), pace);
    // A report that came meanwhile, or another engine after our lease: theirs is the newer word.
    if (!(await store.settle(message, step))) return;
    const fact = factOfStep(message, step);
    if (fact !== undefined) note(fact);
    const fails = gatewayFails(step);
    if (fails !== undefined) alarm(fails);
  }

  /** Undefined = too late under this lease: the next holder sends it. */
  async function attempt(message: Message, worth: Worth): Promise<GatewayAnswer | undefined> {
    const { messageId, templateId, callerKey, callerMasked } = message;
    const template = sites.current().messages.get(templateId);
    if (template === undefined) return { is: 'refused', code: 'templateUnknown' };
    const text = messageText(template, message.slots);
    if (text === undefined) return { is: 'refused', code: 'slotsWrong' };
    const stop = await stopList.kindFor(callerKey, clock.nowMs());
    if (stop !== undefined) return { is: 'refused', code: stop };
    const number = await numbers.find(callerKey);
    // A call of a moment ago: its number may still be on the way to its table.
    if (number === undefined) return { is: 'retry', code: 'numberUnknown' };
    if (!isMobile(number)) return { is: 'refused', code: 'notMobile' };
    if (!worth.beginning()) return undefined;
    return gateway.deliver({ messageId, templateId, number, callerMasked, text });
  }

  return startDueRows({
    ...{ what: 'short messages', claim: store.claim, see: send, clock, timers, log },
    ...{ idleMs, leaseMs, outsideMs: gatewayMs },
  });
}
