// Journals what people must answer for: who did or saw what.
import type { User } from './access.js';
import type { HttpParts } from './http-parts.js';

/** Acts that are audited, by name. */
export type AuditedAct =
  'agent.act' | 'agent.pin' | 'device.card' | 'site.edit' | 'site.reload' | 'site.menu';

/** What else is told of an act; never a number. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | null>>;

/** Journals an act, `about` naming the 工号, contact or account it was done to. */
export function audit(
  { engine }: Pick<HttpParts, 'engine'>,
  user: Pick<User, 'name' | 'role'>,
  act: AuditedAct,
  about: string,
  details: AuditDetails = {},
): void {
  engine.note({ type: 'Audited', by: user.name, role: user.role, act, about, details });
}
