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

/** The changes a fact asks for. Each alarm is cleared by the first sign that its fault is mended. */
export function alarmsOf({ arrival, stage }: Contact, fact: ContactFact): readonly AlarmChange[] {
  switch (fact.type) {
    case 'OfferEnded':
      return fact.outcome === 'misconfigured'
        ? [{ alarm: 'phoneMisconfigured', about: fact.agentId, set: true }]
        : [];
    case 'OfferAnswered': {
      const mended: AlarmChange = { alarm: 'phoneMisconfigured', about: fact.agentId, set: false };
      // He who signed in at this device took the next call there: the new address is his.
      return stage.at === 'offered'
        ? [mended, { alarm: 'newContactAddress', about: stage.offer.deviceId, set: false }]
        : [mended];
    }
    case 'RecordingFailed': {
      const alarm = fact.reason === 'RECORDING_DISK_LOW' ? 'recordingDiskLow' : 'recordingFailed';
      return [{ alarm, about: arrival.node, set: true }];
    }
    case 'RecordingStarted':
      return [{ alarm: 'recordingDiskLow', about: arrival.node, set: false }];
    case 'HoldOverdue':
      return [{ alarm: 'heldTooLong', about: fact.agentId, set: true }];
    case 'ContactHeld':
      return stage.at === 'talking' && !fact.held
        ? [{ alarm: 'heldTooLong', about: stage.talk.agentId, set: false }]
        : [];
    case 'TalkEnded': {
      const takenBack: AlarmChange = { alarm: 'heldTooLong', about: fact.agentId, set: false };
      return fact.interrupted === undefined
        ? [takenBack, { alarm: 'recordingFailed', about: arrival.node, set: false }]
        : [takenBack];
    }
    case 'PromptFailed':
      return [{ alarm: 'promptMissing', about: fact.promptId, set: true }];
    default:
      return [];
  }
}
