// The ordinary call with baresip on both ends, so that none of our own code speaks SIP or hears: auto-answer, tones, hang-up.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { toneRatio } from '../phones/audio.js';
import { startBaresip } from '../phones/baresip.js';
import { headerOf } from '../phones/sip-message.js';
import { parseWav, readWav } from '../phones/wav.js';
import { startStation } from './station.js';

const station = await startStation({
  portBase: 18300,
  sipPort: 18310,
  rtpStart: 21_000,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['greeting: full', 'greeting: short'],
  ],
});
const dumps = await mkdtemp(join(tmpdir(), 'yihao-dumps-'));
t.teardown(async () => {
  await station.close();
  await rm(dumps, { recursive: true, force: true });
});

const citizenHz = 500;
const agentHz = 800;
const server = { host: '127.0.0.1', port: station.sipPort };

/** The largest share of a tone in any second of what one end heard (its decoder's dump), as the far end's voice. */
async function heardBy(folder: string, hz: number): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('dec.wav'));
  const shares = names.flatMap((name) => {
    const { channels, sampleRateHz } = parseWav(readFileSync(join(folder, name)));
    const [samples = new Int16Array()] = channels;
    return Array.from({ length: Math.floor(samples.length / sampleRateHz) }, (_unused, at) =>
      toneRatio(samples.subarray(at * sampleRateHz, (at + 1) * sampleRateHz), (hz * 8_000) / sampleRateHz),
    );
  });
  return Math.max(0, ...shares);
}

t.test(
  'a citizen’s baresip calls, an agent’s baresip answers by itself: both hear, the recording holds both',
  async (t) => {
    const folders = {
      citizen: await mkdtemp(join(dumps, 'citizen-')),
      agent: await mkdtemp(join(dumps, 'agent-')),
    };
    const agent = await startBaresip({
      user: 'd1007',
      password: await station.devicePassword('d1007'),
      server,
      toneHz: agentHz,
      dumpTo: folders.agent,
    });
    t.teardown(() => agent.close());
    await station.signIn('1007', 'd1007');
    const citizen = await startBaresip({
      user: '031100000004',
      server,
      host: '127.0.0.2',
      toneHz: citizenHz,
      dumpTo: folders.citizen,
    });
    t.teardown(() => citizen.close());

    await citizen.dial('12345');
    await citizen.untilEvent('CALL_ESTABLISHED');
    const answered = await agent.untilEvent('CALL_ESTABLISHED');
    const connected = await station.until(
      'AgentConnected',
      async () => (await station.facts('AgentConnected'))[0],
      15_000,
    );
    const [notice] = await station.facts('NoticeHeard');
    t.ok(answered.atMs < (notice?.atMs ?? 0), 'the phone answers under the greeting');
    t.ok(connected.atMs - (notice?.atMs ?? 0) <= 500, 'joined within 0.5 s of the notice');
    await sleep(7_000);

    await citizen.hangUp();
    await agent.untilEvent('CALL_CLOSED');
    const { record } = await station.closedRecord(connected.id);
    t.match(record, { endedBy: 'citizen', answered: true, agentIds: ['1007'], oneWayAudio: false });
    await citizen.close();
    await agent.close();
    t.ok((await heardBy(folders.citizen, agentHz)) > 0.9, 'the citizen heard the agent');
    t.ok((await heardBy(folders.agent, citizenHz)) > 0.9, 'the agent heard the citizen');
    const [file] = record['recordings'] as string[];
    const [samples = new Int16Array()] = readWav(join(station.home, 'recordings', String(file))).channels;
    const tail = samples.subarray(-2 * 8_000, -8_000);
    t.ok(toneRatio(tail, citizenHz) > 0.3 && toneRatio(tail, agentHz) > 0.3, 'both are in the recording');
    await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
    t.same(await station.bridges(), []);
  },
);

t.test(
  'the INVITE asks the phone to answer by itself where the agent wishes it, and only there',
  async (t) => {
    // 1007's phone is still signed in: he goes, so that the call goes where it is looked at.
    await station.api('POST', '/api/v1/agents/1007/sign-out', { reason: '测试' });
    for (const [agentId, wishes] of [
      ['1008', true],
      ['1004', false],
    ] as const) {
      const seat = await station.seat(agentId, { onInvite: 'manual' });
      const citizen = await station.citizen('0005');
      const call = await citizen.call('12345');
      const ringing = await seat.phone.incoming();
      t.equal(headerOf(ringing.invite, 'Call-Info')?.includes('answer-after=0') ?? false, wishes, agentId);
      t.equal(headerOf(ringing.invite, 'Alert-Info')?.includes('alert-autoanswer') ?? false, wishes, agentId);
      await call.hangUp();
      await ringing.untilEnded();
      await seat.act('sign-out');
    }
  },
);
