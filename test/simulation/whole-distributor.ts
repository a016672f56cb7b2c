// The whole distributor in the simulated world, the engine's own code on the memory store, and what must hold of it after
// every step, told from outside: by the journal, by the channels there are, and by the plain distributor.
import assert from 'node:assert/strict';
import type { BusySlot } from '../../src/acd/on-duty.js';
import type { AgentOnDuty } from '../../src/acd/on-duty.js';
import { overtakenAtMost, type WaitingContact } from '../../src/acd/place.js';
import type { MatchInput } from '../../src/acd/queue-model.js';
import type { HolderMark, MemoryLiveStore } from '../../src/adapters/memory/live-store.js';
import { shownState, type Agent } from '../../src/contact/agent.js';
import type { Contact } from '../../src/contact/contact.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import type { QueueRequest } from '../../src/contact/flow-turn.js';
import type { AgentId, ChannelId, ContactId, OfferId, QueueId } from '../../src/contact/ids.js';
import type {
  CommitResult,
  JournalEntry,
  LiveImage,
  LiveStore,
  OfferCommit,
} from '../../src/engine/ports.js';
import { createWorld, type World } from '../../src/sim/world.js';
import { highestPriority, overtakes, saidOf } from '../acd/distributor-run.js';
import {
  lexical,
  orderKey,
  plainPairs,
  ringFor,
  waitsForOne,
  type PlainPair,
} from '../acd/plain-distributor.js';
import { lineNodes, modelSite, type LineAsked, type ModelSite } from './model-site.js';

/** What befalls the next commit. The engine dies before it reaches the store, after it did, or dies and it comes late; or the link breaks. */
export const fates = ['dieBefore', 'dieAfter', 'dieLate', 'loseBefore', 'loseAfter'] as const;
export type Fate = (typeof fates)[number];
/** With all it had, with what it had at the last mark, or with nothing. */
export const waysBack = ['whole', 'rolledBack', 'empty'] as const;

/** What the lives so far came to: a model that meets nothing proves nothing. */
export interface Tally {
  steps: number;
  calls: number;
  offers: number;
  talks: number;
  byRing: number;
  /** Pairs in which an agent's choice of queues went before somebody else who was free. */
  byChoice: number;
  /** Pairs in which an agent was given a call though one of a queue he prefers waited behind it. */
  keptNobodyFree: number;
  overflowedByPlace: number;
  overflowedByWait: number;
  overflowedByTime: number;
  /** Talks of calls that had overflowed. */
  talksElsewhere: number;
  overtaken: number;
  killed: number;
  diedInCommit: number;
  lateCommits: number;
  rolledBack: number;
}

/** Nothing yet. */
export const noTally = (): Tally => ({
  ...{ steps: 0, calls: 0, offers: 0, talks: 0, byRing: 0, byChoice: 0, keptNobodyFree: 0, overtaken: 0 },
  ...{ overflowedByPlace: 0, overflowedByWait: 0, overflowedByTime: 0, talksElsewhere: 0 },
  ...{ killed: 0, diedInCommit: 0, lateCommits: 0, rolledBack: 0 },
});

const startMs = Date.UTC(2026, 5, 10, 4);
/** A pair that was refused is looked at again this soon. */
const pauseMs = 200;
/** What is still to be done for a contact that has ended takes no longer. */
const effectsMs = 5_000;

/** Where a call stands by its own facts. It is asked what its number's flow asks at this node. */
interface InLine {
  readonly asked: LineAsked;
  readonly sinceMs: number;
  /** A phone rings for him. */
  readonly isOffered: boolean;
  /** When a phone last stopped ringing for him in this line. */
  readonly offeredUntilMs: number | null;
  /** Cut off by us: he overflows no more. */
  readonly isResumed: boolean;
}

/** What to live with. */
export interface WholeOrder {
  readonly seed: number;
  readonly placesPerPriority: number;
  readonly tally: Tally;
  /** The judges do not hear of the end of a call that comes as this one, 1 = the first: a broken history. */
  readonly unheardEnd?: number;
}

/** One hotline on its way. */
export class WholeDistributor {
  readonly world: World;
  /** The configuration in force. */
  site: ModelSite;
  /** An engine is there. */
  alive = false;
  /** The store answers. */
  storeUp = true;
  fate: Fate | null = null;

  readonly #placesPerPriority: number;
  readonly #tally: Tally;
  readonly #unheardEnd: number;
  #ends = 0;
  readonly #peek: MemoryLiveStore;
  #mark: HolderMark;
  /** Commits of dead engines, still on their way. */
  #late: (() => Promise<void>)[] = [];
  #takenOver: () => Promise<void> = () => Promise.resolve();
  /** The first thing that was wrong with a commit. */
  #wrong: unknown;
  /** What the plain distributor said of a pair when it was committed. */
  readonly #promised = new Map<OfferId, PlainPair>();
  readonly #overtakenBy = new Map<ContactId, Set<ContactId>>();
  #seen = 0;
  readonly #nextSeq = new Map<string, number>();
  readonly #arrived = new Map<string, ChannelId>();
  readonly #ended = new Set<string>();
  /** Offers and talks as the journal tells them. */
  readonly #held = new Map<AgentId, string>();
  readonly #firstPlace = new Map<string, string>();
  /** Of calls in line; of those in talk the line they came from. */
  readonly #lines = new Map<string, InLine>();
  readonly #talksFrom = new Map<string, InLine>();
  readonly #entryOf = new Map<string, string>();
  /** Queues that a call has overflowed from. */
  readonly #leftBehind = new Map<string, readonly QueueId[]>();
  /** The lowest priority that a call has had. */
  readonly #lowest = new Map<string, number>();
  #busy = new Map<AgentId, BusySlot[]>();
  /** Pairs that might be and are not, since when. */
  #unserved = new Map<string, number>();
  #over = new Map<string, number>();
  /** Until then a new engine, or a store that is back, is about to be heard. What was reserved before stands in nobody's way. */
  #excusedUntilMs = 0;

  constructor({ seed, placesPerPriority, tally, unheardEnd = 0 }: WholeOrder) {
    this.#unheardEnd = unheardEnd;
    this.#placesPerPriority = placesPerPriority;
    this.#tally = tally;
    this.site = modelSite(seed, placesPerPriority);
    const { site } = this;
    this.world = createWorld({
      ...{ site, startMs },
      promptMs: ({ id }) => (id === 'greet.main' ? 2_000 : 1_000),
      sites: { current: () => this.site, ofVersion: () => this.site },
      between: (store) => this.#between(store),
    });
    this.#peek = this.world.store.sibling();
    this.#mark = this.world.store.mark();
  }

  get nowMs(): number {
    return this.world.clock.nowMs();
  }

  /** Lets time pass, and looks at every instant at which anything comes due. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    const { clock } = this.world;
    for (
      let nextMs = clock.nextAtMs();
      nextMs !== undefined && nextMs <= untilMs;
      nextMs = clock.nextAtMs()
    ) {
      await this.world.runUntil(nextMs);
      await this.look();
    }
    await this.world.runUntil(untilMs);
  }

  async start(): Promise<void> {
    if (this.alive) return;
    this.alive = true;
    this.#busy = new Map();
    this.#overtakenBy.clear();
    this.#excuse();
    // Those of the engines before this one come when it has taken the store over and has not matched yet.
    const late = this.#late.splice(0);
    this.#takenOver = async () => {
      for (const comes of late.splice(0)) await comes();
    };
    await this.world.start();
  }

  kill(): void {
    if (!this.alive) return;
    this.alive = false;
    this.world.kill();
    this.#tally.killed += 1;
  }

  lose(): void {
    if (!this.storeUp) return;
    this.storeUp = false;
    // A connection ends with what is on its way.
    this.#late = [];
    this.world.store.lose('lost');
  }

  /** Later the store may go back to here. */
  mark(): void {
    if (this.storeUp) this.#mark = this.world.store.mark();
  }

  giveBack(how: (typeof waysBack)[number]): void {
    if (this.storeUp) return;
    this.storeUp = true;
    this.#excuse();
    if (how === 'rolledBack') this.#tally.rolledBack += 1;
    if (how === 'rolledBack') this.world.store.giveBack({ emptied: false, rolledBackTo: this.#mark });
    else this.world.store.giveBack({ emptied: how === 'empty' });
  }

  reroute(seed: number): void {
    // What came so far was asked by the site so far.
    this.#readJournal();
    this.site = modelSite(seed, this.#placesPerPriority);
    this.world.engine.siteChanged();
  }

  /** Holds everything that is promised against what is there. */
  async look(): Promise<void> {
    const { world } = this;
    this.#tally.steps += 1;
    if (this.#wrong !== undefined) throw this.#wrong;
    assert.deepEqual(world.faults, [], 'a decision failed');
    this.#readJournal();
    if (!this.alive) return;
    const contacts = world.engine.contacts();
    const agents = world.engine.agents();
    this.#conserved(contacts);
    paired(contacts, agents);
    for (const one of [...contacts, ...agents]) this.#hasDeadline(one);
    this.#overIsGone(contacts);
    this.#inOneLine(contacts);
    const truth = this.#truth();
    this.#placed(truth, contacts);
    assert.equal(
      inOrder(world.engine.onDuty().map(({ agentId }) => agentId)),
      inOrder(truth.agents.map(({ agentId }) => agentId)),
      'the matcher knows others than are signed in',
    );
    if (world.engine.condition().store === 'up') {
      await this.#stored(contacts, agents);
      this.#nobodyForgotten(truth);
    } else this.#unserved.clear();
  }

  #excuse(): void {
    this.#excusedUntilMs = this.nowMs + pauseMs;
  }

  #between(store: LiveStore): LiveStore {
    const commitOffers = (commits: readonly OfferCommit[]) =>
      this.#commit(store, commits).catch((error: unknown) => {
        // The engine would take it for a store that is away.
        this.#wrong ??= error;
        throw error;
      });
    const writeBack = async (image: LiveImage) => {
      const epoch = await store.writeBack(image);
      await this.#takenOver();
      return epoch;
    };
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'commitOffers') return commitOffers;
        if (name === 'writeBack') return writeBack;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  async #commit(store: LiveStore, commits: readonly OfferCommit[]): Promise<readonly CommitResult[]> {
    if (commits.length === 0) return [];
    this.#readJournal();
    const input = this.#truth();
    this.#chosen(input, commits);
    this.#proposed(input, commits);
    const { fate } = this;
    this.fate = null;
    switch (fate) {
      case null: {
        const results = await store.commitOffers(commits);
        this.#committed(input, commits, results);
        return results;
      }
      case 'loseBefore':
        this.lose();
        return store.commitOffers(commits);
      case 'loseAfter':
        await store.commitOffers(commits);
        this.lose();
        // Nor does its client know of them: the answer never came.
        for (const { offerId, agentId } of commits) store.releaseOffer(offerId, agentId);
        return commits.map(() => 'storeAway');
      case 'dieAfter':
        await store.commitOffers(commits);
        break;
      case 'dieLate':
        this.#late.push(() => this.#comesLate(store, commits));
        break;
      case 'dieBefore':
        break;
    }
    this.#tally.diedInCommit += 1;
    this.kill();
    return new Promise(() => undefined);
  }

  async #comesLate(store: LiveStore, commits: readonly OfferCommit[]): Promise<void> {
    const results = await store.commitOffers(commits);
    if (results.includes('committed')) this.#wrong ??= new Error("a dead engine's offer was committed");
    this.#tally.lateCommits += 1;
  }

  /** How things stand, by the mailboxes alone. */
  #truth(): MatchInput {
    const { engine } = this.world;
    const { queues, choices, routing } = this.site;
    return {
      nowMs: this.nowMs,
      routing: { queues, choices: choices.size > 0, placesPerPriority: routing.placesPerPriority },
      waiting: engine.contacts().flatMap(waitingOf),
      agents: engine.agents().flatMap((agent) => this.#onDuty(agent)),
    };
  }

  #onDuty(agent: Agent): readonly AgentOnDuty[] {
    const { id, version, deviceId, activity, reachable, ownCalls, idleSinceMs, sinceMs } = agent;
    const skills = this.site.skillLevels.get(id);
    if (deviceId === null || activity.is === 'offline' || skills === undefined) return [];
    const ready = activity.is === 'ready' && reachable && ownCalls.length === 0;
    const busy = this.#busy.get(id) ?? [];
    const prefers = this.site.choices.get(id);
    const breakReason = activity.is === 'break' ? activity.reason : null;
    const standing = { state: shownState(agent), breakReason, sinceMs };
    const person = { agentId: id, version, deviceId, skills, ready, idleSinceMs, standing, busy };
    return [{ ...person, ...(prefers && { prefers }) }];
  }

  /** A choice says who of the free takes a call, and never which call is served. */
  #chosen(input: MatchInput, commits: readonly OfferCommit[]): void {
    const served = new Set(commits.map(({ contactId }) => contactId));
    let free = input.agents.filter((agent) => agent.ready);
    for (const { contactId, agentId } of commits) {
      const contact = input.waiting.find((one) => one.contactId === contactId);
      const agent = free.find((one) => one.agentId === agentId);
      assert.ok(contact !== undefined && agent !== undefined, 'neither waiting nor ready');
      free = free.filter((one) => one !== agent);
      const ring = ringFor(input, contact, agent);
      const own = rankIn(agent, contact.queueId);
      if (!waitsForOne(input, contact)) {
        const others = free.filter((one) => ringFor(input, contact, one) === ring);
        for (const other of others)
          assert.ok(rankIn(other, contact.queueId) >= own, 'somebody free would rather have taken this call');
        this.#tally.byChoice += Number(others.some((other) => rankIn(other, contact.queueId) > own));
      }
      const dearer = input.waiting.filter(
        (other) =>
          rankIn(agent, other.queueId) < own &&
          !served.has(other.contactId) &&
          !waitsForOne(input, other) &&
          ringFor(input, other, agent) !== undefined,
      );
      for (const other of dearer)
        assert.ok(
          lexical(orderKey(input, contact), orderKey(input, other)) < 0,
          'a call of a queue he prefers stood before this one',
        );
      this.#tally.keptNobodyFree += Number(dearer.length > 0);
    }
  }

  #proposed(input: MatchInput, commits: readonly OfferCommit[]): void {
    const plain = plainPairs(input);
    assert.equal(
      commits.map(({ contactId, agentId }) => `${contactId} ${agentId}`).join(),
      plain.map(({ contactId, agentId }) => `${contactId} ${agentId}`).join(),
      'not what the plain distributor says',
    );
    for (const [at, { offerId, contactId, agentId, contactVersion, agentVersion }] of commits.entries()) {
      const contact = input.waiting.find((one) => one.contactId === contactId);
      const agent = input.agents.find((one) => one.agentId === agentId);
      assert.ok(contact !== undefined && agent?.ready === true, 'neither waiting nor ready');
      assert.deepEqual(
        requestOf(contact),
        this.#lines.get(contactId)?.asked.request,
        'asks what it is not asked',
      );
      assert.ok(ringFor(input, contact, agent) !== undefined, 'a skill is violated');
      assert.ok(contact.version === contactVersion && agent.version === agentVersion, 'another version');
      const pair = plain[at];
      if (pair !== undefined) this.#promised.set(offerId, pair);
    }
  }

  /** Whoever was given nobody in this look, and could have had the agent of one behind him. One whose pair was refused had his turn. */
  #committed(input: MatchInput, commits: readonly OfferCommit[], results: readonly CommitResult[]): void {
    const served = new Set(commits.map(({ contactId }) => contactId));
    for (const [at, { contactId, agentId }] of commits.entries()) {
      if (results[at] !== 'committed') continue;
      const taken = input.waiting.find((one) => one.contactId === contactId);
      const agent = input.agents.find((one) => one.agentId === agentId);
      if (taken === undefined || agent === undefined) continue;
      for (const contact of input.waiting) {
        if (served.has(contact.contactId) || !overtakes(input, contact, taken, agent)) continue;
        assert.notEqual(taken.priority, contact.priority, 'out of order within a priority');
        const by = this.#overtakenBy.get(contact.contactId) ?? new Set();
        this.#overtakenBy.set(contact.contactId, by.add(contactId));
        const lowest = this.#lowest.get(contact.contactId) ?? contact.priority;
        const bound = overtakenAtMost(lowest, highestPriority, this.#placesPerPriority);
        assert.ok(by.size <= bound, `overtaken ${String(by.size)} times, bound ${String(bound)}`);
        this.#tally.overtaken = Math.max(this.#tally.overtaken, by.size);
      }
    }
  }

  #readJournal(): void {
    const { journal } = this.world;
    for (; this.#seen < journal.length; this.#seen += 1) {
      const entry = journal[this.#seen];
      if (entry === undefined || entry.stream === 'site') continue;
      const stream = `${entry.stream} ${entry.id}`;
      assert.equal(entry.seq, this.#nextSeq.get(stream) ?? 0, `${stream}: a number used twice or left out`);
      this.#nextSeq.set(stream, entry.seq + entry.facts.length);
      if (entry.stream === 'contact') this.#readContact(entry);
      else this.#readAgent(entry);
    }
  }

  #readContact({ id, atMs, facts, image }: JournalEntry): void {
    for (const fact of facts) {
      this.#followLine(id, atMs, fact as ContactFact);
      switch (fact.type) {
        case 'ContactArrived':
          assert.ok(![...this.#arrived.values()].includes(fact.channelId), 'one call is two contacts');
          this.#arrived.set(id, fact.channelId);
          this.#entryOf.set(id, fact.entryId);
          this.#tally.calls += 1;
          break;
        case 'ContactEnded':
          this.#ends += 1;
          if (this.#ends === this.#unheardEnd) break;
          assert.ok(!this.#ended.has(id), 'a contact ended twice');
          assert.ok(![...this.#held.values()].includes(id), 'ended with an agent');
          this.#ended.add(id);
          break;
        case 'OfferMade': {
          const promised = this.#promised.get(fact.offerId);
          assert.deepEqual(
            saidOf(fact.decision),
            promised,
            'the record is not what the plain distributor says',
          );
          assert.equal(this.#held.get(fact.agentId), undefined, 'one agent, two calls');
          assert.ok(![...this.#held.values()].includes(id), 'one call, two agents');
          this.#held.set(fact.agentId, id);
          this.#tally.offers += 1;
          this.#tally.byRing += Number((fact.decision.ring ?? 0) > 0);
          break;
        }
        case 'AgentConnected':
          assert.equal(this.#held.get(fact.agentId), id, 'a talk without an offer');
          this.#tally.talks += 1;
          this.#tally.talksElsewhere += Number(this.#leftBehind.has(id));
          break;
        case 'OfferEnded':
        case 'TalkEnded':
          assert.equal(this.#held.get(fact.agentId), id, 'what ends had not begun');
          this.#held.delete(fact.agentId);
          break;
        default:
      }
    }
    this.#keepsPlace(id, image as Contact | null);
  }

  /** One line at a time, from line to line as the flow leads, and each asks what the flow asks there. */
  #followLine(id: string, atMs: number, fact: ContactFact): void {
    const line = this.#lines.get(id);
    switch (fact.type) {
      case 'ContactQueued': {
        assert.equal(line, undefined, 'in two lines');
        const left = this.#leftBehind.get(id) ?? [];
        const asked = this.site.asked.get(this.#entryOf.get(id) ?? '')?.get(lineNodes[left.length] ?? '');
        assert.ok(asked !== undefined, 'overflowed once more than there are lines');
        assert.deepEqual(requestOf(fact), asked.request, 'asks what its flow does not ask');
        assert.equal(fact.overflowed?.from, left.at(-1), 'came from another queue');
        this.#lowest.set(id, Math.min(fact.priority, this.#lowest.get(id) ?? fact.priority));
        const begins = { isOffered: false, offeredUntilMs: null, isResumed: false };
        this.#lines.set(id, { asked, sinceMs: atMs, ...begins });
        return;
      }
      case 'QueueExited':
        assert.ok(line !== undefined && !line.isOffered, 'out of a line in which he did not stand');
        assert.equal(fact.queueId, line.asked.request.queueId, 'out of another queue');
        this.#lines.delete(id);
        if (fact.exit === 'overflow') this.#overflowed(id, atMs, line, fact);
        return;
      case 'OfferMade':
        assert.ok(line !== undefined && !line.isOffered, 'offered out of no line');
        this.#lines.set(id, { ...line, isOffered: true });
        return;
      case 'OfferEnded':
        if (line !== undefined) this.#lines.set(id, { ...line, isOffered: false, offeredUntilMs: atMs });
        return;
      case 'AgentConnected':
        assert.ok(line?.isOffered === true, 'a talk out of no line');
        this.#talksFrom.set(id, line);
        this.#lines.delete(id);
        return;
      case 'ContactRequeued': {
        const before = line ?? this.#talksFrom.get(id);
        assert.equal(fact.queueId, before?.asked.request.queueId, 'back in another queue');
        if (before !== undefined)
          this.#lines.set(id, { ...before, isOffered: false, offeredUntilMs: null, isResumed: true });
        return;
      }
      case 'ContactEnded':
        this.#lines.delete(id);
        this.#talksFrom.delete(id);
        return;
      default:
    }
  }

  /** By a threshold of this line, and by one that was passed. */
  #overflowed(
    id: string,
    atMs: number,
    { asked: { request, overflow: rule }, sinceMs, isResumed }: InLine,
    { because }: Extract<ContactFact, { type: 'QueueExited' }>,
  ): void {
    assert.ok(rule !== undefined && because !== undefined, 'overflowed from where nobody does');
    assert.ok(!isResumed, 'cut off by us, and sent on');
    this.#leftBehind.set(id, [...(this.#leftBehind.get(id) ?? []), request.queueId]);
    switch (because.by) {
      case 'place':
        assert.equal(because.above, rule.placeAbove);
        assert.ok(because.place > because.above && atMs === sinceMs, 'not too far back');
        this.#tally.overflowedByPlace += 1;
        return;
      case 'expectedWait':
        assert.equal(because.aboveMs, rule.waitAboveMs);
        assert.ok(because.expectedMs > because.aboveMs && atMs === sinceMs, 'not too long a wait');
        this.#tally.overflowedByWait += 1;
        return;
      case 'waited':
        assert.ok(atMs - sinceMs >= (rule.afterMs ?? Infinity), 'not so long in this line');
        assert.ok(because.waitedMs >= atMs - sinceMs, 'his wait counts from his first line');
        this.#tally.overflowedByTime += 1;
    }
  }

  /** Mailboxes and facts agree who stands in which line, and nobody stands longer in one than it lets him. */
  #inOneLine(contacts: readonly Contact[]): void {
    const { ringMs } = this.site.contactPolicy;
    const turns = contacts.flatMap(({ place }) => place?.turn ?? []);
    assert.equal(new Set(turns).size, turns.length, 'a turn is given twice');
    for (const { id, stage, place } of contacts) {
      if (stage.at !== 'waiting' && stage.at !== 'offered') continue;
      const line = this.#lines.get(id);
      assert.ok(line !== undefined, `${stage.at}, and in no line`);
      assert.equal(line.isOffered, stage.at === 'offered', 'offered by its facts alone');
      assert.deepEqual(
        place && requestOf(place.request),
        line.asked.request,
        'in another line than its facts say',
      );
      const { asked, sinceMs, offeredUntilMs, isResumed } = line;
      if (stage.at !== 'waiting' || isResumed) continue;
      const untilMs = sinceMs + (asked.overflow?.afterMs ?? Infinity);
      const latestMs = Math.max(untilMs, offeredUntilMs === null ? 0 : offeredUntilMs + ringMs);
      assert.ok(this.nowMs <= latestMs, 'he should have overflowed');
    }
  }

  /** Whoever was queued keeps his turn and his first moment to the end of his call: through offers that fail, from line to line, through deaths and losses. */
  #keepsPlace(id: string, contact: Contact | null): void {
    const place = contact?.place ?? null;
    if (place === null) return;
    const now = `turn ${String(place.turn)}, since ${String(place.queuedAtMs)}`;
    assert.equal(now, this.#firstPlace.get(id) ?? now, 'a place in line is not kept');
    this.#firstPlace.set(id, now);
  }

  #readAgent({ id, atMs, facts }: JournalEntry): void {
    for (const fact of facts) {
      if (fact.type !== 'AgentActivityChanged' && fact.type !== 'AgentSignedOut') continue;
      if (fact.from !== 'talking' && fact.from !== 'wrapup') continue;
      const slots = this.#busy.get(id as AgentId) ?? [];
      this.#busy.set(id as AgentId, [...slots, { endsMs: atMs, busyMs: fact.lastedMs }]);
    }
  }

  /** Who is on the line is in one contact, and every contact has ended or is on the line. */
  #conserved(contacts: readonly Contact[]): void {
    const onLine = this.world.telephony
      .channels()
      .flatMap(({ channelId, arrival }) => (arrival ? [channelId] : []));
    const live = contacts.filter(({ stage }) => stage.at !== 'ended');
    assert.equal(
      inOrder(live.map(({ arrival }) => arrival.channelId)),
      inOrder(onLine),
      'a call is lost or doubled',
    );
    assert.equal(this.#arrived.size - this.#ended.size, live.length, 'arrived is not ended and under way');
  }

  /** Nothing waits for ever: everything that is not over carries a deadline, the one that its state needs, and none has passed by. */
  #hasDeadline(one: Contact | Agent): void {
    const due = Object.values(one.deadlines) as number[];
    const state = 'stage' in one ? one.stage.at : one.activity.is;
    for (const atMs of due) assert.ok(atMs >= this.nowMs, `${state}: a deadline has passed by`);
    const timers = Object.keys(one.deadlines);
    if (state === 'offline' || (state === 'ended' && timers.length === 0)) return;
    const needed = neededBy[state] ?? [];
    assert.ok(timers.length > 0, `${state}: no deadline`);
    assert.ok(
      needed.length === 0 || needed.some((timer) => timers.includes(timer)),
      `${state}: only ${timers.join()}`,
    );
  }

  /** A contact that nobody may note anything of any more waits for its last effects alone, and each of those has a deadline. */
  #overIsGone(contacts: readonly Contact[]): void {
    const over = new Map<string, number>();
    for (const { id, stage, deadlines } of contacts) {
      if (stage.at !== 'ended' || Object.keys(deadlines).length > 0) continue;
      const sinceMs = this.#over.get(id) ?? this.nowMs;
      over.set(id, sinceMs);
      assert.ok(this.nowMs <= sinceMs + effectsMs, 'ended: it stays for ever');
    }
    this.#over = over;
  }

  #placed(input: MatchInput, contacts: readonly Contact[]): void {
    const line = [...input.waiting].sort((one, other) =>
      lexical(orderKey(input, one), orderKey(input, other)),
    );
    const places = new Map<string, number>();
    for (const { contactId, queueId } of line) {
      const place = (places.get(queueId) ?? 0) + 1;
      places.set(queueId, place);
      assert.equal(this.world.engine.placeOf(contactId), place, 'another place than by the order of service');
    }
    for (const { id, stage } of contacts)
      if (stage.at !== 'waiting')
        assert.equal(this.world.engine.placeOf(id), null, 'in line and not waiting');
  }

  /** The store has what the mailboxes have, also after it lost something. */
  async #stored(contacts: readonly Contact[], agents: readonly Agent[]): Promise<void> {
    const image = await this.#peek.load();
    for (const [held, kept] of [
      [contacts, image.contacts],
      [agents, image.agents],
    ] as const) {
      const byId = new Map(kept.map((state) => [state.id as string, state]));
      for (const state of held) assert.equal(byId.get(state.id), state, `the store has another ${state.id}`);
      assert.equal(byId.size, held.length, 'the store has somebody who is gone');
    }
  }

  /** Nobody waits while somebody is ready whom he may have. */
  #nobodyForgotten(input: MatchInput): void {
    const ready = input.agents.filter((agent) => agent.ready);
    const found = new Map<string, number>();
    for (const contact of ready.length === 0 ? [] : input.waiting)
      for (const agent of ready) {
        if (waitsForOne(input, contact) && contact.prefer?.agentId !== agent.agentId) continue;
        if (ringFor(input, contact, agent) === undefined) continue;
        const pair = `${contact.contactId} ${agent.agentId}`;
        const sinceMs = Math.max(this.#unserved.get(pair) ?? this.nowMs, this.#excusedUntilMs);
        found.set(pair, sinceMs);
        assert.ok(this.nowMs <= sinceMs + pauseMs, `${pair}: he waits and nobody is given to him`);
      }
    this.#unserved = found;
  }
}

/** One of these, by state; what is not here needs any. */
const neededBy: Readonly<Record<string, readonly string[]>> = {
  waiting: ['queueTimeout'],
  offered: ['rona', 'joinOver', 'playOver', 'queueTimeout'],
  talking: ['talkOver', 'longTalk'],
  leaving: ['leavingOver'],
  ringing: ['lease'],
  wrapup: ['wrapUp'],
  ready: ['forgotten'],
  resting: ['rest'],
  missed: ['forgotten'],
  break: ['forgotten'],
};

/** A contact with an agent has that agent, and he has it; no agent is with a contact that is not with him. */
function paired(contacts: readonly Contact[], agents: readonly Agent[]): void {
  const byContact = contacts.flatMap(({ id, stage }) => {
    if (stage.at === 'offered') return [`${stage.offer.agentId} ringing ${id} ${stage.offer.offerId}`];
    return stage.at === 'talking' ? [`${stage.talk.agentId} talking ${id}`] : [];
  });
  const byAgent = agents.flatMap(({ id, activity }) => {
    if (activity.is === 'ringing') return [`${id} ringing ${activity.contactId} ${activity.offerId}`];
    return activity.is === 'talking' ? [`${id} talking ${activity.contactId}`] : [];
  });
  assert.equal(inOrder(byAgent), inOrder(byContact), 'contact and agent do not agree');
}

/** How many queues he would rather serve than this one. */
function rankIn({ prefers = [] }: AgentOnDuty, queueId: QueueId): number {
  return [...prefers, queueId].indexOf(queueId);
}

function requestOf({ queueId, requires, also = [], priority }: QueueRequest): QueueRequest {
  return { queueId, requires, also, priority };
}

const inOrder = (texts: readonly string[]) => [...texts].sort().join();

function waitingOf({ id, version, stage, place, arrival }: Contact): readonly WaitingContact[] {
  if (stage.at !== 'waiting' || place === null) return [];
  const { request, resumed, prefer, turn = 0, queuedAtMs } = place;
  const { queueId, requires, also = [], priority } = request;
  const { arrivedAtMs } = arrival;
  return [
    {
      contactId: id,
      version,
      queueId,
      requires,
      also,
      priority,
      resumed,
      prefer,
      turn,
      queuedAtMs,
      arrivedAtMs,
    },
  ];
}
