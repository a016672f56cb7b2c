// The ordinary call on real parts: queued at arrival, rung under the greeting, joined, recorded, journaled.
import { join } from 'node:path';
import t from 'tap';
import { heard, toneRatio } from '../phones/audio.js';
import { readWav } from '../phones/wav.js';
import { startStation } from './station.js';

const station = await startStation({
  portBase: 18100,
  sipPort: 18110,
  rtpStart: 18200,
  policies: [['wrapUp: 60s', 'wrapUp: 1s']],
});
t.teardown(() => station.close());

t.test('a citizen and an agent talk; each hears the other, and the recording holds both', async (t) => {
  const seat = await station.seat('1001');
  const citizen = await station.citizen('0001');
  const call = await citizen.call('12345');
  const ringing = await seat.phone.incoming();
  const rangAtMs = Date.now();
  await call.untilUp();
  const connected = await station.until(
    'AgentConnected',
    async () => (await station.facts('AgentConnected'))[0],
    15_000,
  );
  const [notice] = await station.facts('NoticeHeard');
  t.ok(notice !== undefined && rangAtMs < notice.atMs, 'the phone rings under the greeting');
  t.ok(connected.atMs - (notice?.atMs ?? 0) <= 500, 'joined within 0.5 s of the notice');

  // The 工号 is spoken at the joining; the tones are judged after it.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  const window = { fromMs: Date.now() - 1_500, toMs: Date.now() };
  t.ok(heard(call, { hz: 700, ...window }) > 0.9, 'the citizen hears the agent');
  t.ok(heard(ringing, { hz: 500, ...window }) > 0.9, 'the agent hears the citizen');
  t.ok(heard(call, { hz: 500, ...window }) < 0.1, 'and not himself');

  await ringing.hangUp();
  await call.untilEnded();
  const [recording] = await station.facts('RecordingStarted');
  const wav = await readWav(join(station.home, 'recordings', String(recording?.['file'])));
  const tail = wav.channels[0]!.subarray(-8_000 * 4, -8_000 * 2);
  t.ok(toneRatio(tail, 500) > 0.3 && toneRatio(tail, 700) > 0.3, 'both are in the recording');
  const ended = await station.until('ContactEnded', async () => (await station.facts('ContactEnded'))[0]);
  t.match(ended, { by: 'agent', reason: 'agentReleased' });
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
});
