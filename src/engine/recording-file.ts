// Where a talk's recording, or a message, lies below the recordings' folder.
import { dayKeyAt } from '../contact/civil-time.js';
import type { Contact } from '../contact/contact.js';

/** `YYYY/MM/DD/<contactId>-<n>.wav`: the civil day of arrival, the n-th talk of this contact (from 1). */
export function recordingFile(contact: Contact, talk: number): string {
  return `${folderOf(contact)}/${contact.id}-${talk}.wav`;
}

/** `YYYY/MM/DD/<contactId>-m<n>.wav`: the n-th message (留言) of this contact (from 1). */
export function voicemailFile(contact: Contact, count: number): string {
  return `${folderOf(contact)}/${contact.id}-m${count}.wav`;
}

/** `YYYY/MM/DD/<contactId>-c<n>.wav`: what agent and expert said without the citizen in the n-th consult of this contact (from 1). */
export function consultFile(contact: Contact, consult: number): string {
  return `${folderOf(contact)}/${contact.id}-c${consult}.wav`;
}

const folderOf = ({ arrival }: Contact): string => dayKeyAt(arrival.arrivedAtMs).replaceAll('-', '/');
