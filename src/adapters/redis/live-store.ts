// Keeps the live state in Redis: every call is answered or refused within a deadline, never queued and never sent again.
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Agent } from '../../contact/agent.js';
import type { Contact } from '../../contact/contact.js';
import type { AgentId, ChannelId, ContactId, NodeId, OfferId } from '../../contact/ids.js';
import type {
  CommitResult,
  ExpertReservation,
  LiveImage,
  LiveStore,
  Log,
  OfferCommit,
  StoreChange,
} from '../../engine/ports.js';
import { holderOfConsult, reservationsIn, type Reserved } from '../../engine/reservations.js';
import { AppError } from '../../errors.js';
import { createImageTransfer, type ImageTransfer } from './image-transfer.js';
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
  /** Who we are in Redis; needed where we hold a lease beside the store. Left out, a name of its own. */
  readonly owner?: string;
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
  /** Offers that hold their contact and agent, as far as we know: of the image, and those we were told are committed. */
  readonly #reserved = new Map<OfferId, Reserved>();

  #session: Session | null = null;
  /** 0 until one was taken. */
  #epoch = 0;
  #seenEpoch = 0;
  #runId = '';
  /** Something did not reach Redis, or could not be read from it: the next connection finds it behind. */
  #owesImage = false;
  /** Redis lacks something: nothing is saved or committed until the whole image has been written back. */
  #behind = false;
  /** The image on its way by the present connection. */
  #transfer: ImageTransfer | null = null;
  /** How far the last one came, and in which Redis. */
  #unfinished: { readonly transfer: ImageTransfer; readonly epoch: number; readonly runId: string } | null =
    null;
  #lost = false;
  #superseded = false;
  #closed = false;

  constructor({ log, site, node, owner, ...address }: RedisLiveStoreOptions) {
    this.#keys = redisKeys(site);
    this.#owner = owner ?? `${node}/${randomUUID()}`;
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
    if (epoch === null) throw new AppError('REDIS_UNAVAILABLE', { reason: 'another one holds the lease' });
    [this.#epoch, this.#seenEpoch] = [epoch, epoch];
    return epoch;
  }

  async load(): Promise<LiveImage> {
    const [contacts, agents] = await this.#askWhole(({ redis }) =>
      Promise.all([redis.hvals(this.#keys.contacts), redis.hvals(this.#keys.agents)]),
    );
    const image = { contacts: contacts.map(parse<Contact>), agents: agents.map(parse<Agent>) };
    setSaved(this.#saved, image);
    [this.#behind, this.#owesImage] = [false, false];
    return image;
  }

  async writeBack(image: LiveImage): Promise<number> {
    const present = this.#session;
    const [seenEpoch, formerEpoch, runId] = [this.#seenEpoch, this.#epoch, this.#runId];
    const epoch = Math.max(seenEpoch, formerEpoch) + 1;
    const resumed = present === null ? undefined : this.#transferGoneOnWith(image);
    const transfer = resumed ?? createImageTransfer(image, this.#reserved, this.#saved);
    const begun = this.#ask(({ scripts }) =>
      scripts.beginWriteBack({ seenEpoch, epoch, owner: this.#owner, resumes: resumed !== undefined }),
    );
    this.#owesImage = true;
    if (present !== null) {
      // What is saved from here on goes with the image, or travels behind it in its epoch.
      [this.#epoch, this.#transfer, this.#unfinished] = [epoch, transfer, null];
      this.#knowReservationsOf(image);
    }
    try {
      if (!(await begun)) throw new AppError('REDIS_UNAVAILABLE', { reason: 'another epoch or lease' });
      this.#seenEpoch = epoch;
    } catch (error) {
      this.#epoch = formerEpoch;
      present?.drop('another epoch');
      throw error;
    }
    this.#unfinished = { transfer, epoch, runId };
    const isWhole = await this.#ask((now) => {
      if (now !== present) throw new Error('the connection ended');
      return transfer.send(now.scripts, epoch, () => {
        // Carried out or not, it cannot be gone on with.
        [this.#transfer, this.#unfinished, this.#behind] = [null, null, false];
      });
    });
    if (!isWhole) {
      present?.drop('another epoch');
      throw new AppError('REDIS_UNAVAILABLE', { reason: 'another epoch' });
    }
    this.#owesImage = false;
    return epoch;
  }

  saveContact(contact: Contact, waiting: boolean): void {
    if (this.#transfer !== null) return this.#transfer.putContact(contact);
    noteSaved(this.#saved.contacts, contact);
    this.#save((scripts) => scripts.saveContact(this.#epoch, listContact(contact, waiting)));
  }

  saveAgent(agent: Agent, offerable: boolean): void {
    if (this.#transfer !== null) return this.#transfer.putAgent(agent);
    noteSaved(this.#saved.agents, agent);
    this.#save((scripts) => scripts.saveAgent(this.#epoch, listAgent(agent, offerable)));
  }

  forgetContact(id: ContactId): void {
    if (this.#transfer !== null) return this.#transfer.forgetContact(id);
    this.#saved.contacts.delete(id);
    this.#save((scripts) => scripts.forgetContact(this.#epoch, id));
  }

  async commitOffers(commits: readonly OfferCommit[]): Promise<readonly CommitResult[]> {
    const present = this.#session;
    if (present === null || !this.#mayWrite()) return commits.map(() => 'storeAway');
    if (commits.length === 0) return [];
    try {
      const results = await this.#ask(({ scripts }) => scripts.commitOffers(this.#epoch, commits));
      commits.forEach(({ offerId, contactId, agentId }, at) => {
        if (results[at] === 'committed') this.#reserved.set(offerId, { contactId, agentId });
      });
      if (results.includes('oldEpoch')) present.drop('another epoch');
      return results;
    } catch {
      // Told and logged where the connection was dropped.
      return commits.map(() => 'storeAway');
    }
  }

  async reserveExpert({ legId, expertId, agentId, leaseMs }: ExpertReservation): Promise<boolean> {
    if (this.#session === null || !this.#mayWrite()) return false;
    const held = this.#expertKeys(expertId, agentId);
    try {
      const isHeld = await this.#ask(({ scripts }) =>
        scripts.reserveExpert(this.#epoch, held, legId, leaseMs),
      );
      if (isHeld && agentId !== null)
        this.#reserved.set(holderOfConsult(legId), { contactId: null, agentId });
      return isHeld;
    } catch {
      // Told and logged where the connection was dropped.
      return false;
    }
  }

  releaseExpert({ legId, expertId, agentId }: Omit<ExpertReservation, 'leaseMs'>): void {
    this.#reserved.delete(holderOfConsult(legId));
    this.#releaseAll(this.#expertKeys(expertId, agentId), legId);
  }

  #expertKeys(expertId: string, agentId: AgentId | null): readonly string[] {
    const expert = this.#keys.expertReservation(expertId);
    return agentId === null ? [expert] : [expert, this.#keys.agentReservation(agentId)];
  }

  /** Without an answer the reservation lapses by itself. */
  releaseOffer(offerId: OfferId, agentId: AgentId): void {
    const contactId = this.#reserved.get(offerId)?.contactId ?? null;
    this.#reserved.delete(offerId);
    const held = [this.#keys.agentReservation(agentId)];
    if (contactId !== null) held.push(this.#keys.contactReservation(contactId));
    this.#releaseAll(held, offerId);
  }

  #releaseAll(held: readonly string[], holder: OfferId | ChannelId): void {
    const present = this.#session;
    for (const key of held) {
      present?.scripts
        .releaseReservation(key, holder)
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
    [this.#session, this.#transfer] = [null, null];
    if (this.#lost || this.#closed) return;
    this.#lost = true;
    this.#log.warn({ reason }, 'Redis is lost');
    this.#tell({ type: 'lost', reason });
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** The image that did not get through is there as far as it came: in the same Redis, if nobody wrote since. */
  #transferGoneOnWith(image: LiveImage): ImageTransfer | undefined {
    const { transfer, epoch, runId } = this.#unfinished ?? {};
    return epoch === this.#seenEpoch && runId === this.#runId ? transfer?.resumedWith(image) : undefined;
  }

  #knowReservationsOf(image: LiveImage): void {
    for (const [holder, whom] of reservationsIn(image)) this.#reserved.set(holder, whom);
  }

  #mayWrite(): boolean {
    return this.isUp() && this.#epoch > 0 && !this.#behind && this.#transfer === null;
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

/** Written by this very adapter: trusted. */
function parse<State>(text: string): State {
  return JSON.parse(text) as State;
}
