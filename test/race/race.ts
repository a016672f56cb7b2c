// Runs one race: four engines on one Redis, engines killed and frozen at random, Redis ended and killed, until enough was offered.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../../src/contact/agent.js';
import type { Contact } from '../../src/contact/contact.js';
import type { ContactId, NodeId } from '../../src/contact/ids.js';
import { createRunQueue } from '../../src/engine/run-queue.js';
import { createStoreLink } from '../../src/engine/store-link.js';
import { redisKeys } from '../../src/adapters/redis/keys.js';
import { createRedisLiveStore } from '../../src/adapters/redis/live-store.js';
import { systemClock, systemTimers } from '../../src/adapters/system/clock.js';
import { chanceOf } from '../acd/distributor-run.js';
import type { RedisInstance } from '../redis-instance.js';
import { createDesk } from './desk.js';
import { createExchange } from './exchange.js';
import { notingWriteBacks, openHistory } from './history.js';
import {
  agentIds,
  leaseMs,
  matcherLeaseMs,
  type FromEngine,
  type OfferSeen,
  type RaceSetting,
  type ToEngine,
} from './world.js';

/** What to race. */
export interface RaceOrder {
  readonly seed: number;
  /** So many are to be offered before it ends. */
  readonly offers: number;
  readonly lease: 'on' | 'off';
  /** Histories are written here. */
  readonly folder: string;
  readonly redis: RedisInstance;
  /** Told now and then how far it is. */
  readonly report?: (words: string) => void;
}

const engineCount = 4;
/** Redis goes down once in so many offers, by SIGTERM and SIGKILL in turn. */
const offersPerRedisEnd = 2_000;
/** An engine is killed or frozen after at least and at most so many offers: a new one costs a second of a core. */
const [chaosMin, chaosMax] = [200, 800];
const freezesOf100 = 25;
/** What still waits is served, and what is reserved lapses, well within this. */
const drainMs = 30_000;

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const loader = path.resolve(import.meta.dirname, '../../scripts/load-typescript.mjs');

/** Races; resolves when all is over and every process of the race has ended. */
export async function runRace(order: RaceOrder): Promise<void> {
  const { seed, offers, lease, folder, redis } = order;
  await mkdir(folder, { recursive: true });
  const history = openHistory(path.join(folder, 'exchange.jsonl'));
  history.note('race', { seed, offers, lease, leaseMs, matcherLeaseMs, engines: engineCount });
  const chance = chanceOf(seed);
  const exchange = createExchange(chanceOf(seed + 1), history);
  const site = `race-${lease}`;
  const engines = Array.from({ length: engineCount }, (_, place) => startPlace(place));
  const hub = lease === 'off' ? keepStates(engines) : leadByLease(engines);
  const naps: Promise<void>[] = [];
  let [troubled, over] = [true, false];

  /** One of four places: its engine is replaced whenever it was killed. */
  function startPlace(place: number): Place {
    let life = 0;
    const it: Place = {
      child: undefined,
      frozen: false,
      start() {
        life += 1;
        const name = `engine-${String(place + 1)}-${String(life)}`;
        const { host, port, password } = redis;
        const historyFile = path.join(folder, `${name}.jsonl`);
        const setting: RaceSetting = { host, port, password, site, lease, name, historyFile };
        const child = fork(path.join(import.meta.dirname, 'engine-process.ts'), [JSON.stringify(setting)], {
          execArgv: ['--enable-source-maps', '--import', loader],
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
        child.on('message', (word: FromEngine) => hub.heed(it, word));
        child.on('error', () => undefined);
        child.once('exit', (code, signal) => {
          history.note('ended', { engine: name, code, signal });
          if (!over) it.start();
        });
        [it.child, it.name] = [child, name];
      },
      name: '',
    };
    return it;
  }

  async function chaos(): Promise<void> {
    while (troubled) {
      const goal = exchange.rung() + chaosMin + chance(chaosMax - chaosMin);
      await until(() => !troubled || exchange.rung() >= goal, 60_000);
      const place = (chance(3) > 0 ? hub.leader() : undefined) ?? engines[chance(engineCount)];
      if (!troubled || place === undefined) return;
      if (place.frozen) continue;
      if (chance(100) < freezesOf100) naps.push(freeze(place));
      else {
        history.note('killed', { engine: place.name });
        place.child?.kill('SIGKILL');
      }
    }
  }

  /** Sleeps through its lease, and through its reservations at times, and goes on as if nothing had been. */
  async function freeze(place: Place): Promise<void> {
    const { child, name } = place;
    place.frozen = true;
    history.note('frozen', { engine: name });
    child?.kill('SIGSTOP');
    await sleep(matcherLeaseMs + chance(1_500));
    history.note('thawed', { engine: name });
    child?.kill('SIGCONT');
    place.frozen = false;
  }

  async function endRedis(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    history.note('redisDown', { signal });
    if (signal === 'SIGTERM') await redis.shutDown();
    else await redis.signal('SIGKILL');
    await sleep(chance(500));
    await redis.start();
    history.note('redisUp', { signal });
  }

  async function until(isSo: () => boolean | Promise<boolean>, deadlineMs: number): Promise<boolean> {
    const endsMs = performance.now() + deadlineMs;
    while (!(await isSo())) {
      if (performance.now() > endsMs) return false;
      await sleep(20);
    }
    return true;
  }

  for (const place of engines) place.start();
  await until(() => hub.isReady(), 30_000);
  exchange.open();
  const troubles = chaos();
  for (let ends = 1; exchange.rung() < offers; ends += 1) {
    const goal = Math.min(ends * offersPerRedisEnd, offers);
    const from = exchange.rung();
    // Far slower than the slowest machine: then something hangs, and the judge says what.
    if (!(await until(() => exchange.rung() >= goal, 60_000 + (goal - from) * 30))) break;
    order.report?.(`${String(exchange.rung())} rung`);
    if (goal < offers) await endRedis(ends % 2 === 1 ? 'SIGTERM' : 'SIGKILL');
  }
  troubled = false;
  await Promise.all([troubles, ...naps]);
  exchange.close();
  const keys = redisKeys(site);
  const client = redis.client();
  const allOfferable = async () => (await client.zcard(keys.offerable)) === agentIds.length;
  await until(async () => exchange.isQuiet() && (await allOfferable()), drainMs);
  history.note('end', {
    inLine: await client.zrange(keys.waiting, '0', '-1'),
    offerable: await client.zrange(keys.offerable, '0', '-1'),
  });
  over = true;
  await hub.close();
  await Promise.all(engines.map(({ child }) => endOf(child)));

  /** With the lease on: whoever connects, leads. */
  function leadByLease(places: readonly Place[]): Hub {
    let leader: Place | undefined;
    const ringBy = new Map<ChildProcess, (offer: OfferSeen) => void>();
    return {
      heed(place, word) {
        const { child } = place;
        if (child === undefined) return;
        if (word.say === 'ring') {
          ringBy.get(child)?.(word);
          return;
        }
        leader = place;
        history.note('connected', { engine: place.name });
        const { sight, ring } = exchange.connect((event) => tell(child, { say: 'event', event }));
        ringBy.set(child, ring);
        tell(child, { say: 'connected', sight });
      },
      leader: () => leader,
      isReady: () => leader !== undefined,
      close: async () => void places,
    };
  }

  /** With the lease off: we keep the states of all, and tell them on. */
  function keepStates(places: readonly Place[]): Hub {
    const node = 'n1' as NodeId;
    const store = notingWriteBacks(createRedisLiveStore({ ...redis, site, node, log: silent }), history);
    const runQueue = createRunQueue((error) => history.note('fault', { fault: String(error) }));
    const committer = new Map<string, Place>();
    const greeted = new Set<ChildProcess>();
    let agents = new Map<string, Agent>();
    let contacts = new Map<ContactId, Contact | null>();
    let flushing: NodeJS.Immediate | undefined;

    function flush(): void {
      clearImmediate(flushing);
      flushing = undefined;
      if (agents.size + contacts.size === 0) return;
      const word = statesWord([...agents.values()], [...contacts]);
      [agents, contacts] = [new Map(), new Map()];
      for (const { child } of places) if (child !== undefined && greeted.has(child)) tell(child, word);
    }

    function statesWord(
      moved: readonly Agent[],
      changed: readonly (readonly [ContactId, Contact | null])[],
    ): ToEngine {
      return {
        say: 'states',
        agents: moved,
        contacts: changed.flatMap(([, contact]) => contact ?? []),
        gone: changed.flatMap(([id, contact]) => (contact === null ? id : [])),
        epoch: link.isUp() ? link.epoch() : null,
      };
    }

    const desk = createDesk({
      store,
      ring: (offer) => ring(offer),
      release(offer) {
        flush();
        const child = committer.get(offer.offerId)?.child;
        committer.delete(offer.offerId);
        if (child !== undefined) tell(child, { say: 'release', ...offer });
      },
      onAgent(agent) {
        agents.set(agent.id, agent);
        flushing ??= setImmediate(flush);
      },
      onContact(id, contact) {
        contacts.set(id, contact);
        flushing ??= setImmediate(flush);
      },
    });
    const link = createStoreLink({
      ...{ store, clock: systemClock, timers: systemTimers, runQueue, log: silent },
      siteJournal: {
        note: (fact) => history.note('store', { fact: fact.type }),
        ...{ raise: () => undefined, clear: () => undefined, standing: () => [], goOnFrom: () => undefined },
      },
      image: desk.image,
      onState: () => desk.tellAll(),
    });
    const { sight, ring } = exchange.connect((event) => runQueue.post(() => desk.heed(event)));
    desk.restore({ contacts: [], agents: [] }, sight);
    void link.takeOver();
    return {
      heed(place, word) {
        const { child } = place;
        if (child === undefined) return;
        if (word.say === 'connect') {
          greeted.add(child);
          flush();
          const { agents: all, contacts: known } = desk.image();
          tell(
            child,
            statesWord(
              all,
              known.map((contact) => [contact.id, contact]),
            ),
          );
          return;
        }
        committer.set(word.offerId, place);
        runQueue.post(() => desk.deliver(word));
      },
      leader: () => undefined,
      isReady: () => greeted.size === engineCount && link.isUp(),
      async close() {
        link.stop();
        await store.close();
      },
    };
  }
}

interface Place {
  child: ChildProcess | undefined;
  name: string;
  frozen: boolean;
  start(): void;
}

/** What stands between the exchange and the engines. */
interface Hub {
  heed(place: Place, word: FromEngine): void;
  leader(): Place | undefined;
  isReady(): boolean;
  close(): Promise<void>;
}

/** Who is no more need not be told. */
function tell(child: ChildProcess, word: ToEngine): void {
  if (child.connected) child.send(word, () => undefined);
}

async function endOf(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  tell(child, { say: 'stop' });
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(late);
}
