// Writes the whole image back piece by piece: what changes meanwhile goes with a later piece, so that no older state comes after a newer one.
import { isOfferable, type Agent } from '../../contact/agent.js';
import { isWaiting, type Contact } from '../../contact/contact.js';
import type { AgentId, ContactId, OfferId } from '../../contact/ids.js';
import type { LiveImage } from '../../engine/ports.js';
import type { KnownReservations } from '../../engine/reservations.js';
import type { PutRow, Scripts } from './scripts.js';
import { setSaved, type SavedVersions } from './stored-versions.js';

/** So many states of each kind go in one piece: a few milliseconds of this thread and of Redis. */
const pieceStates = 100;

/** One kind of states on their way. */
interface Kind<State extends Contact | Agent> {
  readonly states: readonly State[];
  /** Of `states` so many have had their turn. */
  at: number;
  /** As they are by now; `null`: gone. They go after all that stood in the image. */
  readonly changed: Map<State['id'], State | null>;
  /** What Redis has beside the image in force; `undefined`: nobody knows, for no answer came. */
  readonly put: Map<State['id'], State | null | undefined>;
  /** Follows what was sent. */
  readonly saved: Map<string, number>;
}

/** The image on its way into Redis. */
export interface ImageTransfer {
  /** As it is by now; before the last piece is sent. */
  putContact(contact: Contact): void;
  putAgent(agent: Agent): void;
  forgetContact(id: ContactId): void;
  /**
   * Sends piece after piece, each when the one before has been answered. `onLast` is called as soon as the last one is sent: what is
   * saved from then on travels behind it. False when another one has taken the epoch; rejects as ioredis does.
   */
  send(scripts: Scripts, epoch: number, onLast: () => void): Promise<boolean>;
  /** Another connection to the same Redis: this image, without what is there already. */
  resumedWith(image: LiveImage): ImageTransfer;
}

/** An image, none of it in Redis yet; `saved` follows what is sent. */
export function createImageTransfer(
  image: LiveImage,
  reserved: KnownReservations,
  saved: SavedVersions,
): ImageTransfer {
  setSaved(saved, { contacts: [], agents: [] });
  return transferOf(
    { states: image.contacts, at: 0, changed: new Map(), put: new Map(), saved: saved.contacts },
    { states: image.agents, at: 0, changed: new Map(), put: new Map(), saved: saved.agents },
    reserved,
  );
}

/** Of this image what is not there yet; whoever is there and gone goes. */
function resumed<State extends Contact | Agent>(
  states: readonly State[],
  { put, saved }: Kind<State>,
): Kind<State> {
  const present = new Set<State['id']>(states.map(({ id }) => id));
  const gone = [...put].flatMap(([id, state]) =>
    state === null || present.has(id) ? [] : [[id, null] as const],
  );
  return { states, at: 0, changed: new Map(gone), put, saved };
}

function transferOf(
  contacts: Kind<Contact>,
  agents: Kind<Agent>,
  reserved: KnownReservations,
): ImageTransfer {
  return {
    putContact: (contact) => void contacts.changed.set(contact.id, contact),
    putAgent: (agent) => void agents.changed.set(agent.id, agent),
    forgetContact: (id) => void contacts.changed.set(id, null),
    async send(scripts, epoch, onLast) {
      for (;;) {
        const [someContacts, someAgents] = [take(contacts), take(agents)];
        const known = [...reserved];
        const [ofContact, ofAgent] = [
          new Map(
            known.flatMap(([offerId, { contactId }]) => (contactId === null ? [] : [[contactId, offerId]])),
          ),
          new Map(known.map(([offerId, { agentId }]) => [agentId, offerId])),
        ];
        const answers = [
          scripts.putContacts(
            epoch,
            someContacts.map((row) => contactRow(row, ofContact)),
          ),
          scripts.putAgents(
            epoch,
            someAgents.map((row) => agentRow(row, ofAgent)),
          ),
        ];
        const isLast = isSent(contacts) && isSent(agents);
        if (isLast) {
          answers.push(scripts.finishWriteBack(epoch));
          onLast();
        }
        if (!(await Promise.all(answers)).every(Boolean)) return false;
        if (isLast) return true;
        for (const [id, state] of someContacts) contacts.put.set(id, state);
        for (const [id, state] of someAgents) agents.put.set(id, state);
      }
    },
    resumedWith: (image) =>
      transferOf(resumed(image.contacts, contacts), resumed(image.agents, agents), reserved),
  };
}

function isSent({ states, at, changed }: Kind<Contact> | Kind<Agent>): boolean {
  return at === states.length && changed.size === 0;
}

/** The next piece. Whoever changed meanwhile goes once, as he is by then. */
function take<State extends Contact | Agent>(
  kind: Kind<State>,
): readonly (readonly [State['id'], State | null])[] {
  const { states, changed, put, saved } = kind;
  const piece: [State['id'], State | null][] = [];
  for (; kind.at < states.length && piece.length < pieceStates; kind.at += 1) {
    const state = states[kind.at];
    if (state === undefined || changed.has(state.id)) continue;
    saved.set(state.id, state.version);
    if (put.get(state.id) !== state) piece.push([state.id, state]);
  }
  for (const [id, state] of changed) {
    if (piece.length >= pieceStates) break;
    changed.delete(id);
    if (state === null) saved.delete(id);
    else saved.set(id, state.version);
    piece.push([id, state]);
  }
  for (const [id] of piece) put.set(id, undefined);
  return piece;
}

/** Its own offer, or one that was committed and is not in its state yet. */
function contactRow(
  [id, state]: readonly [ContactId, Contact | null],
  offers: ReadonlyMap<ContactId, OfferId>,
): PutRow {
  if (state === null) return { id, state, score: null, offerId: null };
  const { stage } = state;
  const offerId = stage.at === 'offered' ? stage.offer.offerId : (offers.get(id) ?? null);
  return { id, state, score: isWaiting(state) ? state.place.queuedAtMs : null, offerId };
}

function agentRow(
  [id, state]: readonly [AgentId, Agent | null],
  offers: ReadonlyMap<AgentId, OfferId>,
): PutRow {
  if (state === null) return { id, state, score: null, offerId: null };
  const { activity } = state;
  const offerId = activity.is === 'ringing' ? activity.offerId : (offers.get(id) ?? null);
  return { id, state, score: isOfferable(state) ? state.idleSinceMs : null, offerId };
}
