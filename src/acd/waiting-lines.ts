// The waiting contacts, indexed for matching: one line per requirement, one per queue, and those who wait for one agent.
import type { ContactId, QueueId, SkillName } from '../contact/ids.js';
import { compareInLine, type WaitingContact } from './place.js';
import { compareText, insertSorted, removeSorted } from './sorted-list.js';

/** Contacts that need the same skills, in the order of service. */
export interface RequirementLine {
  readonly requires: readonly SkillName[];
  readonly contacts: WaitingContact[];
}

/** The index. Changed only by {@link putWaiting} and {@link dropWaiting}. */
export interface WaitingLines {
  readonly byId: Map<ContactId, WaitingContact>;
  readonly byQueue: Map<QueueId, WaitingContact[]>;
  /** Without those in `preferring`. */
  readonly byRequirement: Map<string, RequirementLine>;
  /** Contacts with a preferred agent, be its time over or not: always few. */
  readonly preferring: WaitingContact[];
}

/** An empty index. */
export function newWaitingLines(): WaitingLines {
  return { byId: new Map(), byQueue: new Map(), byRequirement: new Map(), preferring: [] };
}

/** Adds a contact, or replaces what was known of it. */
export function putWaiting(lines: WaitingLines, contact: WaitingContact): void {
  dropWaiting(lines, contact.contactId);
  lines.byId.set(contact.contactId, contact);
  insertSorted(queueLineOf(lines, contact.queueId), contact, compareInLine);
  insertSorted(serviceLineOf(lines, contact), contact, compareInLine);
}

/** Forgets a contact; does nothing for one that is not waiting. */
export function dropWaiting(lines: WaitingLines, contactId: ContactId): void {
  const contact = lines.byId.get(contactId);
  if (contact === undefined) return;
  lines.byId.delete(contactId);
  removeSorted(queueLineOf(lines, contact.queueId), contact, compareInLine);
  removeSorted(serviceLineOf(lines, contact), contact, compareInLine);
  if (queueLineOf(lines, contact.queueId).length === 0) lines.byQueue.delete(contact.queueId);
  const key = skillsKey(contact.requires);
  if (lines.byRequirement.get(key)?.contacts.length === 0) lines.byRequirement.delete(key);
}

/** One text for one set of skills. */
export function skillsKey(skills: Iterable<SkillName>): string {
  return [...new Set(skills)].sort(compareText).join('\n');
}

function queueLineOf(lines: WaitingLines, queueId: QueueId): WaitingContact[] {
  const known = lines.byQueue.get(queueId);
  if (known !== undefined) return known;
  const line: WaitingContact[] = [];
  lines.byQueue.set(queueId, line);
  return line;
}

function serviceLineOf(lines: WaitingLines, contact: WaitingContact): WaitingContact[] {
  if (contact.prefer !== null) return lines.preferring;
  const key = skillsKey(contact.requires);
  const known = lines.byRequirement.get(key);
  if (known !== undefined) return known.contacts;
  const line: RequirementLine = { requires: [...new Set(contact.requires)], contacts: [] };
  lines.byRequirement.set(key, line);
  return line.contacts;
}
