// Our ARI client beside ari-client on a real Asterisk: the same SIP call gives both the same events and the same facts.

import ariClient, { type ReferenceClient } from 'ari-client';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createAriClient, type AriClient } from '../../src/adapters/asterisk/ari-client.js';
import { isGone } from '../../src/adapters/asterisk/ari-rest.js';
import { phoneEndpoint, type DialEndpoint } from '../../src/adapters/asterisk/dial-endpoint.js';
import type { DeviceId } from '../../src/contact/ids.js';
import type { AriEvent } from '../../src/adapters/asterisk/ari-types.js';
import { startBareAsterisk } from '../asterisk-instance.js';

const PORTS = { base: 14440, rtpStart: 16200 };
const CALLER_SIP_PORT = 14455;
const CALLER_RTP_PORT = 16290;

/** What Asterisk sends to every client; the product filters the first two away. */
const NOT_COMPARED = new Set([
  'ChannelVarset',
  'ChannelDialplan',
  'StasisStart',
  'StasisEnd',
  'ApplicationRegistered',
]);

const EVENT_TYPES = [
  ...[
    'StasisStart',
    'StasisEnd',
    'Dial',
    'PlaybackStarted',
    'PlaybackContinuing',
    'PlaybackFinished',
    'BridgeCreated',
  ],
  ...[
    'BridgeDestroyed',
    'BridgeMerged',
    'ChannelCreated',
    'ChannelDestroyed',
    'ChannelEnteredBridge',
    'ChannelLeftBridge',
  ],
  ...[
    'ChannelStateChange',
    'ChannelCallerId',
    'ChannelConnectedLine',
    'ChannelHangupRequest',
    'ChannelDtmfReceived',
  ],
  ...['ChannelHold', 'ChannelUnhold', 'ChannelTalkingStarted', 'ChannelTalkingFinished'],
];

/** The verbs of the call, as either client spells them. */
interface Driver {
  answer(channelId: string): Promise<unknown>;
  play(channelId: string, playbackId: string): Promise<unknown>;
  createBridge(bridgeId: string): Promise<unknown>;
  originate(channelId: string): Promise<unknown>;
  join(bridgeId: string, channelIds: readonly string[]): Promise<unknown>;
  part(bridgeId: string, channelId: string): Promise<unknown>;
  hangup(channelId: string): Promise<unknown>;
  destroyBridge(bridgeId: string): Promise<unknown>;
}

const MEDIA = ['sound:blip', 'sound:blip'];

const driverOfOurs = ({ channels, bridges }: AriClient): Driver => ({
  answer: channels.answer,
  play: (channelId, playbackId) => channels.play(channelId, playbackId, MEDIA, 'en'),
  createBridge: (bridgeId) => bridges.create(bridgeId),
  originate: (channelId) =>
    channels.originate({
      channelId,
      // The other side of it answers by itself; the service rings phones and trunks alone.
      endpoint: 'Local/100@echo' as DialEndpoint,
      appArgs: 'leg',
      callerId: '"x" <100>',
      ringTimeoutMs: 8_000,
    }),
  join: bridges.addChannels,
  part: (bridgeId, channelId) => bridges.removeChannels(bridgeId, [channelId]),
  hangup: (channelId) => channels.hangup(channelId),
  destroyBridge: bridges.destroy,
});

const driverOfReference = ({ channels, bridges }: ReferenceClient): Driver => ({
  answer: (channelId) => channels.answer({ channelId }),
  play: (channelId, playbackId) =>
    channels.playWithId({ channelId, playbackId, media: MEDIA.join(','), lang: 'en' }),
  createBridge: (bridgeId) => bridges.createWithId({ bridgeId, type: 'mixing,dtmf_events' }),
  originate: (channelId) =>
    channels.originateWithId({
      channelId,
      endpoint: 'Local/100@echo',
      app: 'conformance',
      appArgs: 'leg',
      callerId: '"x" <100>',
      timeout: 8,
    }),
  join: (bridgeId, channelIds) =>
    bridges.addChannel({
      ...{ bridgeId, channel: channelIds.join(',') },
      inhibitConnectedLineUpdates: true,
    }),
  part: (bridgeId, channelId) => bridges.removeChannel({ bridgeId, channel: channelId }),
  hangup: (channelId) => channels.hangup({ channelId, reason_code: '16' }),
  destroyBridge: (bridgeId) => bridges.destroy({ bridgeId }),
});

/** Events as they come, and a wait for the first that fits. */
class EventLog {
  readonly events: AriEvent[] = [];

  readonly add = (event: object) => void this.events.push(structuredClone(event) as AriEvent);

  async find(type: string, fits: (text: string) => boolean = () => true): Promise<AriEvent> {
    for (let tries = 0; tries < 1_000; tries += 1) {
      const found = this.events.find((event) => event.type === type && fits(JSON.stringify(event)));
      if (found) return found;
      await sleep(5);
    }
    throw new Error(`${type} never came; came: ${this.events.map((event) => event.type).join(' ')}`);
  }
}

function dialIn(sipPort: number) {
  const addresses = [
    '-i',
    '127.0.0.1',
    '-p',
    String(CALLER_SIP_PORT),
    '-mi',
    '127.0.0.1',
    '-mp',
    String(CALLER_RTP_PORT),
  ];
  const caller = spawn(
    'sipp',
    ['-sn', 'uac', '-s', '12345', '-m', '1', '-d', '20000', ...addresses, `127.0.0.1:${sipPort}`],
    { stdio: 'ignore' },
  );
  return { hangUp: () => caller.kill('SIGKILL') };
}

/** One call from INVITE to the end; `midway` looks at it while both legs talk. Returns its ids by their parts. */
async function runCall(
  driver: Driver,
  log: EventLog,
  midway: (ids: Record<string, string>) => Promise<void>,
) {
  const started = await log.find('StasisStart', (text) => text.includes('"args":["12345"]'));
  if (started.type !== 'StasisStart') throw new Error('no StasisStart');
  const caller = started.channel.id;
  const [playback, bridge, leg] = [randomUUID(), randomUUID(), randomUUID()];
  await driver.answer(caller);
  await driver.play(caller, playback);
  await log.find('PlaybackFinished');
  await driver.createBridge(bridge);
  await driver.originate(leg);
  await log.find('StasisStart', (text) => text.includes('"args":["leg"]'));
  await driver.join(bridge, [caller, leg]);
  await log.find('ChannelEnteredBridge', (text) => text.includes(`"id":"${leg}"`));
  await midway({ caller, leg, bridge });
  await driver.part(bridge, caller);
  await log.find('ChannelLeftBridge', (text) => text.includes(`"id":"${caller}"`));
  await driver.hangup(leg);
  await log.find('ChannelDestroyed', (text) => text.includes(`"id":"${leg}"`));
  await driver.destroyBridge(bridge);
  await driver.hangup(caller);
  await log.find('StasisEnd', (text) => text.includes(`"id":"${caller}"`));
  return { caller, leg, bridge, playback };
}

/** An event as text, without the one member that differs between two applications. */
const asText = ({ application: _application, ...event }: AriEvent) =>
  JSON.stringify(event, Object.keys(flatten(event)).sort());

/** Every member name in `value`, at any depth: the replacer list that gives both texts one order. */
function flatten(value: unknown, names: Record<string, true> = {}): Record<string, true> {
  if (Array.isArray(value)) value.forEach((item) => flatten(item, names));
  else if (value !== null && typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) {
      names[name] = true;
      flatten(member, names);
    }
  }
  return names;
}

/** What an object of the reference client holds beside its own machinery. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  const members = Object.entries(Object(value) as object);
  return Object.fromEntries(
    members.filter(([name, member]) => !name.startsWith('_') && typeof member !== 'function'),
  );
}

/** How often each type came for each part of the call. */
function countByPart(events: readonly AriEvent[], ids: Record<string, string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    if (['ChannelVarset', 'ChannelDialplan', 'ApplicationRegistered'].includes(event.type)) continue;
    const text = JSON.stringify(event);
    const parts = Object.keys(ids).filter((part) => text.includes(`"${ids[part]}"`));
    if (parts.length > 0)
      counts[`${event.type} ${parts.join('+')}`] = (counts[`${event.type} ${parts.join('+')}`] ?? 0) + 1;
  }
  return counts;
}

t.test('one SIP call through both clients', async (t) => {
  const asterisk = await startBareAsterisk(PORTS);
  t.teardown(() => asterisk.stop());
  const { baseUrl, user, password } = asterisk.ari;
  const origin = new URL(baseUrl).origin;

  const ours = createAriClient({ ...asterisk.ari, app: 'conformance' });
  const oursLog = new EventLog();
  const told: string[] = [];
  ours.connect({
    onConnected: async () => void told.push(`connected, ${(await ours.channels.list()).length} channels`),
    onEvent: oursLog.add,
    onDisconnected: () => told.push('disconnected'),
    onReplaced: () => told.push('replaced'),
    onSick: () => told.push('sick'),
    onWell: () => told.push('well'),
    onTrouble: (error) => told.push(error.message),
  });
  t.teardown(() => ours.close());
  while (told.length === 0) await sleep(10);

  const reference = await ariClient.connect(origin, user, password);
  const referenceLog = new EventLog();
  for (const type of EVENT_TYPES) reference.on(type, referenceLog.add);
  await reference.start('reference', true);
  t.teardown(() => reference.stop());

  const caller = dialIn(asterisk.sipPort);
  t.teardown(() => caller.hangUp());
  const ids = await runCall(driverOfOurs(ours), oursLog, async ({ caller: channelId = '', bridge = '' }) => {
    await ours.channels.setVariables(channelId, { YIHAO_CONTACT: { value: '一号', report_events: true } });
    t.same(
      plain(await reference.channels.get({ channelId })),
      await ours.channels.get(channelId),
      'the channel',
    );
    t.same(plain(await reference.channels.list()), await ours.channels.list(), 'the channels');
    t.same(plain(await reference.bridges.list()), await ours.bridges.list(), 'the bridges');
    t.same(plain(await reference.endpoints.list()), await ours.endpoints.list(), 'the endpoints');
    const variable = 'CHANNEL(pjsip,call-id)';
    t.same(
      await reference.channels.getChannelVar({ channelId, variable }),
      await ours.channels.getVariable(channelId, variable),
    );

    const channel = await ours.channels.get(channelId);
    t.match(channel, { state: 'Up', name: /^PJSIP\/caller-/, channelvars: { YIHAO_CONTACT: '一号' } });
    const { bridge_type, technology, channels } = await ours.bridges.get(bridge);
    t.same([bridge_type, technology, channels.length], ['mixing', 'simple_bridge', 2]);
    t.ok(channels.includes(channelId));
    t.type((await ours.channels.rtpStatistics(channelId)).txcount, 'number');
    await ours.channels.mute(channelId, 'in');
    await ours.channels.unmute(channelId, 'in');
  });
  caller.hangUp();
  await sleep(200);

  t.test('each event of ours came to the other as well, word for word', async (t) => {
    const compared = oursLog.events.filter((event) => !NOT_COMPARED.has(event.type));
    const theirs = new Set(referenceLog.events.map(asText));
    t.ok(compared.length > 15, `${compared.length} events`);
    t.same(
      compared.map(asText).filter((text) => !theirs.has(text)),
      [],
    );
    t.ok(
      compared.some((event) => 'channel' in event && event.channel?.channelvars?.YIHAO_CONTACT === '一号'),
    );
    t.equal(
      oursLog.events.some((event) => event.type === 'ChannelVarset'),
      false,
      'the filter works',
    );
  });

  t.test('the same call driven by the other gives the same events', async (t) => {
    await ours.close();
    const second = await ariClient.connect(origin, user, password);
    const log = new EventLog();
    for (const type of EVENT_TYPES) second.on(type, log.add);
    await second.start('conformance');
    const again = dialIn(asterisk.sipPort);
    const secondIds = await runCall(driverOfReference(second), log, async () => undefined);
    again.hangUp();
    await sleep(100);
    second.stop();
    const counts = countByPart(oursLog.events, ids);
    t.ok(Object.keys(counts).length > 10, `${Object.keys(counts).length} kinds`);
    t.same(counts, countByPart(log.events, secondIds));
  });

  t.same(told, ['connected, 0 channels'], 'and nothing else was told');
});

t.test('Asterisk refusing, frozen, killed: the client says so and comes back', async (t) => {
  const asterisk = await startBareAsterisk(PORTS);
  t.teardown(() => asterisk.stop());
  const quick = { deadlineMs: 500, pingEveryMs: 300, probeEveryMs: 520, backoffMaxMs: 200 };
  const client = createAriClient({ ...asterisk.ari, ...quick, app: 'conformance' });
  t.teardown(() => client.close());
  const told: string[] = [];
  const next = async (word: string, from: number) => {
    for (let tries = 0; told.indexOf(word, from) < 0; tries += 1) {
      if (tries > 1_000) throw new Error(`${word} never came: ${told.join(' ')}`);
      await sleep(10);
    }
  };
  client.connect({
    onConnected: async () => {
      await client.channels.list();
      told.push('connected');
    },
    onEvent: (event) => told.push(event.type),
    onDisconnected: () => told.push('disconnected'),
    onReplaced: () => told.push('replaced'),
    onSick: () => told.push('sick'),
    onWell: () => told.push('well'),
    onTrouble: () => undefined,
  });
  await next('connected', 0);

  await t.rejects(client.channels.get('no-such-channel'), {
    code: 'ARI_REFUSED',
    details: { status: 404, message: 'Channel not found' },
  });
  t.ok(await client.channels.hangup('no-such-channel').then(() => false, isGone));
  const unregistered = {
    channelId: randomUUID(),
    endpoint: phoneEndpoint('nobody' as DeviceId),
    ringTimeoutMs: 1_000,
  };
  await t.rejects(client.channels.originate(unregistered), { code: 'ARI_REFUSED' });
  const wrong = createAriClient({ ...asterisk.ari, password: 'wrong', app: 'x' });
  await t.rejects(wrong.channels.list(), { code: 'ARI_REFUSED', details: { status: 401 } });
  await wrong.close();

  const frozen = told.length;
  await asterisk.signal('SIGSTOP');
  await next('sick', frozen);
  const thawed = told.length;
  await asterisk.signal('SIGCONT');
  await next('well', thawed);
  await next('connected', thawed);
  t.same([...new Set(told)].sort(), ['connected', 'disconnected', 'sick', 'well']);

  const killed = told.length;
  const killedMs = performance.now();
  await asterisk.signal('SIGKILL');
  await next('disconnected', killed);
  t.ok(performance.now() - killedMs < 500, 'noticed at once');
  await asterisk.restart();
  await next('connected', killed);
  t.comment(`connected again ${Math.round(performance.now() - killedMs)} ms after the kill`);
  t.same(await client.channels.list(), []);

  // A start that took longer than three probes was told as sickness, and its end comes by the next probe.
  if (told.includes('sick', killed)) await next('well', killed);
  const rivalled = told.length;
  const rival = createAriClient({ ...asterisk.ari, app: 'conformance' });
  const nothing = () => undefined;
  rival.connect({
    onConnected: async () => undefined,
    onEvent: nothing,
    onDisconnected: nothing,
    onReplaced: nothing,
    onSick: nothing,
    onWell: nothing,
    onTrouble: nothing,
  });
  await next('replaced', rivalled);
  await t.rejects(client.channels.answer('x'), { code: 'ARI_UNAVAILABLE' });
  await sleep(300);
  await rival.close();
  t.same(told.slice(rivalled), ['replaced', 'disconnected'], 'who was replaced stays away');
});
