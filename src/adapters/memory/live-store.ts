// Keeps the live state in memory, with the very meaning of the Redis store: for the virtual clock, where calls complete at once.
import { isOfferable, type Agent } from '../../contact/agent.js';
import { isWaiting, type Contact } from '../../contact/contact.js';
import type { AgentId, ContactId, OfferId } from '../../contact/ids.js';
import type {
  Clock,
  CommitResult,
  LiveImage,
  LiveStore,
  OfferCommit,
  StoreChange,
} from '../../engine/ports.js';
import { AppError } from '../../errors.js';

/** A live store whose holder can be taken away and given back. */
export interface MemoryLiveStore extends LiveStore {
  /** The holder answers nobody any more. */
  lose(reason: string): void;
  /** The holder answers again; `emptied` = it forgot everything meanwhile. */
  giveBack(how?: { readonly emptied: boolean }): void;
  /** Another client of the same holder, e.g. the engine that takes over. */
  sibling(): MemoryLiveStore;
}

interface Kept<State> {
  readonly state: State;
  readonly listed: boolean;
}

interface Reservation {
  readonly offerId: OfferId;
  readonly untilMs: number;
}

/** What Redis is to the real store. */
interface Holder {
  readonly clock: Clock;
  readonly clients: Set<Client>;
  readonly contacts: Map<ContactId, Kept<Contact>>;
  readonly agents: Map<AgentId, Kept<Agent>>;
  readonly contactReservations: Map<ContactId, Reservation>;
  readonly agentReservations: Map<AgentId, Reservation>;
  away: boolean;
  epoch: number;
  owner: Client | null;
}

/** An empty store; `clock` tells when reservations lapse. */
export function createMemoryLiveStore({ clock }: { readonly clock: Clock }): MemoryLiveStore {
  return new Client({
    clock,
    clients: new Set(),
    contacts: new Map(),
    agents: new Map(),
    contactReservations: new Map(),
    agentReservations: new Map(),
    away: false,
    epoch: 0,
    owner: null,
  });
}

class Client implements MemoryLiveStore {
  readonly #holder: Holder;
  readonly #listeners: ((change: StoreChange) => void)[] = [];
  readonly #offeredContacts = new Map<OfferId, ContactId>();
  #epoch = 0;
  /** Something did not reach the holder. */
  #owesImage = false;
  /** Nothing is saved or committed until the whole image has been written back. */
  #behind = false;
  #superseded = false;

  constructor(holder: Holder) {
    this.#holder = holder;
    holder.clients.add(this);
  }

  sibling(): MemoryLiveStore {
    return new Client(this.#holder);
  }

  lose(reason: string): void {
    if (this.#holder.away) return;
    this.#holder.away = true;
    for (const client of this.#holder.clients) client.#tell({ type: 'lost', reason });
  }

  giveBack({ emptied }: { readonly emptied: boolean } = { emptied: false }): void {
    if (emptied) empty(this.#holder);
    this.#holder.away = false;
    for (const client of this.#holder.clients) client.#back(emptied);
  }

  isUp(): boolean {
    return !this.#holder.away && !this.#superseded;
  }

  onChange(listener: (change: StoreChange) => void): void {
    this.#listeners.push(listener);
  }

  takeEpoch(): Promise<number> {
    return this.#ask(() => {
      this.#raiseEpoch();
      return this.#epoch;
    });
  }

  load(): Promise<LiveImage> {
    return this.#ask(() => {
      const { contacts, agents } = this.#holder;
      const image: LiveImage = { contacts: statesOf(contacts), agents: statesOf(agents) };
      this.#holdNow(image);
      return image;
    });
  }

  writeBack(image: LiveImage): Promise<number> {
    return this.#ask(() => {
      this.#raiseEpoch();
      const { contacts, agents } = this.#holder;
      contacts.clear();
      agents.clear();
      for (const state of image.contacts) contacts.set(state.id, { state, listed: isWaiting(state) });
      for (const state of image.agents) agents.set(state.id, { state, listed: isOfferable(state) });
      this.#holdNow(image);
      return this.#epoch;
    });
  }

  saveContact(contact: Contact, waiting: boolean): void {
    this.#save(() => keepNewer(this.#holder.contacts, contact, waiting));
  }

  saveAgent(agent: Agent, offerable: boolean): void {
    this.#save(() => keepNewer(this.#holder.agents, agent, offerable));
  }

  forgetContact(id: ContactId): void {
    this.#save(() => this.#holder.contacts.delete(id));
  }

  commitOffers(commits: readonly OfferCommit[]): Promise<readonly CommitResult[]> {
    if (!this.#mayWrite()) return Promise.resolve(commits.map(() => 'storeAway'));
    const results = commits.map((commit) => this.#commit(commit));
    if (results.includes('oldEpoch')) this.#giveUp();
    return Promise.resolve(results);
  }

  releaseOffer(offerId: OfferId, agentId: AgentId): void {
    const contactId = this.#offeredContacts.get(offerId);
    this.#offeredContacts.delete(offerId);
    if (!this.isUp()) return;
    release(this.#holder.agentReservations, agentId, offerId);
    if (contactId !== undefined) release(this.#holder.contactReservations, contactId, offerId);
  }

  #commit({ offerId, contactId, contactVersion, agentId, agentVersion, leaseMs }: OfferCommit): CommitResult {
    const { clock, epoch, contacts, agents, contactReservations, agentReservations } = this.#holder;
    const nowMs = clock.nowMs();
    const contact = contacts.get(contactId);
    const agent = agents.get(agentId);
    if (epoch !== this.#epoch) return 'oldEpoch';
    if (!contact?.listed) return 'contactGone';
    if (contact.state.version !== contactVersion) return 'contactChanged';
    if (isReserved(contactReservations.get(contactId), nowMs)) return 'contactReserved';
    if (!agent?.listed) return 'agentGone';
    if (agent.state.version !== agentVersion) return 'agentChanged';
    if (isReserved(agentReservations.get(agentId), nowMs)) return 'agentReserved';
    contactReservations.set(contactId, { offerId, untilMs: nowMs + leaseMs });
    agentReservations.set(agentId, { offerId, untilMs: nowMs + leaseMs });
    this.#offeredContacts.set(offerId, contactId);
    return 'committed';
  }

  #raiseEpoch(): void {
    this.#epoch = Math.max(this.#epoch, this.#holder.epoch) + 1;
    [this.#holder.epoch, this.#holder.owner] = [this.#epoch, this];
  }

  #holdNow({ contacts }: LiveImage): void {
    [this.#owesImage, this.#behind] = [false, false];
    this.#offeredContacts.clear();
    for (const { id, stage } of contacts) {
      if (stage.at === 'offered') this.#offeredContacts.set(stage.offer.offerId, id);
    }
  }

  #back(emptied: boolean): void {
    const { epoch, owner } = this.#holder;
    if (this.#epoch > 0 && epoch > this.#epoch && owner !== this) this.#superseded = true;
    if (this.#superseded) return;
    this.#behind = this.#owesImage || (this.#epoch > 0 && (emptied || epoch !== this.#epoch));
    this.#tell({ type: 'back', behind: this.#behind });
  }

  #giveUp(): void {
    this.#superseded = true;
    this.#tell({ type: 'lost', reason: 'superseded' });
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #mayWrite(): boolean {
    return this.isUp() && this.#epoch > 0 && !this.#behind;
  }

  #ask<Result>(command: () => Result): Promise<Result> {
    if (this.isUp()) return Promise.resolve(command());
    this.#owesImage = true;
    return Promise.reject(new AppError(this.#superseded ? 'REDIS_SUPERSEDED' : 'REDIS_UNAVAILABLE'));
  }

  #save(command: () => void): void {
    if (!this.#mayWrite()) this.#owesImage = true;
    else if (this.#holder.epoch === this.#epoch) command();
    else this.#giveUp();
  }
}

function empty(holder: Holder): void {
  const { contacts, agents, contactReservations, agentReservations } = holder;
  for (const map of [contacts, agents, contactReservations, agentReservations]) map.clear();
  [holder.epoch, holder.owner] = [0, null];
}

function statesOf<State>(kept: ReadonlyMap<unknown, Kept<State>>): readonly State[] {
  return [...kept.values()].map(({ state }) => state);
}

function keepNewer<State extends Contact | Agent>(
  kept: Map<State['id'], Kept<State>>,
  state: State,
  listed: boolean,
): void {
  const known = kept.get(state.id);
  if (known === undefined || known.state.version <= state.version) kept.set(state.id, { state, listed });
}

function isReserved(reservation: Reservation | undefined, nowMs: number): boolean {
  return reservation !== undefined && nowMs < reservation.untilMs;
}

function release<Id>(reservations: Map<Id, Reservation>, id: Id, offerId: OfferId): void {
  if (reservations.get(id)?.offerId === offerId) reservations.delete(id);
}
