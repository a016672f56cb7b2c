// A bad day on the virtual clock, again and again: engines killed, Asterisk restarted, the store lost, phones dying under talks.
// What must hold whatever happens: every citizen is accounted for, nobody talks to two at once, nothing is left behind.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { createRandom, exponentialMs, type Random } from '../../src/sim/random.js';
import { createWorld, type World } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import type { Site } from '../../src/site/site.js';

const startMs = Date.UTC(2026, 10, 23, 2, 0, 0);
const agentIds = ['1001', '1002', '1003', '1004', '1005', '1006'] as AgentId[];
const deviceOf = (agentId: AgentId) => `d${agentId}` as DeviceId;
const callers = 40;
/** Fixed seeds decide; one fresh seed is reported with them. */
const seeds = [...Array.from({ length: 30 }, (_, n) => n + 1), Math.floor(Math.random() * 1e9)];

async function demoSite(): Promise<Site> {
  const parsed = parseSite(await readSiteFiles('ivr-flows'), { nowMs: startMs });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.site;
}

const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)]!;

/** Each agent's phone has its own manners, and changes them now and then. */
function newHabit(world: World, random: Random, agentId: AgentId): void {
  const chance = random();
  const afterMs = 500 + exponentialMs(random, 2_000);
  if (chance < 0.75) {
    world.telephony.setHabit(deviceOf(agentId), {
      does: 'answer',
      afterMs,
      talkMs: exponentialMs(random, 40_000),
    });
  } else if (chance < 0.85) world.telephony.setHabit(deviceOf(agentId), { does: 'ignore' });
  else
    world.telephony.setHabit(deviceOf(agentId), {
      does: 'refuse',
      causeCode: pick(random, [1, 17, 19, 21, 58]),
      afterMs,
    });
}

function backToWork(world: World, agentId: AgentId): void {
  world.telephony.setReachable(deviceOf(agentId), true);
  world.signIn(agentId, deviceOf(agentId));
}

async function disturb(world: World, random: Random): Promise<void> {
  switch (Math.floor(random() * 6)) {
    case 0:
      world.kill();
      await world.runUntil(world.clock.nowMs() + exponentialMs(random, 3_000));
      return world.start();
    case 1:
      world.telephony.restartNode();
      await world.runUntil(world.clock.nowMs() + 500);
      return world.telephony.connect();
    case 2:
      world.store.lose('storm');
      await world.runUntil(world.clock.nowMs() + exponentialMs(random, 5_000));
      return world.store.giveBack({ emptied: random() < 0.5 });
    case 3:
      return world.telephony.killPhone(deviceOf(pick(random, agentIds)));
    default:
      for (const agentId of agentIds) {
        newHabit(world, random, agentId);
        backToWork(world, agentId);
      }
  }
}

/** One day: callers and disturbances by the seed's dice, then quiet until the last deadline. */
async function badDay(site: Site, seed: number): Promise<World> {
  const random = createRandom(seed);
  const world = createWorld({ site, startMs, promptMs: ({ id }) => (id === 'greet.main' ? 9_000 : 4_000) });
  for (const agentId of agentIds) {
    world.telephony.setReachable(deviceOf(agentId), true);
    newHabit(world, random, agentId);
  }
  await world.start();
  for (const agentId of agentIds) world.signIn(agentId, deviceOf(agentId));
  for (let n = 0; n < callers; n += 1) {
    await world.runUntil(world.clock.nowMs() + exponentialMs(random, 6_000));
    world.telephony.call({
      ani: `03110000${String(n).padStart(4, '0')}`,
      dnis: '12345',
      patienceMs: 5_000 + exponentialMs(random, 120_000),
    });
    if (random() < 0.3) await disturb(world, random);
  }
  await world.runUntil(world.clock.nowMs() + 2 * 3_600_000);
  return world;
}

interface Spoken {
  readonly agentId: string;
  readonly contactId: string;
  readonly atMs: number;
  readonly begins: boolean;
}

/** Talks as the journal tells them; shares nothing with the engine. */
function talksOf(world: World): readonly Spoken[] {
  return world.journal.flatMap(({ stream, id, atMs, facts }) =>
    stream !== 'contact'
      ? []
      : facts.flatMap((fact) =>
          fact.type === 'AgentConnected' || fact.type === 'TalkEnded'
            ? [{ agentId: fact.agentId, contactId: id, atMs, begins: fact.type === 'AgentConnected' }]
            : [],
        ),
  );
}

/** The first thing that is wrong with a day, or undefined. */
function judge(world: World): string | undefined {
  const count = (type: string) =>
    world.journal.flatMap(({ facts }) => facts.filter((fact) => fact.type === type)).length;
  if (world.faults.length > 0) return `faults: ${world.faults[0]}`;
  if (count('ContactArrived') !== count('ContactEnded')) {
    return `${count('ContactArrived')} arrived, ${count('ContactEnded')} ended`;
  }
  const left = world.engine.contacts().filter(({ stage }) => stage.at !== 'ended');
  if (left.length > 0) return `left: ${JSON.stringify(left[0])}`;
  if (world.telephony.channels().length > 0)
    return `channels: ${JSON.stringify(world.telephony.channels()[0])}`;
  const busy = world.engine
    .agents()
    .find(({ activity }) => activity.is === 'talking' || activity.is === 'ringing');
  if (busy !== undefined) return `stuck: ${JSON.stringify(busy)}`;
  const talking = new Map<string, string>();
  for (const { agentId, contactId, begins } of talksOf(world)) {
    const other = talking.get(agentId);
    if (begins && other !== undefined) return `${agentId} talks to ${other} and ${contactId}`;
    if (begins) talking.set(agentId, contactId);
    else talking.delete(agentId);
  }
  const seqs = world.journal.flatMap(({ stream, id, seq, facts }) =>
    facts.map((_, i) => `${stream} ${id} ${seq + i}`),
  );
  return new Set(seqs).size === seqs.length ? undefined : 'a sequence number used twice';
}

t.test('through every storm each citizen is accounted for and nothing is left behind', async (t) => {
  const site = await demoSite();
  for (const seed of seeds) {
    const world = await badDay(site, seed);
    t.equal(judge(world), undefined, `seed ${seed}: ${talksOf(world).length / 2} talks`);
  }
});
