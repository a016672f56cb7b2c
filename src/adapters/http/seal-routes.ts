// 设为保密: the agent of a contact, or who leads the shift, at any moment, during the call or long after it.
import { Type } from 'typebox';
import { sealKinds, type SealKind } from '../../contact/contact.js';
import type { ContactId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import { leads, type User } from './access.js';
import { audit } from './audit.js';
import { maySee } from './linked-contacts.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { lineOfText, oneOf } from './views.js';

const params = Type.Object({ id: lineOfText(100) });
const body = Type.Union([
  Type.Object(
    {
      kind: Type.Optional(oneOf(sealKinds)),
      /** Says `conf.done` in the talk. */
      aloud: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
]);
const answer = { 200: Type.Object({ contactId: Type.String(), sealed: oneOf(sealKinds) }) };

/** Adds the route. There is no way back: what was promised to a citizen is kept. */
export function addSealRoutes(api: Api, parts: HttpParts): void {
  const { engine, records } = parts;

  /** @throws CONTACT_UNKNOWN, CONTACT_NOT_YOURS */
  async function seal(user: User, id: string, kind: SealKind, aloud: boolean): Promise<void> {
    const agentId = leads(user.role) ? null : user.agentId;
    const wish = { type: 'Seal', kind, by: user.name, agentId, aloud } as const;
    const refused = engine.actOnContact(id as ContactId, wish);
    if (refused === undefined) return;
    if (refused !== 'CONTACT_UNKNOWN') throw new AppError(refused);
    const found = await records.contact(id);
    if (found === undefined || !maySee(user, found.record)) throw new AppError('CONTACT_UNKNOWN');
    if (found.record.sealed === kind || found.record.sealed === 'minor') return;
    engine.note({ type: 'ContactSealed', contactId: id, kind, by: user.name });
  }

  api.post(
    '/api/v1/contacts/:id/seal',
    { schema: { summary: '设为保密, for good; audited', params, body, response: answer } },
    async (request) => {
      const user = knownUser(request, parts);
      const { id } = request.params;
      const { kind = 'confidential', aloud = false } = request.body ?? {};
      await seal(user, id, kind, aloud);
      audit(parts, user, 'contact.seal', id, { kind });
      return { contactId: id, sealed: kind };
    },
  );
}
