// Compares what the state says should be with what Asterisk has, and names the difference. Pure.
import type { Agent, AgentSignal } from '../contact/agent.js';
import { expertCallsIn, expertThere, isConsulting, isParked } from '../contact/consult.js';
import { isHeld, type Contact, type Supervision, type Talk } from '../contact/contact.js';
import type { ContactSignal } from '../contact/contact-signals.js';
import { leadIdOf } from '../contact/contact-lead.js';
import { earOf, legOfSupervision } from '../contact/contact-supervision.js';
import type { AgentId, BridgeId, ChannelId, ContactId, OfferId } from '../contact/ids.js';
import type { ArrivalSeen, NodeSnapshot, SeenChannel } from './ports.js';

/** Everything that has to happen for state and node to agree again. */
export interface Difference {
  readonly contacts: readonly { readonly id: ContactId; readonly signal: ContactSignal }[];
  readonly agents: readonly { readonly id: AgentId; readonly signal: AgentSignal }[];
  readonly arrivals: readonly ArrivalSeen[];
  /** Legs that no offer or talk knows, citizens whose contact has ended. */
  readonly strayChannels: readonly ChannelId[];
  readonly strayBridges: readonly BridgeId[];
}

/** `all`: after a start or a reconnect every live contact is resynced. `mismatches`: a routine look touches only those that disagree. */
export type ReconcileScope = 'all' | 'mismatches';

/** What was so when the node was asked. */
export interface Asked {
  readonly contacts: readonly Contact[];
  readonly agents: readonly Agent[];
}

/**
 * The difference between state and node.
 * @param asked a node takes its time to answer, and not everything it tells is of one moment: whoever has moved since then, has come or
 * is gone, is none of this look's business. Left out, nothing can have moved.
 */
export function reconcile(
  contacts: readonly Contact[],
  agents: readonly Agent[],
  snapshot: NodeSnapshot,
  scope: ReconcileScope,
  asked: Asked = { contacts, agents },
): Difference {
  const stood = new Set<Contact | Agent>([...asked.contacts, ...asked.agents]);
  const wasKnown = new Set(asked.contacts.map(({ arrival }) => arrival.channelId));
  const seen = new Map(snapshot.channels.map((channel) => [channel.channelId, channel]));
  const live = contacts.filter((contact) => contact.stage.at !== 'ended');
  const citizens = new Map(live.map((contact) => [contact.arrival.channelId, contact]));
  const legs = new Set(live.map(legIdOf).filter((legId) => legId !== null));
  // After a start or a reconnect every supervision ends.
  const supervised = scope === 'all' ? [] : live.flatMap((contact) => supervisionIn(contact) ?? []);
  const supervisors = new Set<string>(supervised.map(({ supervisionId }) => supervisionId));
  const ears = new Set<string>(supervised.flatMap((one) => earOf(one) ?? []));
  const known = (id: string) => supervisors.has(id) || ears.has(id);
  const calls = live.flatMap(({ stage }) => expertCallsIn(stage));
  const experts = new Set<string>(calls.map(({ legId }) => legId));
  const bridges = new Set<string>([...live.flatMap(bridgesOf), ...supervisors]);
  return {
    contacts: live.flatMap((contact) =>
      stood.has(contact) ? contactSignals(contact, seen, snapshot, scope) : [],
    ),
    agents: agents.flatMap((agent) => (stood.has(agent) ? agentSignals(agent, live, snapshot, known) : [])),
    arrivals: snapshot.channels.flatMap(({ channelId, arrival }) =>
      arrival !== null && !citizens.has(channelId) && !(scope === 'mismatches' && wasKnown.has(channelId))
        ? [arrival]
        : [],
    ),
    strayChannels: snapshot.channels
      .filter(({ channelId, offerId, supervises }) =>
        supervises
          ? !known(channelId)
          : offerId !== null && !legs.has(channelId) && !citizens.has(channelId) && !experts.has(channelId),
      )
      .map(({ channelId }) => channelId),
    strayBridges: snapshot.bridges
      .map(({ bridgeId }) => bridgeId)
      .filter((bridgeId) => !bridges.has(bridgeId)),
  };
}

/** The leg of the contact's offer or talk; it names the bridge too. */
function legIdOf(contact: Contact): ChannelId | null {
  const { stage } = contact;
  if (stage.at === 'led') return leadIdOf(contact, stage.lead) as string as ChannelId;
  if (stage.at === 'calling') return stage.call.offerId as string as ChannelId;
  if (stage.at === 'talking') return stage.talk.legId;
  if (stage.at === 'expert') return stage.talk.call.legId;
  return stage.at === 'offered' ? (stage.offer.offerId as string as ChannelId) : null;
}

/** The talk's, and the one in which agent and expert talk. */
function bridgesOf(contact: Contact): readonly string[] {
  const { stage } = contact;
  if (stage.at === 'expert') return [stage.talk.bridgeId];
  const consult = stage.at === 'talking' ? stage.talk.consult : undefined;
  return [legIdOf(contact) ?? [], consult?.consultId ?? []].flat();
}

function supervisionIn({ stage }: Contact): Supervision | null {
  return stage.at === 'talking' ? stage.talk.supervision : null;
}

function contactSignals(
  contact: Contact,
  seen: ReadonlyMap<ChannelId, SeenChannel>,
  snapshot: NodeSnapshot,
  scope: ReconcileScope,
): Difference['contacts'] {
  const citizen = seen.get(contact.arrival.channelId);
  const legId = legIdOf(contact);
  const legSeen = legId === null ? undefined : seen.get(legId);
  const leg = legSeen === undefined ? 'gone' : legSeen.up ? 'up' : 'ringing';
  const joined = citizen !== undefined && citizen.bridgeId !== null && citizen.bridgeId === legSeen?.bridgeId;
  const nodeRestarted = contact.arrival.bootId !== snapshot.bootId;
  const expert = expertSeen(contact, seen);
  const supervised = scope === 'mismatches' && isSupervisorThere(contact, seen);
  if (supervised && !nodeRestarted && agrees(contact, citizen !== undefined, leg, joined, expert)) return [];
  const signal: ContactSignal = {
    type: 'Resynced',
    citizenUp: citizen !== undefined,
    leg,
    joined,
    ...(supervised && { supervised }),
    ...(expert !== undefined && { expert }),
    nodeRestarted,
  };
  return [{ id: contact.id, signal }];
}

/** A routine look: is there anything that the events should have told and did not? */
function agrees(
  { stage }: Contact,
  citizenUp: boolean,
  leg: 'gone' | 'ringing' | 'up',
  joined: boolean,
  expert: 'gone' | 'up' | undefined,
): boolean {
  // Its deadlines are short, and neither leg need be there yet.
  if (stage.at === 'calling') return true;
  if (!citizenUp) return false;
  if (stage.at === 'led' && stage.lead.phase === 'talking') return leg === 'up' && joined;
  if (stage.at === 'expert') return leg === 'up' && (joined || stage.talk.phase !== 'talking');
  if (stage.at === 'talking' && isConsulting(stage.talk))
    return leg === 'up' && expert !== 'gone' && (joined !== isParked(stage.talk) || isUnderWay(stage.talk));
  if (stage.at === 'talking') return leg === 'up' && joined !== isHeld(stage.talk);
  return true;
}

/** A consult in which parties are being moved. */
function isUnderWay({ consult }: Talk): boolean {
  return consult?.phase === 'joining' || consult?.phase === 'gathering';
}

/** The leg of the expert who has taken a consult; undefined where none has. */
function expertSeen(
  { stage }: Contact,
  seen: ReadonlyMap<ChannelId, SeenChannel>,
): 'gone' | 'up' | undefined {
  const consult = stage.at === 'talking' ? stage.talk.consult : undefined;
  const call = consult && expertThere(consult);
  if (call === undefined) return undefined;
  return seen.has(call.legId) ? 'up' : 'gone';
}

/** No supervisor is missing. Only a leg that was picked up is sure to have been there when the node was looked at. */
function isSupervisorThere(contact: Contact, seen: ReadonlyMap<ChannelId, SeenChannel>): boolean {
  const supervision = supervisionIn(contact);
  return (
    supervision === null || !supervision.answered || seen.has(legOfSupervision(supervision.supervisionId))
  );
}

function agentSignals(
  agent: Agent,
  live: readonly Contact[],
  snapshot: NodeSnapshot,
  isKnown: (id: string) => boolean,
): Difference['agents'] {
  const { id, deviceId, activity } = agent;
  if (activity.is === 'offline' || deviceId === null) return [];
  const channelIds = snapshot.channels
    .filter((channel) => channel.deviceId === deviceId && channel.offerId === null)
    .filter((channel) => !channel.supervises || isKnown(channel.channelId))
    .map(({ channelId }) => channelId);
  // Reserved for a consult his phone is taken, though it may not ring yet.
  const reserved = live.flatMap(({ stage }) =>
    expertCallsIn(stage).flatMap(({ line, legId }) =>
      'agentId' in line && line.agentId === id ? [legId] : [],
    ),
  );
  const signals: AgentSignal[] = [
    { type: 'PhoneReachable', deviceId, reachable: snapshot.reachableDevices.includes(deviceId) },
    { type: 'OwnCallsSeen', channelIds: [...channelIds, ...reserved] },
  ];
  if (activity.is === 'talking') {
    const { contactId } = activity;
    const talk = live.map(({ stage }) => stage).find((stage) => talksWith(stage, id));
    if (talk?.at !== 'talking') signals.push({ type: 'Released', contactId, interrupted: false });
    else signals.push({ type: 'Held', contactId, held: isHeld(talk.talk) });
  }
  if (activity.is === 'outbound' && !live.some((contact) => callsFor(contact, activity.offerId))) {
    signals.push({ type: 'Released', contactId: activity.contactId, interrupted: false });
  }
  if (activity.is === 'ringing' && !live.some((contact) => offersTo(contact, activity.offerId))) {
    signals.push({ type: 'OfferClosed', offerId: activity.offerId, outcome: 'failed' });
  }
  return signals.map((signal) => ({ id, signal }));
}

function talksWith(stage: Contact['stage'], agentId: AgentId): boolean {
  return stage.at === 'talking' && stage.talk.agentId === agentId;
}

function callsFor({ stage }: Contact, offerId: OfferId): boolean {
  return stage.at === 'calling' && stage.call.offerId === offerId;
}

function offersTo({ stage }: Contact, offerId: OfferId): boolean {
  return stage.at === 'offered' && stage.offer.offerId === offerId;
}
