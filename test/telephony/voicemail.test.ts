// 留言 on real calls: the tone, the recording with the caller in it, # and the hang-up, a kill in the middle; and whoever left one is on the list to be called.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { readWav } from '../phones/wav.js';
import { startStation } from './station.js';

const station = await startStation({
  portBase: 18_880,
  sipPort: 18_890,
  rtpStart: 29_000,
  policies: [['greeting: full', 'greeting: short']],
  files: {
    'queues.yaml': [['nobodyAfter: 60s', 'nobodyAfter: 1s']],
    'flows/12345.yaml': [
      [
        '  nobodyHere:\n    hangup: nobody\n    say: [exit.nobody]',
        '  nobodyHere:\n    voicemail: 30s\n    say: [msg.record]\n    next: saved\n    otherwise: nobodyAtAll\n  saved:\n    hangup: voicemail\n    say: [msg.saved]\n  nobodyAtAll:\n    hangup: nobody\n    say: [exit.nobody]',
      ],
    ],
  },
});
t.teardown(() => station.close());

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const left = async (id: string) =>
  (await station.facts('VoicemailLeft')).filter((fact) => fact.id === id) as unknown as readonly {
    readonly file: string;
    readonly lastingMs: number;
    readonly end: string;
  }[];

/** The 1000 Hz of the tone; when it was over. */
async function toneOver(call: Call): Promise<number> {
  const isHeard = () => heard(call, { fromMs: Date.now() - 300, toMs: Date.now() - 100, hz: 1_000 }) > 0.6;
  await station.until('the tone', async () => isHeard() || undefined, 30_000);
  await station.until('its end', async () => !isHeard() || undefined);
  return Date.now();
}

/** A citizen whom nobody can serve, at the tone. */
async function atTheTone(last4: string) {
  const before = (await station.facts('ContactArrived')).length;
  const citizen = await station.citizen(last4, { toneHz: 700 });
  const call = await citizen.call('12345');
  const id = await station.until(
    'an arrival',
    async () => (await station.facts('ContactArrived'))[before]?.id,
  );
  await station.hears(call, 'msg.record', { sinceMs: call.invitedAtMs, timeoutMs: 40_000 });
  const toneMs = await toneOver(call);
  return { call, id, toneMs };
}

/** Seconds of sound in a recording, and how much of it is the citizen's 700 Hz. */
async function soundIn(file: string): Promise<{ seconds: number; rms: number }> {
  const path = join(station.home, 'recordings', file);
  t.ok((await stat(path)).size > 1000, file);
  const { channels } = readWav(path);
  const samples = channels[0] ?? new Int16Array();
  const power = samples.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / Math.max(1, samples.length);
  return { seconds: samples.length / 8_000, rms: Math.sqrt(power) };
}

t.test('#: what was said after the tone is kept, the caller is told so and stands on the list', async (t) => {
  const { call, id, toneMs } = await atTheTone('0001');
  await pause(5_000);
  await call.sendDigits('#');
  await station.hears(call, 'msg.saved', { sinceMs: toneMs, timeoutMs: 15_000 });
  const { record } = await station.closedRecord(id);
  const [message] = await left(id);
  t.match(message, { end: 'key' });
  t.ok(Math.abs((message?.lastingMs ?? 0) - 5_000) < 2_500, `${String(message?.lastingMs)} ms`);
  const { seconds, rms } = await soundIn(message?.file ?? '');
  t.ok(seconds > 3 && seconds < 8, `${seconds.toFixed(1)} s`);
  t.ok(rms > 0.02, `the citizen is in it: ${rms.toFixed(3)}`);
  t.match(record, { answered: false, voicemailMs: message?.lastingMs, recordings: [message?.file] });
  const unreached = await station.api('GET', '/api/v1/unreached');
  t.match(unreached.body['callers'], [{ contactId: id, reason: 'voicemail' }]);
  const leader = await station.apiAs('1001');
  await leader('POST', `/api/v1/contacts/${id}/reached`, { how: 'calledBack' });
  t.same((await station.api('GET', '/api/v1/unreached')).body['callers'], []);
});

t.test('who hangs up has left it all the same; a kill in the middle loses nothing of it', async (t) => {
  const { call, id } = await atTheTone('0002');
  await pause(4_000);
  await call.hangUp();
  await station.closedRecord(id);
  t.match(await left(id), [{ end: 'hungUp' }]);

  const killed = await atTheTone('0003');
  await pause(4_000);
  const killedAtMs = Date.now();
  await station.killService();
  await station.hears(killed.call, 'menu.resume', { sinceMs: killedAtMs, timeoutMs: 30_000 });
  await toneOver(killed.call);
  await pause(4_000);
  await killed.call.sendDigits('#');
  await station.closedRecord(killed.id);
  const both = await left(killed.id);
  t.match(both, [{ end: 'fault' }, { end: 'key' }]);
  t.not(both[0]?.file, both[1]?.file);
  for (const { file } of both) t.ok((await soundIn(file)).rms > 0.02, file);
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
});
