// Talks in which everything is pressed at once: hold by page and by phone, help, listening, pauses, hang-ups, restarts.
// What must hold: music if and only if on hold, no ear without a supervision, and everybody is free in the end.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { isHeld, type Contact } from '../../src/contact/contact.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { createRandom, exponentialMs, type Random } from '../../src/sim/random.js';
import { createWorld, type World } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import type { Site } from '../../src/site/site.js';

const startMs = Date.UTC(2026, 10, 23, 2, 0, 0);
const agentIds = ['1002', '1003', '1004'] as AgentId[];
const supervisorIds = ['1001', '1005'] as AgentId[];
const everybody = [...agentIds, ...supervisorIds];
const deviceOf = (agentId: AgentId) => `d${agentId}` as DeviceId;
const seeds = Array.from({ length: 25 }, (_, n) => n + 1);

async function demoSite(): Promise<Site> {
  const parsed = parseSite(await readSiteFiles('ivr-flows'), { nowMs: startMs });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.site;
}

const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)]!;

const talks = (world: World) =>
  world.engine.contacts().flatMap((contact) => (contact.stage.at === 'talking' ? [contact] : []));

async function act(world: World, random: Random): Promise<void> {
  const { engine, telephony } = world;
  const on = random() < 0.6;
  const mode = random() < 0.5 ? 'listen' : 'whisper';
  const contact = pick(random, talks(world));
  const supervisorId = pick(random, supervisorIds);
  if (contact?.stage.at !== 'talking') return;
  const { agentId } = contact.stage.talk;
  switch (Math.floor(random() * 12)) {
    case 0:
    case 1:
      return void engine.actOnContact(contact.id, { type: 'HoldContact', agentId, on });
    case 2:
      return telephony.pressHold(deviceOf(agentId), on);
    case 3:
      return void engine.actOnContact(contact.id, { type: 'CallHelp', agentId, on });
    case 4:
    case 5:
      return void engine.supervisions.begin(supervisorId, { agentId }, mode);
    case 6:
      return void engine.supervisions.change(supervisorId, mode);
    case 7:
      return void engine.supervisions.end(supervisorId);
    case 8:
      return void engine.actOnContact(contact.id, { type: 'PauseRecording', agentId, paused: on });
    case 9:
      return void engine.actOnContact(contact.id, { type: 'AgentReleased', agentId });
    case 10:
      return telephony.hangUpCitizen(contact.arrival.channelId);
    default:
      if (random() < 0.5) return;
      world.kill();
      await world.runUntil(world.clock.nowMs() + exponentialMs(random, 2_000));
      return world.start();
  }
}

/** What is wrong with a talk once everything asked for has been done. */
function faultOf(world: World, contact: Contact): string | undefined {
  const { stage, arrival } = contact;
  if (stage.at !== 'talking') return undefined;
  const channels = new Map(world.telephony.channels().map((one) => [one.channelId, one]));
  const { talk } = stage;
  const held = isHeld(talk);
  if (world.telephony.hearsMusic(arrival.channelId) !== held)
    return `music ${held ? 'is missing' : 'stayed on'}`;
  if ((channels.get(arrival.channelId)?.bridgeId === talk.bridgeId) === held)
    return held ? 'held and in the talk' : 'in no talk';
  const agent = world.engine.agents().find(({ id }) => id === talk.agentId);
  if (agent?.activity.is !== 'talking' || agent.activity.held !== held) return 'the agent believes otherwise';
  return undefined;
}

/** Ears and supervisors' legs that no supervision knows; paused recordings that are listened to. */
function strayOf(world: World): string | undefined {
  const known = world.engine.supervisions.all();
  const there = world.telephony.channels().filter(({ supervises }) => supervises);
  const legs = new Set<string>(known.map(({ supervision }) => supervision.supervisionId));
  const ears = there.filter(({ deviceId }) => deviceId === null);
  for (const { channelId, deviceId } of there)
    if (deviceId !== null && !legs.has(channelId)) return `a supervisor's leg is left: ${channelId}`;
  for (const { talk, supervision } of known) {
    const own = ears.filter(({ channelId }) => channelId.endsWith(supervision.supervisionId));
    const wanted = supervision.answered && talk.recording !== 'paused' ? 1 : 0;
    if (own.length !== wanted) return `${own.length} ears, not ${wanted}`;
  }
  return ears.length > known.length ? 'an ear is left' : undefined;
}

async function wildDay(site: Site, seed: number): Promise<{ world: World; fault: string | undefined }> {
  const random = createRandom(seed);
  const world = createWorld({ site, startMs, promptMs: () => 2_000 });
  for (const agentId of everybody) {
    world.telephony.setReachable(deviceOf(agentId), true);
    world.telephony.setHabit(deviceOf(agentId), { does: 'answer', afterMs: 1_000, talkMs: 120_000 });
  }
  await world.start();
  for (const agentId of agentIds) world.signIn(agentId, deviceOf(agentId));
  for (const agentId of supervisorIds) {
    const deviceId = deviceOf(agentId);
    world.engine.actOnAgent(agentId, { type: 'SignIn', deviceId, reachable: true, by: 'agent' });
  }
  for (let n = 0; n < 120; n += 1) {
    if (talks(world).length < 2)
      world.telephony.call({ ani: `0311000${String(n).padStart(4, '0')}`, dnis: '12345', patienceMs: null });
    for (const agentId of agentIds) world.engine.actOnAgent(agentId, { type: 'GoReady', by: 'agent' });
    for (let acts = 0; acts < 3; acts += 1) await act(world, random);
    await world.runUntil(world.clock.nowMs() + 500 + exponentialMs(random, 4_000));
    const fault = talks(world)
      .map((contact) => faultOf(world, contact))
      .find((one) => one !== undefined);
    const wrong = fault ?? strayOf(world);
    if (wrong !== undefined) return { world, fault: `act ${n}: ${wrong}` };
  }
  for (const agentId of agentIds) world.telephony.pressHold(deviceOf(agentId), false);
  await world.runUntil(world.clock.nowMs() + 3_600_000);
  return { world, fault: undefined };
}

t.test(
  'whatever is pressed in whatever order, nobody is lost, left to music or left listened to',
  async (t) => {
    const site = await demoSite();
    const seen: Record<string, number> = {};
    for (const seed of seeds) {
      const { world, fault } = await wildDay(site, seed);
      const facts = world.journal.flatMap((entry) => entry.facts.map(({ type }) => type));
      for (const type of facts) seen[type] = (seen[type] ?? 0) + 1;
      const count = (type: string) => facts.filter((one) => one === type).length;
      t.equal(fault, undefined, `seed ${seed}`);
      t.same(world.faults, [], `seed ${seed}: no fault`);
      t.equal(count('ContactArrived'), count('ContactEnded'), `seed ${seed}: every citizen accounted for`);
      t.equal(count('SupervisionStarted'), count('SupervisionEnded'), `seed ${seed}: each supervision ended`);
      t.same(world.telephony.channels(), [], `seed ${seed}: no channel left`);
      const stuck = world.engine
        .agents()
        .filter(({ activity, ownCalls }) => activity.is === 'talking' || ownCalls.length > 0);
      t.same(stuck, [], `seed ${seed}: nobody stuck`);
    }
    for (const type of [
      'ContactHeld',
      'HelpAsked',
      'HelpOver',
      'SupervisionStarted',
      'SupervisionModeChanged',
    ])
      t.ok((seen[type] ?? 0) > 50, `${type} happened: ${seen[type]}`);
  },
);
