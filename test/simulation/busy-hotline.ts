// A few hours of a busy hotline in virtual time: everything that can happen to a call happens to some, all by one seed.
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { AgentId, ChannelId, DeviceId } from '../../src/contact/ids.js';
import { createRandom, exponentialMs, type Random } from '../../src/sim/random.js';
import { createWorld, type World } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import type { Site } from '../../src/site/site.js';

/** Monday 2026-11-23 10:00 at the site. */
export const busyStartMs = Date.UTC(2026, 10, 23, 2);

const agentIds = ['1001', '1002', '1003', '1004', '1005', '1006', '1007'] as AgentId[];
const deviceOf = (agentId: AgentId) => `d${agentId}` as DeviceId;

/** A second number with a queue of its own, one that is only told of, and one for test calls; small queues, so that some exits happen. */
const moreNumbers = `
- { number: '12399', name: 价格举报, shortName: 价格举报, kpiLine: '12399', tag: price, flow: '12345', queue: enterprise }
- { number: '12397', name: 旧号码, shortName: 旧号码, kpiLine: '12397', tag: old, flow: '12345', queue: general, pattern: whole, approval: 文号, successor: '12345', states: [{ state: prompt, from: '2020-01-01' }] }
- { number: '12394', name: 线路测试, shortName: 线路测试, kpiLine: '12345', tag: testCall, flow: '12345', queue: general }
`;

const menuFlow = 'flows/12345-menu.yaml';
/** With the line full a message may be left. */
const voicemail = `  tooMany:
    voicemail: 30s
    say: [msg.record]
    next: saved
    otherwise: full
  saved:
    hangup: voicemail
    say: [msg.saved]
  full:
    hangup: overload
    say: [exit.overload]
`;

/** The shipped site with its menu on, those numbers and shorter queues. */
export async function busySite(): Promise<Site> {
  const files = new Map(await readSiteFiles('ivr-flows'));
  files.set('numbers.yaml', `${files.get('numbers.yaml') ?? ''}${moreNumbers}`);
  files.set(menuFlow, (files.get(menuFlow) ?? '').replace(/  tooMany:[^]*$/, voicemail));
  const queues = files.get('queues.yaml') ?? '';
  files.set(
    'queues.yaml',
    queues.replaceAll('timeout: 10m', 'timeout: 3m').replace('limit: 200', 'limit: 15'),
  );
  const parsed = parseSite(files, { nowMs: busyStartMs, overrides: { menu: true } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.site;
}

const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)]!;

function newHabit(world: World, random: Random, agentId: AgentId): void {
  const chance = random();
  const afterMs = 500 + exponentialMs(random, 2_500);
  const device = deviceOf(agentId);
  if (chance < 0.85)
    world.telephony.setHabit(device, {
      does: 'answer',
      afterMs,
      talkMs: 2_000 + exponentialMs(random, 60_000),
    });
  else if (chance < 0.93) world.telephony.setHabit(device, { does: 'ignore' });
  else world.telephony.setHabit(device, { does: 'refuse', causeCode: pick(random, [17, 19, 21]), afterMs });
}

function backToWork(world: World, random: Random): void {
  for (const agentId of agentIds) {
    newHabit(world, random, agentId);
    world.telephony.setReachable(deviceOf(agentId), true);
    world.signIn(agentId, deviceOf(agentId));
  }
}

async function disturb(world: World, random: Random): Promise<void> {
  const agentId = pick(random, agentIds);
  switch (Math.floor(random() * 8)) {
    case 0:
      world.kill();
      await world.runUntil(world.clock.nowMs() + 2_000);
      return world.start();
    case 1:
      world.telephony.restartNode();
      await world.runUntil(world.clock.nowMs() + 500);
      return world.telephony.connect();
    case 2:
      return world.telephony.killPhone(deviceOf(agentId));
    case 3:
      return void world.engine.actOnAgent(agentId, { type: 'GoBreak', reason: 'rest', by: 'agent' });
    case 4:
      return void world.engine.actOnAgent(agentId, { type: 'SignOut', by: 'supervisor' });
    case 5:
      return missWhileAway(world, random() < 0.5 ? 'away' : 'full');
    default:
      return backToWork(world, random);
  }
}

function missWhileAway(world: World, reason: 'away' | 'full'): void {
  const arrivedAtMs = world.clock.nowMs() - 8_000;
  world.engine.missedCall({
    channelId: `missed.${String(arrivedAtMs)}` as ChannelId,
    trunkId: 'sim',
    dnis: '12345',
    redirectedFrom: '',
    ani: '031100009999',
    aniShown: true,
    sipCallId: `missed-${String(arrivedAtMs)}`,
    arrivedAtMs,
    endedAtMs: arrivedAtMs + 6_000,
    reason,
  });
}

const noAnswer: readonly string[] = [];

/** Half of them rate, some without saying why; some press nonsense, go, or press nothing. */
function answersOf(random: Random): readonly string[] {
  return pick(random, [
    ['1'],
    ['2'],
    ['3'],
    ['4', '2'],
    ['5', '9', '8'],
    ['5', 'hangUp'],
    ['8', '1'],
    ['hangUp'],
    ['*'],
    noAnswer,
  ]);
}

/** Now and then an old number. */
const dialled = (number: string, chance: number): string => (chance < 0.06 ? '12397' : number);

/** So many citizens by the seed's dice; at the end everybody has gone home. */
export async function busyHotline(site: Site, seed: number, calls: number): Promise<World> {
  const random = createRandom(seed);
  /** Of their own, so that the rest of the day is the same whoever rates it. */
  const raters = createRandom(seed + 0.5);
  const byOldNumber = createRandom(seed + 0.25);
  const world = createWorld({
    site,
    startMs: busyStartMs,
    promptMs: ({ id }) => (id === 'greet.main' ? 9_000 : 4_000),
  });
  await world.start();
  backToWork(world, random);
  for (let n = 0; n < calls; n += 1) {
    await world.runUntil(world.clock.nowMs() + exponentialMs(random, 16_000));
    const channelId = world.telephony.call({
      ani: random() < 0.05 ? '' : `03110000${String(n).padStart(4, '0')}`,
      dnis: dialled(pick(random, ['12345', '12345', '12345', '12399', '12394']), byOldNumber()),
      patienceMs: random() < 0.1 ? exponentialMs(random, 6_000) : 3_000 + exponentialMs(random, 150_000),
      keys:
        random() < 0.6
          ? [{ atMs: 6_000 + exponentialMs(random, 6_000), digit: pick(random, ['0', '1', '9']) }]
          : [],
      answers: answersOf(raters),
    });
    if (random() < 0.3)
      world.clock.at(world.clock.nowMs() + 40_000 + exponentialMs(random, 60_000), () =>
        world.telephony.hangUpCitizen(channelId),
      );
    if (random() < 0.15) await disturb(world, random);
  }
  await world.runUntil(world.clock.nowMs() + 2 * 3_600_000);
  return world;
}
