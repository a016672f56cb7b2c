// Three agents and ten callers on the virtual clock: order, offers and restarts, the same journal every time.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import { createRandom, exponentialMs } from '../../src/sim/random.js';
import { createWorld, type World } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import type { Site } from '../../src/site/site.js';

/** 2026-11-23 10:00 at the site. */
const startMs = Date.UTC(2026, 10, 23, 2, 0, 0);
const agentsAtWork = ['1001', '1002', '1003'] as AgentId[];
const deviceOf = (agentId: AgentId) => `d${agentId}` as DeviceId;

async function demoSite(): Promise<Site> {
  const parsed = parseSite(await readSiteFiles('ivr-flows'), { nowMs: startMs });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.site;
}

/** The world with its agents signed in, phones answering after 2 s, talks of 30 s. */
async function openedWorld(site: Site): Promise<World> {
  const world = createWorld({
    site,
    startMs,
    promptMs: ({ id }) => (id === 'greet.main' ? 9_000 : 4_000),
  });
  for (const agentId of agentsAtWork) {
    world.telephony.setReachable(deviceOf(agentId), true);
    world.telephony.setHabit(deviceOf(agentId), { does: 'answer', afterMs: 2_000, talkMs: 30_000 });
  }
  await world.start();
  for (const agentId of agentsAtWork) world.signIn(agentId, deviceOf(agentId));
  return world;
}

/** Ten citizens at random intervals, some impatient; all drawn from the seed. */
async function tenCallers(site: Site, seed: number): Promise<World> {
  const world = await openedWorld(site);
  const random = createRandom(seed);
  let atMs = startMs + 1_000;
  for (let n = 0; n < 10; n += 1) {
    atMs += exponentialMs(random, 5_000);
    await world.runUntil(atMs);
    const patienceMs = random() < 0.3 ? exponentialMs(random, 20_000) : null;
    world.telephony.call({ ani: `0000000000${n}`, dnis: '12345', patienceMs });
  }
  await world.runUntil(atMs + 900_000);
  return world;
}

const factsOf = (world: World, type: ContactFact['type']) =>
  world.journal.flatMap(({ stream, id, atMs, facts }) =>
    stream === 'contact'
      ? facts.filter((fact) => fact.type === type).map((fact) => ({ id, atMs, ...fact }))
      : [],
  );

t.test('ten callers: all accounted for, served in their order, nothing left behind', async (t) => {
  const world = await tenCallers(await demoSite(), 12345);
  t.same(world.faults, []);
  t.equal(factsOf(world, 'ContactArrived').length, 10);
  t.equal(factsOf(world, 'ContactEnded').length, 10);
  t.same(
    world.engine.contacts().filter(({ stage }) => stage.at !== 'ended'),
    [],
  );
  t.same(world.telephony.channels(), []);

  const queued = factsOf(world, 'ContactQueued').map(({ id }) => id);
  const offered = factsOf(world, 'OfferMade').map(({ id }) => id);
  t.same(
    offered,
    queued.filter((id) => offered.includes(id)),
    'first come, first offered',
  );
});

t.test('the same seed gives the same journal, byte for byte; another seed another', async (t) => {
  const site = await demoSite();
  const [one, two, other] = [await tenCallers(site, 7), await tenCallers(site, 7), await tenCallers(site, 8)];
  t.equal(JSON.stringify(one.journal), JSON.stringify(two.journal));
  t.not(JSON.stringify(one.journal), JSON.stringify(other.journal));
});

t.test('a phone that never answers is 未应答示忙 and its caller keeps his place', async (t) => {
  const world = await openedWorld(await demoSite());
  world.telephony.setHabit(deviceOf(agentsAtWork[0]!), { does: 'ignore' });
  for (let n = 0; n < 4; n += 1)
    world.telephony.call({ ani: `0000000001${n}`, dnis: '12345', patienceMs: null });
  const rona = () =>
    factsOf(world, 'OfferEnded').filter((fact) => 'outcome' in fact && fact.outcome === 'rona');
  await world.runUntil(startMs + 20_000);
  t.equal(rona().length, 1);
  t.equal(world.engine.agents().find(({ id }) => id === '1001')?.activity.is, 'missed');
  await world.runUntil(startMs + 300_000);
  t.ok(rona().length <= 3, 'rung three times at the most');
  const order = factsOf(world, 'AgentConnected').map(({ id }) => id);
  const arrived = factsOf(world, 'ContactArrived').map(({ id }) => id);
  t.equal(order.indexOf(arrived[0]!) < order.indexOf(arrived[3]!), true, 'the first comes before the last');
  t.equal(factsOf(world, 'AgentConnected').length, 4);
});

t.test(
  'an engine killed in the middle: talks go on, the waiting keep their order, who hung up meanwhile is noticed',
  async (t) => {
    const world = await openedWorld(await demoSite());
    const channels = [0, 1, 2, 3, 4].map((n) =>
      world.telephony.call({ ani: `0000000002${n}`, dnis: '12345', patienceMs: null }),
    );
    await world.runUntil(startMs + 15_000);
    t.equal(factsOf(world, 'AgentConnected').length, 3);

    world.kill();
    world.telephony.hangUpCitizen(channels[4]!);
    world.telephony.call({ ani: '00000000029', dnis: '12345', patienceMs: null });
    await world.runUntil(startMs + 17_000);
    await world.start();
    t.equal(world.engine.contacts().filter(({ stage }) => stage.at === 'talking').length, 3);

    await world.runUntil(startMs + 300_000);
    t.same(world.faults, []);
    t.same(factsOf(world, 'ContactEnded').filter((fact) => 'inGap' in fact && fact.inGap).length, 1);
    t.equal(factsOf(world, 'AgentConnected').length, 5, 'the waiting and the late one were served');
    const seqs = world.journal.map(({ stream, id, seq }) => `${stream} ${id} ${seq}`);
    t.equal(new Set(seqs).size, seqs.length, 'no number of a stream is used twice');
  },
);

t.test('an engine killed while a citizen is asked how it was: asked again, and once', async (t) => {
  const world = await openedWorld(await demoSite());
  const until = async (type: ContactFact['type']) => {
    while (factsOf(world, type).length === 0 && world.clock.nowMs() < startMs + 120_000)
      await world.runUntil(world.clock.nowMs() + 100);
  };
  world.telephony.call({ ani: '00000000051', dnis: '12345', patienceMs: null, answers: ['8', '4', '2'] });
  await until('SurveyOffered');
  world.kill();
  await world.runUntil(world.clock.nowMs() + 500);
  await world.start();
  t.match(world.engine.contacts(), [{ stage: { at: 'survey' } }]);
  await until('SurveyAnswered');
  world.kill();
  await world.runUntil(world.clock.nowMs() + 500);
  await world.start();
  await world.runUntil(startMs + 300_000);
  t.same(world.faults, []);
  t.equal(factsOf(world, 'SurveyOffered').length, 1);
  t.match(factsOf(world, 'SurveyAnswered'), [{ grade: 2 }]);
  t.match(factsOf(world, 'SurveyReason'), [{ reason: 'unclear' }]);
  t.equal(factsOf(world, 'SurveyEnded').length, 1);
  t.match(factsOf(world, 'ContactEnded'), [{ by: 'agent', inGap: false }]);
});

t.test('Asterisk dies: calls are marked lost, agents wrap up and are usable again', async (t) => {
  const world = await openedWorld(await demoSite());
  world.telephony.call({ ani: '00000000031', dnis: '12345', patienceMs: null });
  await world.runUntil(startMs + 15_000);
  world.telephony.restartNode();
  world.telephony.connect();
  await world.runUntil(startMs + 16_000);
  const ended = factsOf(world, 'ContactEnded');
  t.match(ended, [{ reason: 'node', by: 'system' }]);
  t.match(factsOf(world, 'TalkEnded'), [{ interrupted: 'node' }]);
  t.equal(world.engine.agents().filter(({ activity }) => activity.is === 'wrapup').length, 1);
  await world.runUntil(startMs + 90_000);
  t.equal(world.engine.agents().filter(({ activity }) => activity.is === 'ready').length, 3);
});

t.test(
  'the live store away: talk goes on, callers wait; when it returns empty everything is written back',
  async (t) => {
    const world = await openedWorld(await demoSite());
    world.store.lose('test');
    world.telephony.call({ ani: '00000000041', dnis: '12345', patienceMs: null });
    await world.runUntil(startMs + 20_000);
    t.equal(factsOf(world, 'OfferMade').length, 0);
    world.store.giveBack({ emptied: true });
    await world.runUntil(startMs + 25_000);
    t.equal(factsOf(world, 'AgentConnected').length, 1);
    t.same(world.faults, []);
  },
);
