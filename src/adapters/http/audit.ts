// Journals what people must answer for: who did or saw what.
import type { Role } from './access.js';
import type { HttpParts } from './http-parts.js';

/** Acts that are audited, by name. */
export type AuditedAct =
  | 'agent.act'
  | 'supervision.begin'
  | 'supervision.mode'
  | 'supervision.end'
  | 'site.reload'
  | 'site.menu'
  | 'session.login'
  | 'session.logout'
  | 'session.failed'
  | 'session.password'
  | 'session.totp'
  | 'account.create'
  | 'account.disable'
  | 'account.enable'
  | 'account.password'
  | 'account.role'
  | 'account.totp'
  | 'audit.read'
  | 'export'
  | 'sample'
  | 'contacts.list'
  | 'contacts.search'
  | 'contacts.sameCaller'
  | 'contact.seen'
  | 'event.draft'
  | 'event.confirm'
  | 'event.end'
  | 'call.agreed'
  | 'contact.handOver'
  | 'contact.warn'
  | 'limit.propose'
  | 'limit.agree'
  | 'limit.refuse'
  | 'limit.review'
  | 'limit.lift'
  | 'duty.propose'
  | 'duty.agree'
  | 'duty.refuse'
  | 'contact.seal'
  | 'opening.request'
  | 'opening.agree'
  | 'opening.refuse'
  | 'opening.number'
  | 'message.send'
  | 'callers.wishes'
  | 'cases.put'
  | 'stopList.add'
  | 'stopList.end'
  | 'recording.listened'
  | 'agent.pin'
  | 'device.card'
  | 'site.edit'
  | 'site.publish'
  | 'site.review'
  | 'draft.edit'
  | 'draft.undo'
  | 'draft.discard'
  | 'prompt.record'
  | 'prompt.synthesize'
  | 'prompt.unrecord';

/** What else is told of an act; never a number. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | null>>;

/** Journals an act, `about` naming the 工号, contact or account it was done to. */
export function audit(
  { engine }: { readonly engine: Pick<HttpParts['engine'], 'note'> },
  user: { readonly name: string; readonly role: Role | 'nobody' | 'host' },
  act: AuditedAct,
  about: string,
  details: AuditDetails = {},
): void {
  engine.note({ type: 'Audited', by: user.name, role: user.role, act, about, details });
}
