// Where a talk's recording lies below the recordings' folder.
import { dayKeyAt } from '../contact/civil-time.js';
import type { Contact } from '../contact/contact.js';

/** `YYYY/MM/DD/<contactId>-<n>.wav`: the civil day of arrival, the n-th talk of this contact (from 1). */
export function recordingFile(contact: Contact, talk: number): string {
  const folder = dayKeyAt(contact.arrival.arrivedAtMs).replaceAll('-', '/');
  return `${folder}/${contact.id}-${talk}.wav`;
}
