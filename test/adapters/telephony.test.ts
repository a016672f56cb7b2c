// The end of a talk over an ARI that refuses or hangs: whatever goes wrong on the way, the bridge is taken down. And when a leg is over.
import t from 'tap';
import type { AriClient, AriHandlers } from '../../src/adapters/asterisk/ari-client.js';
import type { AriEvent } from '../../src/adapters/asterisk/ari-types.js';
import {
  createAsteriskTelephony,
  type AsteriskTelephonyParts,
} from '../../src/adapters/asterisk/telephony.js';
import type { BridgeId, ChannelId, PlayId } from '../../src/contact/ids.js';
import type { TelephonyEvent } from '../../src/engine/ports.js';
import { AppError } from '../../src/errors.js';

const bridgeId = 'bridge' as BridgeId;
const [citizen, leg] = ['citizen', 'leg'] as ChannelId[] as [ChannelId, ChannelId];
const refused = (status: number) => new AppError('ARI_REFUSED', { status });

/** Telephony over verbs that note what is asked of them; those named in `faults` fail. */
function telephonyOver(faults: { readonly stop?: AppError; readonly remove?: AppError }) {
  const asked: string[] = [];
  const verb = (name: string, fault?: AppError) => async (id: string) => {
    asked.push(`${name} ${id}`);
    if (fault !== undefined) throw fault;
  };
  const ari = {
    channels: {
      play: async (_channelId: string, playId: string) => verb('play')(playId),
      startMoh: verb('music'),
    },
    playbacks: { stop: verb('stop', faults.stop) },
    bridges: { removeChannels: verb('remove', faults.remove), destroy: verb('destroy') },
  };
  const parts = {
    ari: ari as unknown as AriClient,
    media: { resolve: () => ({ media: ['sound:x'], durationMs: 1_000 }) },
    accounts: () => [],
  };
  return { asked, telephony: createAsteriskTelephony(parts as unknown as AsteriskTelephonyParts) };
}

const announcement = { bridgeId, citizen, leg, playId: 'p' as PlayId, prompts: [{ id: 'agent.number' }] };

t.test(
  'what was being said is stopped, the citizen taken out, the bridge destroyed, in this order',
  async (t) => {
    const { asked, telephony } = telephonyOver({});
    await telephony.announce(announcement);
    await telephony.part(bridgeId, citizen);
    await telephony.part(bridgeId, citizen);
    t.same(asked, [
      'play p.0',
      'play p.1',
      'stop p.0',
      'stop p.1',
      'remove bridge',
      'destroy bridge',
      'remove bridge',
      'destroy bridge',
    ]);
  },
);

t.test('a prompt that ended just now (409) holds up neither the end of a talk nor its hold', async (t) => {
  const { asked, telephony } = telephonyOver({ stop: refused(409) });
  await telephony.announce(announcement);
  await telephony.hold(bridgeId, citizen, true);
  t.same(asked.slice(-2), ['remove bridge', 'music citizen']);
  await telephony.announce(announcement);
  await telephony.part(bridgeId, citizen);
  t.same(asked.slice(-2), ['remove bridge', 'destroy bridge']);
});

t.test(
  'he is in no such bridge: it is destroyed; nothing answers: that is told, and it is destroyed',
  async (t) => {
    const absent = telephonyOver({ remove: refused(422) });
    await absent.telephony.part(bridgeId, citizen);
    t.equal(absent.asked.at(-1), 'destroy bridge');
    for (const fault of [
      { stop: new AppError('ARI_UNAVAILABLE') },
      { remove: new AppError('ARI_UNAVAILABLE') },
    ]) {
      const hanging = telephonyOver(fault);
      await hanging.telephony.announce(announcement);
      await t.rejects(hanging.telephony.part(bridgeId, citizen), { code: 'ARI_UNAVAILABLE' });
      t.equal(hanging.asked.at(-1), 'destroy bridge');
    }
  },
);

t.test(
  'a leg is over as soon as its phone hangs up, if it was told to be picked up; else at its end',
  async (t) => {
    const gone = (...events: readonly object[]) => {
      let hear: AriHandlers['onEvent'] = () => undefined;
      const ari = {
        connect: (handlers: AriHandlers) => (hear = handlers.onEvent),
        application: {},
        endpoints: {},
      };
      const parts = {
        ...{ ari: ari as unknown as AriClient, ami: { onUp: () => undefined, on: () => undefined } },
        accounts: () => [],
      };
      const telephony = createAsteriskTelephony(parts as unknown as AsteriskTelephonyParts);
      const told: TelephonyEvent[] = [];
      telephony.onEvent((event) => told.push(event));
      telephony.connect();
      for (const event of events) hear(event as AriEvent);
      return told.flatMap((event) => (event.type === 'gone' ? [[event.causeCode, event.phoneLost]] : []));
    };
    const channel = {
      id: '01a21ec0-2f1a-724b-a34d-59939233ab44',
      name: 'PJSIP/d1001-1',
      state: 'Up',
      caller: {},
    };
    const pickedUp = { type: 'StasisStart', args: ['leg'], channel };
    const hungUp = { type: 'ChannelHangupRequest', channel };
    const over = (cause: number) => ({ type: 'ChannelDestroyed', cause, channel });
    t.same(gone(pickedUp, hungUp), [[16, false]], 'its BYE');
    t.same(
      gone(pickedUp, { ...hungUp, soft: true, cause: 1 }),
      [],
      'Asterisk ends it, of no RTP: a flag, no cause',
    );
    t.same(gone(pickedUp, { ...hungUp, soft: true, cause: 1 }, over(44)), [[44, true]]);
    t.same(gone(hungUp), [], 'whose 200 was overtaken by his BYE');
    t.same(gone(hungUp, over(16)), [[16, false]]);
  },
);
