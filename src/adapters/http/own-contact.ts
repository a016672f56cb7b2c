// What an agent does with a contact of his own, whoever he is: the one way from a request to its mailbox.
import type { FastifyRequest } from 'fastify';
import type { ContactSignal } from '../../contact/contact-signals.js';
import type { AgentId, ContactId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import { knownUser, type HttpParts } from './http-parts.js';
import { viewContact, type ContactView } from './views.js';

/** Does it and gives the contact as it is afterwards. @throws FORBIDDEN and the engine's refusals */
export function actOnOwnContact(
  parts: HttpParts,
  request: FastifyRequest,
  id: string,
  signalBy: (agentId: AgentId) => ContactSignal,
): ContactView {
  const { engine } = parts;
  const { agentId } = knownUser(request, parts);
  if (agentId === null) throw new AppError('FORBIDDEN');
  const refused = engine.actOnContact(id as ContactId, signalBy(agentId));
  if (refused !== undefined) throw new AppError(refused);
  const contact = engine.contacts().find((live) => live.id === id);
  if (contact === undefined) throw new AppError('CONTACT_UNKNOWN');
  return viewContact(contact, engine.placeOf(contact.id));
}
