// The link to the telephony node: up, down, sick; and the comparison of our state with what the node really has.
import type { ChannelId, DeviceId, NodeId } from '../contact/ids.js';
import type { Agents } from './agents.js';
import type { Contacts } from './contacts.js';
import type { ArrivalSeen, Clock, Log, NodeSnapshot, Telephony, TelephonyEvent, Timers } from './ports.js';
import { reconcile, type Asked, type ReconcileScope } from './reconcile.js';
import type { RunQueue } from './run-queue.js';
import type { SiteJournal } from './site-journal.js';

/** What the link needs. */
export interface NodeLinkParts {
  readonly node: NodeId;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly telephony: Telephony;
  readonly runQueue: RunQueue;
  readonly contacts: Contacts;
  readonly agents: Agents;
  readonly siteJournal: SiteJournal;
  readonly log: Log;
  /** Calls of agents to the service itself make nobody busy. */
  readonly isFeatureCall: (channelId: ChannelId) => boolean;
  readonly arrive: (seen: ArrivalSeen) => void;
  /** The node is whole again, or another service took over. */
  readonly onState: (state: NodeState) => void;
  /** Every state has been compared with the node. */
  readonly onCompared: () => void;
}

export type NodeState = 'connected' | 'disconnected' | 'sick' | 'replaced';

/** Events about the link itself. */
export type LinkEvent = Extract<
  TelephonyEvent,
  { type: 'connected' | 'disconnected' | 'replaced' | 'sick' | 'well' }
>;

/** The link to the node. */
export interface NodeLink {
  take(event: LinkEvent): void;
  state(): NodeState;
  /** The run of Asterisk we are connected to. */
  bootId(): string;
  isReachable(deviceId: DeviceId): boolean;
  phoneSeen(deviceId: DeviceId, reachable: boolean): void;
  /** Compares now, outside the routine. */
  compare(): void;
  start(): void;
  stop(): void;
}

/** A routine comparison every minute: nothing trusts that it heard everything. */
const compareEveryMs = 60_000;
const normalClearing = 16;

/** A link, disconnected until telephony says otherwise. */
export function createNodeLink(parts: NodeLinkParts): NodeLink {
  const { clock, timers, telephony, runQueue, contacts, agents, siteJournal, log, node } = parts;
  const reachable = new Set<DeviceId>();
  /** For each look under way, the phones that came or went since it began. */
  const looks = new Set<Map<DeviceId, boolean>>();
  let state: NodeState = 'disconnected';
  let lostAtMs: number | null = null;
  let boot = '';
  let stopped = false;

  function take(event: LinkEvent): void {
    switch (event.type) {
      case 'connected':
        return connected(event.snapshot);
      case 'disconnected':
      case 'replaced':
        return lost(event.type);
      case 'sick':
        enter('sick');
        return siteJournal.raise('nodeSick', node);
      case 'well':
        enter('connected');
        return siteJournal.clear('nodeSick', node);
    }
  }

  function enter(next: NodeState): void {
    state = next;
    parts.onState(next);
  }

  function connected(snapshot: NodeSnapshot): void {
    boot = snapshot.bootId;
    if (lostAtMs !== null) {
      const toMs = clock.nowMs();
      siteJournal.note({ type: 'PartBack', part: 'asterisk', awayMs: toMs - lostAtMs });
      siteJournal.note({ type: 'DataGap', fromMs: lostAtMs, toMs, part: 'asterisk' });
      lostAtMs = null;
    }
    siteJournal.clear('nodeSick', node);
    enter('connected');
    apply(snapshot, 'all');
    parts.onCompared();
  }

  function lost(how: 'disconnected' | 'replaced'): void {
    if (state === how) return;
    if (lostAtMs === null) {
      lostAtMs = clock.nowMs();
      siteJournal.note({ type: 'PartLost', part: 'asterisk', reason: how });
    }
    enter(how);
  }

  async function compare(): Promise<void> {
    if (state !== 'connected') return;
    const asked = { contacts: contacts.all(), agents: agents.all() };
    const phonesSince = new Map<DeviceId, boolean>();
    looks.add(phonesSince);
    try {
      const snapshot = await telephony.snapshot();
      const listed = snapshot.reachableDevices.filter((deviceId) => phonesSince.get(deviceId) !== false);
      const came = [...phonesSince].flatMap(([deviceId, isUp]) => (isUp ? [deviceId] : []));
      const reachableDevices = [...new Set([...listed, ...came])];
      runQueue.post(() => apply({ ...snapshot, reachableDevices }, 'mismatches', asked));
    } catch (error) {
      log.warn({ error: String(error) }, 'no snapshot of the node');
    } finally {
      looks.delete(phonesSince);
    }
  }

  function apply(snapshot: NodeSnapshot, scope: ReconcileScope, asked?: Asked): void {
    reachable.clear();
    for (const deviceId of snapshot.reachableDevices) reachable.add(deviceId);
    const channels = snapshot.channels.filter(({ channelId }) => !parts.isFeatureCall(channelId));
    const difference = reconcile(contacts.all(), agents.all(), { ...snapshot, channels }, scope, asked);
    for (const { id, signal } of difference.contacts) contacts.step(id, signal);
    for (const { id, signal } of difference.agents) agents.step(id, signal);
    for (const arrival of difference.arrivals) parts.arrive(arrival);
    for (const channelId of difference.strayChannels) clearAway(telephony.hangUp(channelId, normalClearing));
    for (const bridgeId of difference.strayBridges) clearAway(telephony.dropBridge(bridgeId));
  }

  function clearAway(promise: Promise<void>): void {
    promise.catch((error: unknown) =>
      log.warn({ error: String(error) }, 'a stray could not be cleared away'),
    );
  }

  function routine(): void {
    if (stopped) return;
    void compare();
    timers.at(clock.nowMs() + compareEveryMs, routine);
  }

  return {
    take,
    state: () => state,
    bootId: () => boot,
    isReachable: (deviceId) => reachable.has(deviceId),
    phoneSeen(deviceId, isUp) {
      for (const phonesSince of looks) phonesSince.set(deviceId, isUp);
      if (isUp) reachable.add(deviceId);
      else reachable.delete(deviceId);
    },
    compare: () => void compare(),
    start: () => void timers.at(clock.nowMs() + compareEveryMs, routine),
    stop() {
      stopped = true;
    },
  };
}
