// Takes the orders for short messages, and what comes back of them: reports and replies.
import { isMobile } from '../contact/ani.js';
import type { ContactId } from '../contact/ids.js';
import { maskNumber } from '../contact/masking.js';
import { messageText } from '../site/message-text.js';
import { factOfStep, stepAfterReport } from './message-life.js';
import type {
  DeliveryReport,
  MessageFact,
  MessageRefusal,
  MessageReply,
  MessageStore,
  NumberBook,
  StopList,
} from './messages.js';
import type { Clock, MessageOrder, Messages, Sites } from './ports.js';

export interface MessageDeskParts {
  readonly store: MessageStore;
  readonly stopList: Pick<StopList, 'kindFor'>;
  readonly numbers: NumberBook;
  readonly sites: Sites;
  readonly clock: Clock;
  readonly note: (fact: MessageFact) => void;
  /** Nobody follows a sealed contact up. @throws DATABASE_UNAVAILABLE */
  readonly isSealed: (contactId: ContactId) => Promise<boolean>;
}

/** The port, and the way in for the gateway's words. Both of these @throws DATABASE_UNAVAILABLE: then they are to be said again. */
export interface MessageDesk extends Messages {
  takeReport(report: DeliveryReport): Promise<void>;
  takeReply(reply: MessageReply): Promise<void>;
}

export function createMessageDesk(parts: MessageDeskParts): MessageDesk {
  const { store, stopList, numbers, sites, clock, note, isSealed } = parts;

  /** The number's masked form, or why nobody gets this message. */
  async function admit({
    templateId,
    slots,
    callerKey,
    contactId,
  }: MessageOrder): Promise<{ readonly masked: string } | MessageRefusal> {
    const template = sites.current().messages.get(templateId);
    if (template === undefined) return 'templateUnknown';
    if (messageText(template, slots) === undefined) return 'slotsWrong';
    // Unreadable now, it is refused when the journal's carrier makes the row of it.
    if (contactId !== undefined && (await isSealed(contactId).catch(() => false))) return 'confidential';
    if (callerKey === '') return 'noNumber';
    // While the call lives its number is at hand, so that a citizen in a talk is answered with the database away, too.
    const number = await numbers.find(callerKey).catch(() => 'away' as const);
    if (number === 'away') return 'numbersAway';
    if (number === undefined) return 'noNumber';
    if (!isMobile(number)) return 'notMobile';
    // The list is asked again before it is sent: unreadable now, it refuses then.
    const stop = await stopList.kindFor(callerKey, clock.nowMs()).catch(() => undefined);
    return stop ?? { masked: maskNumber(number) };
  }

  return {
    send: async (order) => {
      const admitted = await admit(order);
      if (typeof admitted === 'string') return { ok: false, code: admitted };
      const { id, templateId, slots, callerKey, contactId, by = 'service' } = order;
      const whose = { messageId: id, ...(contactId !== undefined && { contactId }) };
      note({
        type: 'MessageQueued',
        ...whose,
        templateId,
        slots,
        callerKey,
        callerMasked: admitted.masked,
        by,
      });
      return { ok: true };
    },
    takeReport: async (report) => {
      const moved = await store.takeReport(report, (message) => stepAfterReport(message, report));
      const fact = moved && factOfStep(moved.message, moved.step);
      if (fact !== undefined) note(fact);
    },
    takeReply: async (reply) => {
      const message = (await store.takeReply(reply))?.message;
      if (message === undefined || message === null) return;
      const { messageId, contactId } = message;
      note({ type: 'MessageReplied', messageId, ...(contactId !== null && { contactId }) });
    },
  };
}
