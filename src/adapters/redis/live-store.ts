// Keeps the live state in Redis: every call is answered or refused within a deadline, never queued and never sent again.
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { isOfferable, type Agent } from '../../contact/agent.js';
import { isWaiting, type Contact } from '../../contact/contact.js';
import type { AgentId, ContactId, NodeId, OfferId } from '../../contact/ids.js';
import type {
  CommitResult,
  LiveImage,
  LiveStore,
  Log,
  OfferCommit,
  StoreChange,
} from '../../engine/ports.js';
import { AppError } from '../../errors.js';
import { redisKeys, type RedisKeys } from './keys.js';
import { createRedisLink, patiently, reasonOf, type Drop, type RedisLink } from './redis-link.js';
import { defineScripts, type ListedState, type SaveResult, type Scripts } from './scripts.js';
import { holdsAll, lookAt, noteSaved, setSaved, type SavedVersions, type Sight } from './stored-versions.js';

/** Where Redis is, and for whom it holds the state. */
export interface RedisLiveStoreOptions {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly site: string;
  readonly node: NodeId;
  readonly log: Log;
}

/**
 * The live store on Redis. `takeEpoch`, `load` and `writeBack` reject with AppError REDIS_UNAVAILABLE while Redis is away,
 * and with REDIS_SUPERSEDED once another service has taken the epoch: from then on this store stays lost.
 */
export interface RedisLiveStore extends LiveStore {
  /** True as soon as commands are answered, false after the deadline. */
  whenUp(deadlineMs: number): Promise<boolean>;
  close(): Promise<void>;
}

interface Session {
  readonly redis: Redis;
  readonly scripts: Scripts;
  readonly drop: Drop;
}

/** Starts connecting at once; see {@link RedisLiveStore.whenUp}. */
export function createRedisLiveStore(options: RedisLiveStoreOptions): RedisLiveStore {
  return new LiveStoreOnRedis(options);
}

class LiveStoreOnRedis implements RedisLiveStore {
  readonly #keys: RedisKeys;
  readonly #owner: string;
  readonly #log: Log;
  readonly #link: RedisLink;
  readonly #listeners: ((change: StoreChange) => void)[] = [];
  readonly #saved: SavedVersions = { contacts: new Map(), agents: new Map() };
  readonly #offeredContacts = new Map<OfferId, ContactId>();

  #session: Session | null = null;
  /** 0 until one was taken. */
  #epoch = 0;
  #seenEpoch = 0;
  #runId = '';
  /** Something did not reach Redis, or could not be read from it: the next connection finds it behind. */
  #owesImage = false;
  /** Redis lacks something: nothing is saved or committed until the whole image has been written back. */
  #behind = false;
  #lost = false;
  #superseded = false;
  #closed = false;

  constructor({ log, site, node, ...address }: RedisLiveStoreOptions) {
    this.#keys = redisKeys(site);
    this.#owner = `${node}/${randomUUID()}`;
    this.#log = log;
    this.#link = createRedisLink(
      { ...address, clientName: `yihao:${site}:${node}` },
      { up: (redis, drop) => this.#up(redis, drop), down: (reason) => this.#down(reason) },
    );
  }

  isUp(): boolean {
    return this.#session !== null;
  }

  onChange(listener: (change: StoreChange) => void): void {
    this.#listeners.push(listener);
  }

  whenUp(deadlineMs: number): Promise<boolean> {
    if (this.isUp()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(this.isUp()), deadlineMs);
      this.onChange(({ type }) => {
        if (type !== 'back') return;
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /** What was sent before is still carried out, if Redis answers. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#session?.redis.ping().catch(() => undefined);
    await this.#link.close();
  }

  async takeEpoch(): Promise<number> {
    const epoch = await this.#askWhole(({ scripts }) => scripts.takeEpoch(this.#owner));
    [this.#epoch, this.#seenEpoch] = [epoch, epoch];
    return epoch;
  }

  async load(): Promise<LiveImage> {
    const [contacts, agents] = await this.#askWhole(({ redis }) =>
      Promise.all([redis.hvals(this.#keys.contacts), redis.hvals(this.#keys.agents)]),
    );
    const image = { contacts: contacts.map(parse<Contact>), agents: agents.map(parse<Agent>) };
    this.#holdNow(image);
    this.#owesImage = false;
    return image;
  }

  async writeBack(image: LiveImage): Promise<number> {
    const present = this.#session;
    const [seenEpoch, formerEpoch] = [this.#seenEpoch, this.#epoch];
    const epoch = Math.max(seenEpoch, formerEpoch) + 1;
    const replaced = this.#askWhole(({ scripts }) =>
      scripts.writeBack({ seenEpoch, epoch, owner: this.#owner, ...listAll(image) }),
    );
    // What is saved from here on travels behind the image, in its epoch: it need not wait for the answer.
    if (present !== null) {
      this.#epoch = epoch;
      this.#holdNow(image);
    }
    this.#owesImage = true;
    try {
      if (!(await replaced)) throw new AppError('REDIS_UNAVAILABLE', { reason: 'another epoch' });
    } catch (error) {
      this.#epoch = formerEpoch;
      present?.drop('another epoch');
      throw error;
    }
    [this.#seenEpoch, this.#owesImage] = [epoch, false];
    return epoch;
  }

  saveContact(contact: Contact, waiting: boolean): void {
    noteSaved(this.#saved.contacts, contact);
    this.#save((scripts) => scripts.saveContact(this.#epoch, listContact(contact, waiting)));
  }

  saveAgent(agent: Agent, offerable: boolean): void {
    noteSaved(this.#saved.agents, agent);
    this.#save((scripts) => scripts.saveAgent(this.#epoch, listAgent(agent, offerable)));
  }

  forgetContact(id: ContactId): void {
    this.#saved.contacts.delete(id);
    this.#save((scripts) => scripts.forgetContact(this.#epoch, id));
  }

  async commitOffers(commits: readonly OfferCommit[]): Promise<readonly CommitResult[]> {
    const present = this.#session;
    if (present === null || !this.#mayWrite()) return commits.map(() => 'storeAway');
    if (commits.length === 0) return [];
    try {
      const results = await this.#ask(({ scripts }) => scripts.commitOffers(this.#epoch, commits));
      commits.forEach(({ offerId, contactId }, at) => {
        if (results[at] === 'committed') this.#offeredContacts.set(offerId, contactId);
      });
      if (results.includes('oldEpoch')) present.drop('another epoch');
      return results;
    } catch {
      // Told and logged where the connection was dropped.
      return commits.map(() => 'storeAway');
    }
  }

  /** Without an answer the reservation lapses by itself. */
  releaseOffer(offerId: OfferId, agentId: AgentId): void {
    const contactId = this.#offeredContacts.get(offerId);
    this.#offeredContacts.delete(offerId);
    const held = [this.#keys.agentReservation(agentId)];
    if (contactId !== undefined) held.push(this.#keys.contactReservation(contactId));
    const present = this.#session;
    for (const key of held) {
      present?.scripts
        .releaseReservation(key, offerId)
        .catch((error: unknown) => present.drop(reasonOf(error)));
    }
  }

  async #up(redis: Redis, drop: Drop): Promise<void> {
    const sight = await lookAt(redis, this.#keys);
    if (this.#epoch > 0 && sight.epoch > this.#epoch && sight.owner !== this.#owner) {
      this.#giveUp(sight, drop);
      return;
    }
    this.#behind = this.#isBehind(sight);
    [this.#runId, this.#seenEpoch, this.#lost] = [sight.runId, sight.epoch, false];
    this.#session = { redis, drop, scripts: defineScripts(redis, this.#keys) };
    this.#log.info({ behind: this.#behind, epoch: sight.epoch }, 'Redis is there');
    this.#tell({ type: 'back', behind: this.#behind });
  }

  /** Before the first epoch there is nothing of ours that Redis could lack, unless it was asked for and did not answer. */
  #isBehind(sight: Sight): boolean {
    if (this.#owesImage) return true;
    if (this.#epoch === 0) return false;
    const sameWriter = sight.epoch === this.#epoch && sight.owner === this.#owner;
    return sight.runId !== this.#runId || !sameWriter || !holdsAll(this.#saved, sight);
  }

  #giveUp({ epoch, owner }: Sight, drop: Drop): void {
    this.#superseded = true;
    this.#log.error(
      { epoch: this.#epoch, taken: epoch, by: owner },
      'another service has taken the live state over',
    );
    drop('superseded');
    void this.#link.close();
  }

  #down(reason: string): void {
    this.#session = null;
    if (this.#lost || this.#closed) return;
    this.#lost = true;
    this.#log.warn({ reason }, 'Redis is lost');
    this.#tell({ type: 'lost', reason });
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Redis holds this image, as soon as all that was sent is carried out. */
  #holdNow(image: LiveImage): void {
    this.#behind = false;
    setSaved(this.#saved, image);
    this.#offeredContacts.clear();
    for (const { id, stage } of image.contacts) {
      if (stage.at === 'offered') this.#offeredContacts.set(stage.offer.offerId, id);
    }
  }

  #mayWrite(): boolean {
    return this.isUp() && this.#epoch > 0 && !this.#behind;
  }

  /** Runs a command now or refuses it now. A failure ends the connection: what Redis holds is then uncertain. */
  async #ask<Result>(command: (present: Session) => Promise<Result>): Promise<Result> {
    const present = this.#session;
    if (present === null) throw new AppError(this.#superseded ? 'REDIS_SUPERSEDED' : 'REDIS_UNAVAILABLE');
    try {
      return await command(present);
    } catch (error) {
      const reason = reasonOf(error);
      present.drop(reason);
      throw new AppError('REDIS_UNAVAILABLE', { reason }, { cause: error });
    }
  }

  /** As `#ask`, for what concerns the whole image: refused once, it is owed. */
  async #askWhole<Result>(command: (present: Session) => Promise<Result>): Promise<Result> {
    try {
      return await this.#ask((present) => patiently(present.redis, () => command(present)));
    } catch (error) {
      this.#owesImage = true;
      throw error;
    }
  }

  /** Sends without waiting: commands of one connection keep their order. */
  #save(command: (scripts: Scripts) => Promise<SaveResult>): void {
    const present = this.#session;
    if (present === null || !this.#mayWrite()) {
      this.#owesImage = true;
      return;
    }
    command(present.scripts).then(
      (result) => {
        if (result === 'otherEpoch') present.drop('another epoch');
      },
      (error: unknown) => {
        this.#owesImage = true;
        present.drop(reasonOf(error));
      },
    );
  }
}

function listContact(state: Contact, waiting: boolean): ListedState<Contact> {
  return { state, score: waiting ? (state.place?.queuedAtMs ?? 0) : null };
}

function listAgent(state: Agent, offerable: boolean): ListedState<Agent> {
  return { state, score: offerable ? state.idleSinceMs : null };
}

function listAll({
  contacts,
  agents,
}: LiveImage): Pick<Parameters<Scripts['writeBack']>[0], 'contacts' | 'agents'> {
  return {
    contacts: contacts.map((contact) => listContact(contact, isWaiting(contact))),
    agents: agents.map((agent) => listAgent(agent, isOfferable(agent))),
  };
}

/** Written by this very adapter: trusted. */
function parse<State>(text: string): State {
  return JSON.parse(text) as State;
}
