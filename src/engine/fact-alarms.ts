// Which facts of a contact raise or clear an alarm of the site. Pure.
import type { Contact } from '../contact/contact.js';
import type { ContactFact } from '../contact/contact-signals.js';
import type { AlarmName } from './ports.js';

/** An alarm to be raised (`set`) or cleared. */
export interface AlarmChange {
  readonly alarm: AlarmName;
  readonly about: string;
  readonly set: boolean;
}

/** The change a fact asks for, or null. Each alarm is cleared by the first sign that its fault is mended. */
export function alarmOf({ arrival }: Contact, fact: ContactFact): AlarmChange | null {
  switch (fact.type) {
    case 'OfferEnded':
      return fact.outcome === 'misconfigured'
        ? { alarm: 'phoneMisconfigured', about: fact.agentId, set: true }
        : null;
    case 'OfferAnswered':
      return { alarm: 'phoneMisconfigured', about: fact.agentId, set: false };
    case 'RecordingFailed': {
      const alarm = fact.reason === 'RECORDING_DISK_LOW' ? 'recordingDiskLow' : 'recordingFailed';
      return { alarm, about: arrival.node, set: true };
    }
    case 'RecordingStarted':
      return { alarm: 'recordingDiskLow', about: arrival.node, set: false };
    case 'TalkEnded':
      return fact.interrupted === undefined
        ? { alarm: 'recordingFailed', about: arrival.node, set: false }
        : null;
    case 'PromptFailed':
      return { alarm: 'promptMissing', about: fact.promptId, set: true };
    default:
      return null;
  }
}
