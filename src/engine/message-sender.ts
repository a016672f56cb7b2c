// Sends the messages that are due, a few at a time, for as long as the service runs; what it held when it died is due again by itself.
import { isMobile } from '../contact/ani.js';
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
export interface MessageSender {
  /** Settles when what is under way is through, within a second: what a slow gateway still has is due again after its lease. */
  stop(): Promise<void>;
}

/** For the end of what is under way. */
const stopMs = 1_000;
/** Handed over side by side. */
const batch = 5;

export function startMessageSender(parts: MessageSenderParts): MessageSender {
  const { store, stopList, numbers, gateway, sites, clock, timers, chance, note, alarm, log } = parts;
  const { pace = usualPace, idleMs = 1_000, leaseMs = 60_000, gatewayMs = 10_000 } = parts;
  let stopped = false;
  let ended = false;
  let isAway = false;
  let cancel: () => void = () => undefined;
  let working: Promise<void> = Promise.resolve();

  function wakeAfter(pauseMs: number): void {
    if (stopped) return;
    cancel = timers.at(clock.nowMs() + pauseMs, () => {
      working = work();
    });
  }

  async function work(): Promise<void> {
    try {
      const claimedAtMs = clock.nowMs();
      const due = await store.claim(batch, leaseMs);
      const handOverUntilMs = claimedAtMs + leaseMs - gatewayMs;
      await Promise.all(due.map((message) => send(message, handOverUntilMs)));
      isAway = false;
      wakeAfter(due.length === batch ? 0 : idleMs);
    } catch (error) {
      // The rows stay as they are, and their leases end.
      if (!isAway && !stopped)
        log.warn({ error: String(error) }, 'short messages wait: their rows cannot be read or written');
      isAway = true;
      wakeAfter(idleMs * 5);
    }
  }

  async function send(message: Message, handOverUntilMs: number): Promise<void> {
    const answer = await attempt(message, handOverUntilMs);
    if (answer === undefined || ended) return;
    const step = stepAfterTry(answer, message.attempts, chance(), pace);
    // A report that came meanwhile, or another engine after our lease: theirs is the newer word.
    if (!(await store.settle(message, step))) return;
    const fact = factOfStep(message, step);
    if (fact !== undefined) note(fact);
    const fails = gatewayFails(step);
    if (fails !== undefined) alarm(fails);
  }

  /** Undefined = too late under this lease: the next holder sends it. */
  async function attempt(message: Message, handOverUntilMs: number): Promise<GatewayAnswer | undefined> {
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
    if (stopped || clock.nowMs() > handOverUntilMs) return undefined;
    return gateway.deliver({ messageId, templateId, number, callerMasked, text });
  }

  wakeAfter(idleMs);
  return {
    stop: async () => {
      stopped = true;
      cancel();
      await Promise.race([
        working,
        new Promise<void>((resolve) => void timers.at(clock.nowMs() + stopMs, resolve)),
      ]);
      ended = true;
    },
  };
}
