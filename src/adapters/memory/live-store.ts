// Keeps the live state in memory, with the very meaning of the Redis store: for the virtual clock, where calls complete at once.
import { isOfferable, type Agent } from '../../contact/agent.js';
import { isWaiting, type Contact } from '../../contact/contact.js';
import type { AgentId, ContactId, OfferId } from '../../contact/ids.js';
import type {
  Clock,
  CommitResult,
  ExpertReservation,
  LiveImage,
  LiveStore,
  OfferCommit,
  StoreChange,
} from '../../engine/ports.js';
import { holderOfConsult, reservationsIn, type Reserved } from '../../engine/reservations.js';
import { AppError } from '../../errors.js';

/** A live store whose holder can be taken away and given back. */
export interface MemoryLiveStore extends LiveStore {
  /** The holder answers nobody any more. */
  lose(reason: string): void;
  /** The holder answers again: with what it had, empty, or as it was at a mark, for what came later had not reached its disk. */
  giveBack(how?: { readonly emptied: boolean; readonly rolledBackTo?: HolderMark }): void;
  /** What the holder has at this moment. */
  mark(): HolderMark;
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
  readonly expertReservations: Map<string, Reservation>;
  away: boolean;
  epoch: number;
  owner: Client | null;
  /** Starts so far: another one may lack what was saved. */
  runs: number;
}

/** A holder's content at one moment. */
export type HolderMark = Pick<
  Holder,
  | ('contacts' | 'agents' | 'epoch' | 'owner')
  | ('contactReservations' | 'agentReservations' | 'expertReservations')
>;

/** An empty store; `clock` tells when reservations lapse. */
export function createMemoryLiveStore({ clock }: { readonly clock: Clock }): MemoryLiveStore {
  return new Client({
    clock,
    clients: new Set(),
    contacts: new Map(),
    agents: new Map(),
    contactReservations: new Map(),
    agentReservations: new Map(),
    expertReservations: new Map(),
    away: false,
    epoch: 0,
    owner: null,
    runs: 1,
  });
}

class Client implements MemoryLiveStore {
  readonly #holder: Holder;
  readonly #listeners: ((change: StoreChange) => void)[] = [];
  /** Offers that hold their contact and agent, as far as this client knows. */
  readonly #reserved = new Map<OfferId, Reserved>();
  #epoch = 0;
  #run: number;
  /** Something did not reach the holder. */
  #owesImage = false;
  /** Nothing is saved or committed until the whole image has been written back. */
  #behind = false;
  #superseded = false;

  constructor(holder: Holder) {
    this.#holder = holder;
    this.#run = holder.runs;
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

  giveBack({ emptied, rolledBackTo }: Parameters<MemoryLiveStore['giveBack']>[0] = { emptied: false }): void {
    if (emptied) restart(this.#holder, nothing);
    else if (rolledBackTo !== undefined) restart(this.#holder, rolledBackTo);
    this.#holder.away = false;
    for (const client of this.#holder.clients) client.#back();
  }

  mark(): HolderMark {
    const { contacts, agents, contactReservations, agentReservations, epoch, owner } = this.#holder;
    const { expertReservations } = this.#holder;
    return {
      expertReservations: new Map(expertReservations),
      contacts: new Map(contacts),
      agents: new Map(agents),
      contactReservations: new Map(contactReservations),
      agentReservations: new Map(agentReservations),
      ...{ epoch, owner },
    };
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
      [this.#owesImage, this.#behind] = [false, false];
      return { contacts: statesOf(contacts), agents: statesOf(agents) };
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
      this.#letGo(image);
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
    const contactId = this.#reserved.get(offerId)?.contactId ?? null;
    this.#reserved.delete(offerId);
    if (!this.isUp()) return;
    release(this.#holder.agentReservations, agentId, offerId);
    if (contactId !== null) release(this.#holder.contactReservations, contactId, offerId);
  }

  reserveExpert({ legId, expertId, agentId, leaseMs }: ExpertReservation): Promise<boolean> {
    if (!this.#mayWrite()) return Promise.resolve(false);
    const { clock, epoch, agentReservations, expertReservations } = this.#holder;
    if (epoch !== this.#epoch) return Promise.resolve(false);
    const nowMs = clock.nowMs();
    const agentHeld = agentId !== null && isReserved(agentReservations.get(agentId), nowMs);
    if (agentHeld || isReserved(expertReservations.get(expertId), nowMs)) return Promise.resolve(false);
    const holder = holderOfConsult(legId);
    const reservation = { offerId: holder, untilMs: nowMs + leaseMs };
    expertReservations.set(expertId, reservation);
    if (agentId === null) return Promise.resolve(true);
    agentReservations.set(agentId, reservation);
    this.#reserved.set(holder, { contactId: null, agentId });
    return Promise.resolve(true);
  }

  releaseExpert({ legId, expertId, agentId }: Omit<ExpertReservation, 'leaseMs'>): void {
    const holder = holderOfConsult(legId);
    this.#reserved.delete(holder);
    if (!this.isUp()) return;
    release(this.#holder.expertReservations, expertId, holder);
    if (agentId !== null) release(this.#holder.agentReservations, agentId, holder);
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
    this.#reserved.set(offerId, { contactId, agentId });
    return 'committed';
  }

  #raiseEpoch(): void {
    this.#epoch = Math.max(this.#epoch, this.#holder.epoch) + 1;
    [this.#holder.epoch, this.#holder.owner] = [this.#epoch, this];
  }

  #holdNow(image: LiveImage): void {
    [this.#owesImage, this.#behind] = [false, false];
    for (const [holder, whom] of reservationsIn(image)) this.#reserved.set(holder, whom);
  }

  /** Whoever reserved it is gone, or never heard the answer. */
  #letGo({ contacts, agents }: LiveImage): void {
    const { contactReservations, agentReservations } = this.#holder;
    for (const { id } of contacts)
      if (!this.#reserved.has(contactReservations.get(id)?.offerId as OfferId))
        contactReservations.delete(id);
    for (const { id } of agents)
      if (!this.#reserved.has(agentReservations.get(id)?.offerId as OfferId)) agentReservations.delete(id);
  }

  #back(): void {
    const { epoch, owner, runs } = this.#holder;
    if (this.#epoch > 0 && epoch > this.#epoch && owner !== this) this.#superseded = true;
    if (this.#superseded) return;
    this.#behind = this.#owesImage || (this.#epoch > 0 && (runs !== this.#run || epoch !== this.#epoch));
    this.#run = runs;
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

const nothing: HolderMark = {
  contacts: new Map(),
  agents: new Map(),
  contactReservations: new Map(),
  agentReservations: new Map(),
  expertReservations: new Map(),
  ...{ epoch: 0, owner: null },
};

/** Another run of the holder, with what its files have. */
function restart(holder: Holder, files: HolderMark): void {
  holder.runs += 1;
  [holder.epoch, holder.owner] = [files.epoch, files.owner];
  fill(holder.contacts, files.contacts);
  fill(holder.agents, files.agents);
  fill(holder.contactReservations, files.contactReservations);
  fill(holder.agentReservations, files.agentReservations);
  fill(holder.expertReservations, files.expertReservations);
}

function fill<Id, Value>(map: Map<Id, Value>, from: ReadonlyMap<Id, Value>): void {
  map.clear();
  for (const [id, value] of from) map.set(id, value);
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
