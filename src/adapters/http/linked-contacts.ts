// 分中心转来: a contact and those that it was before and after, as far as this user may see them.
import type { ContactRecord } from '../../metrics/contact-record.js';
import { seesOwnContactsOnly, type User } from './access.js';
import type { RecordReader } from './record-reader.js';

/** So many hand-overs of one contact are shown, the newest; more is nobody's call. */
const mostLater = 20;

/** What a contact was before a sub-centre handed it over, and what it became. */
export interface LinkedContacts {
  readonly earlier: ContactRecord | null;
  readonly later: readonly ContactRecord[];
}

/** A confidential contact is linked with none: its caller could be known by the other. */
export async function linkedContacts(
  records: RecordReader,
  user: User,
  record: ContactRecord,
): Promise<LinkedContacts> {
  if (record.sealed !== null) return { earlier: null, later: [] };
  const mayLink = (other: ContactRecord) => other.sealed === null && maySee(user, other);
  const before = record.cameFrom === null ? undefined : await records.contact(record.cameFrom);
  const after = await records.contacts({ cameFrom: record.contactId, limit: mostLater });
  return {
    earlier: before !== undefined && mayLink(before.record) ? before.record : null,
    later: after.ok ? after.page.contacts.filter(mayLink) : [],
  };
}

/** Whether this user may see this record. */
export function maySee(user: User, record: ContactRecord): boolean {
  return !seesOwnContactsOnly(user) || record.agentIds.includes(user.agentId);
}
