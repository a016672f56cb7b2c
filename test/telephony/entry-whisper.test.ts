// The agent hears which entry a call came by, under the citizen's greeting and at no cost to him.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { PromptManifest } from '../../src/adapters/prompts/prompt-manifest.js';
import { matchesWav } from '../phones/audio.js';
import { startStation, type JournaledFact } from './station.js';

const station = await startStation({
  portBase: 18700,
  sipPort: 18710,
  rtpStart: 25_200,
  // The late pick-up below must not become a race with the end of the ringing.
  policies: [['ring: 8s', 'ring: 12s']],
});
t.teardown(() => station.close());

const sounds = join(station.home, 'sounds');
const { prompts } = JSON.parse(readFileSync(join(sounds, 'manifest.json'), 'utf8')) as PromptManifest;
const whisper = join(sounds, `${prompts['a.w.entry']?.parts[0]?.sounds['12345热线']?.file ?? ''}.wav`);

/** The n-th fact of a kind, waited for. */
const fact = (type: string, n: number): Promise<JournaledFact> =>
  station.until(`${type} ${n}`, async () => (await station.facts(type))[n], 15_000);

t.test('picked up early, the agent hears it to the end before the citizen is there', async (t) => {
  const seat = await station.seat('1001');
  const citizen = await station.citizen('0001');
  const call = await citizen.call('12345');
  const ringing = await seat.phone.incoming();
  const answered = await fact('OfferAnswered', 0);
  const connected = await fact('AgentConnected', 0);
  const { score } = matchesWav(ringing, whisper, { fromMs: answered.atMs, toMs: connected.atMs });
  t.ok(score > 0.8, `the entry's name is heard: ${score.toFixed(2)}`);
  await call.hangUp();
});

t.test('picked up in the last moment of the greeting, it is cut short rather than waited for', async (t) => {
  await station.seat('1002', { onInvite: { autoAnswerMs: 7_950 } });
  const citizen = await station.citizen('0002');
  const call = await citizen.call('12345');
  const connected = await fact('AgentConnected', 1);
  const answered = await fact('OfferAnswered', 1);
  const notice = await fact('NoticeHeard', 1);
  t.ok(notice.atMs > answered.atMs, 'the notice outlasts the pick-up');
  t.ok(connected.atMs - notice.atMs <= 500, 'joined within 0.5 s');
  await call.hangUp();
});
