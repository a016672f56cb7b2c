// What state and node disagree about, and nothing else, is put right.
import t from 'tap';
import { newAgent } from '../../src/contact/agent-life.js';
import type { Agent } from '../../src/contact/agent.js';
import { newContact } from '../../src/contact/contact-life.js';
import type { Arrival, Contact, Stage } from '../../src/contact/contact.js';
import type {
  AgentId,
  BridgeId,
  ChannelId,
  ContactId,
  DeviceId,
  OfferId,
  SupervisionId,
} from '../../src/contact/ids.js';
import type { ArrivalSeen, NodeSnapshot, SeenChannel } from '../../src/engine/ports.js';
import { reconcile } from '../../src/engine/reconcile.js';

const citizen = '1700000000.1' as ChannelId;
const offerId = '00000000-0000-7000-8000-000000000001' as OfferId;
const legId = offerId as string as ChannelId;
const agentId = '1001' as AgentId;
const deviceId = 'd1001' as DeviceId;

const arrival = { channelId: citizen, bootId: 'boot-1', entryId: '12345' } as Arrival;
const cursor = { flowId: '12345', siteVersion: 'v', nodeId: 'line', tries: 0, digits: '', keys: 0 } as never;
const talking: Stage = {
  at: 'talking',
  cursor,
  talk: {
    offerId,
    agentId,
    deviceId,
    legId,
    bridgeId: offerId as string as BridgeId,
    connectedAtMs: 0,
    heldBy: [],
    heldSinceMs: null,
    recording: 'on',
    helpSinceMs: null,
    supervision: null,
  },
};
const contact = (stage: Stage): Contact => ({ ...newContact('c1' as ContactId, arrival), stage });

const seenArrival = { channelId: citizen, dnis: '12345' } as ArrivalSeen;
const seen = (channelId: ChannelId, more: Partial<SeenChannel> = {}): SeenChannel => ({
  channelId,
  offerId: null,
  up: true,
  bridgeId: null,
  deviceId: null,
  supervises: false,
  arrival: null,
  ...more,
});
const bridgeId = offerId as string as BridgeId;
const joined = [
  seen(citizen, { bridgeId, arrival: seenArrival }),
  seen(legId, { offerId, bridgeId, deviceId }),
];
const node = (channels: readonly SeenChannel[], more: Partial<NodeSnapshot> = {}): NodeSnapshot => ({
  node: 'n1' as never,
  bootId: 'boot-1',
  channels,
  bridges: [{ bridgeId, channelIds: channels.map(({ channelId }) => channelId) }],
  reachableDevices: [deviceId],
  ...more,
});

t.test('a talk that both agree about is left alone by the routine look', async (t) => {
  const { contacts, strayBridges, strayChannels, arrivals } = reconcile(
    [contact(talking)],
    [],
    node(joined),
    'mismatches',
  );
  t.same([contacts, strayBridges, strayChannels, arrivals], [[], [], [], []]);
});

t.test('after a start every live contact is told what is there', async (t) => {
  const { contacts } = reconcile([contact(talking)], [], node(joined), 'all');
  t.match(contacts, [
    { signal: { type: 'Resynced', citizenUp: true, leg: 'up', joined: true, nodeRestarted: false } },
  ]);
});

t.test(
  'a citizen who is gone, a leg that is gone, a talk that fell apart, another run of Asterisk: each is told',
  async (t) => {
    const told = (snapshot: NodeSnapshot) =>
      reconcile([contact(talking)], [], snapshot, 'mismatches').contacts;
    t.match(told(node(joined.slice(1))), [{ signal: { citizenUp: false } }]);
    t.match(told(node(joined.slice(0, 1))), [{ signal: { leg: 'gone' } }]);
    t.match(told(node(joined.map((one) => ({ ...one, bridgeId: null })))), [{ signal: { joined: false } }]);
    t.match(told(node(joined, { bootId: 'boot-2' })), [{ signal: { nodeRestarted: true } }]);
  },
);

t.test('a look that took its time is silent about whoever moved, came or left meanwhile', async (t) => {
  const known = contact(talking);
  const ringing: Agent = { ...newAgent(agentId, 0), deviceId, activity: { is: 'ready' } };
  const asked = { contacts: [known], agents: [ringing] };
  const look = (contacts: readonly Contact[], agents: readonly Agent[], channels: readonly SeenChannel[]) =>
    reconcile(contacts, agents, node(channels), 'mismatches', asked);
  t.equal(look([known], [], []).contacts.length, 1, 'who stood all the while is judged');
  t.same(look([{ ...known, version: 9 }], [], []).contacts, [], 'joined a moment ago');
  const came: Contact = {
    ...contact(talking),
    id: 'c2' as ContactId,
    arrival: { ...arrival, channelId: 'other' as ChannelId },
  };
  t.same(look([known, came], [], joined).contacts, [], 'a caller who came since is not gone');
  t.same(look([], [], joined.slice(0, 1)).arrivals, [], 'one who hung up and is forgotten is no new caller');
  t.same(look([known], [{ ...ringing, version: 9 }], joined).agents, []);
  t.equal(look([known], [ringing], joined).agents.length, 2);
});

t.test('calls nobody knows are taken in; legs and bridges nobody knows are cleared away', async (t) => {
  const { arrivals, strayChannels, strayBridges } = reconcile([], [], node(joined), 'all');
  t.same(arrivals, [seenArrival]);
  t.same(strayChannels, [legId]);
  t.same(strayBridges, [bridgeId]);
});

t.test('an agent who believes in a talk or a ring that is over is let go', async (t) => {
  const base: Agent = { ...newAgent(agentId, 0), deviceId, reachable: true };
  const signalsOf = (activity: Agent['activity'], live: readonly Contact[]) =>
    reconcile(live, [{ ...base, activity }], node([]), 'mismatches').agents.map(({ signal }) => signal.type);
  const talk = { is: 'talking', contactId: 'c1' as ContactId, legId, held: false } as const;
  t.ok(signalsOf(talk, []).includes('Released'));
  t.notOk(signalsOf(talk, [contact(talking)]).includes('Released'));
  t.ok(signalsOf({ is: 'ringing', offerId, contactId: 'c1' as ContactId }, []).includes('OfferClosed'));
});

t.test("the phone's own calls and its reach are read anew", async (t) => {
  const agent: Agent = { ...newAgent(agentId, 0), deviceId, activity: { is: 'ready' } };
  const own = seen('1700000000.9' as ChannelId, { deviceId });
  const { agents } = reconcile([], [agent], node([own], { reachableDevices: [] }), 'mismatches');
  t.match(agents, [
    { signal: { type: 'PhoneReachable', reachable: false } },
    { signal: { type: 'OwnCallsSeen', channelIds: [own.channelId] } },
  ]);
});

t.test('a hold and the node are compared both ways; the agent is told which is true', async (t) => {
  const held: Stage = { ...talking, talk: { ...talking.talk, heldBy: ['page'], heldSinceMs: 0 } };
  const apart = [seen(citizen), joined[1]!];
  const resynced = (stage: Stage, channels: readonly SeenChannel[]) =>
    reconcile([contact(stage)], [], node(channels), 'mismatches').contacts.length;
  t.equal(resynced(held, apart), 0, 'held, and out of the bridge');
  t.equal(resynced(held, joined), 1, 'held, and yet in it');
  t.equal(resynced(talking, apart), 1, 'not held, and yet out of it');
  const activity = { is: 'talking', contactId: 'c1' as ContactId, legId, held: false } as const;
  const agent: Agent = { ...newAgent(agentId, 0), deviceId, activity };
  const { agents } = reconcile([contact(held)], [agent], node(apart), 'mismatches');
  t.ok(agents.some(({ signal }) => signal.type === 'Held' && signal.held));
});

t.test('a supervision is known to a routine look, and cleared away after a start', async (t) => {
  const supervisionId = '00000000-0000-7000-8000-000000000002' as SupervisionId;
  const supervisorId = '1009' as AgentId;
  const device = 'd1009' as DeviceId;
  const supervision = {
    supervisionId,
    supervisorId,
    deviceId: device,
    mode: 'listen',
    answered: true,
  } as const;
  const supervised: Stage = {
    ...talking,
    talk: { ...talking.talk, supervision: { ...supervision, sinceMs: 0, ears: 2 } },
  };
  const sup = supervisionId as string as ChannelId;
  const ear = (n: number) => seen(`ear${n}-${supervisionId}` as ChannelId, { supervises: true });
  const channels = [...joined, seen(sup, { supervises: true, deviceId: device }), ear(1), ear(2)];
  const bridges = [bridgeId, sup as string as BridgeId].map((id) => ({ bridgeId: id, channelIds: [] }));
  const supervisor: Agent = { ...newAgent(supervisorId, 0), deviceId: device, activity: { is: 'ready' } };
  const look = (scope: 'all' | 'mismatches', there: readonly SeenChannel[] = channels) =>
    reconcile([contact(supervised)], [supervisor], node(there, { bridges }), scope);
  const routine = look('mismatches');
  t.same(routine.contacts, []);
  t.same(routine.strayChannels, [ear(1).channelId], 'only the former ear');
  t.same(routine.strayBridges, []);
  t.ok(routine.agents.some(({ signal }) => signal.type === 'OwnCallsSeen' && signal.channelIds[0] === sup));
  t.match(look('mismatches', joined).contacts, [{ signal: { type: 'Resynced', supervised: undefined } }]);
  const started = look('all');
  t.same(started.strayChannels, [sup, ear(1).channelId, ear(2).channelId]);
  t.same(started.strayBridges, [sup]);
  t.match(started.contacts, [{ signal: { type: 'Resynced', supervised: undefined } }]);
  t.ok(started.agents.some(({ signal }) => signal.type === 'OwnCallsSeen' && signal.channelIds.length === 0));
});
