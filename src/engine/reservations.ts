// Who is held in the live store and by whom, as an image and the answers of a store tell it. Pure.
import { expertCallsIn } from '../contact/consult.js';
import type { AgentId, ChannelId, ContactId, OfferId } from '../contact/ids.js';
import type { LiveImage } from './ports.js';

/** Whom a reservation holds: an offer its contact and its agent, a consult only the agent that its expert is besides. */
export interface Reserved {
  readonly contactId: ContactId | null;
  readonly agentId: AgentId;
}

/** Reservations that are known to hold, by their holder: an offer, or the leg of an expert. */
export type KnownReservations = ReadonlyMap<OfferId, Reserved>;

/** The expert's leg in a consult as the holder of a reservation. */
export const holderOfConsult = (legId: ChannelId): OfferId => legId as string as OfferId;

/** What an image's calls hold. */
export function reservationsIn({ contacts }: LiveImage): readonly (readonly [OfferId, Reserved])[] {
  return contacts.flatMap(({ id, stage }): readonly (readonly [OfferId, Reserved])[] => {
    if (stage.at === 'offered')
      return [[stage.offer.offerId, { contactId: id, agentId: stage.offer.agentId }]];
    return expertCallsIn(stage).flatMap(({ legId, line }) =>
      'agentId' in line
        ? [[holderOfConsult(legId), { contactId: null, agentId: line.agentId }] as const]
        : [],
    );
  });
}
