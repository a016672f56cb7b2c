import { startStation } from './station.js';
import { readWav } from '../phones/wav.js';
import { findSamples } from '../phones/audio.js';
const station = await startStation({ portBase: 18320, sipPort: 18330, rtpStart: 21200, policies: [['greeting: full', 'greeting: short'],['announceAgent: true','announceAgent: false']] });
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
try {
  const seat = await station.seat('1002');
  const citizen = await station.citizen('0005');
  const call = await citizen.call('12345');
  const ringing = await seat.phone.incoming();
  call.say({ kind: 'silence' }); ringing.say({ kind: 'silence' });
  const id = (await station.until('c', async () => (await station.facts('AgentConnected'))[0])).id;
  const api = await station.apiAs('1002');
  for (let i = 0; i < 12; i += 1) {
    const paused = i % 2 === 0;
    const t0 = Date.now();
    const r = await api('POST', `/api/v1/contacts/${id}/recording`, { paused });
    await sleep(3000);
    const wav = readWav(station.home + `/sounds/yihao/a-rec-${paused ? 'off' : 'on'}.wav`).channels[0]!;
    for (const [who, c] of [['citizen', call], ['agent', ringing]] as const) {
      const samples = c.heard.samples(t0, Date.now());
      const pieces = [];
      for (let ms = 0; ms + 200 < wav.length / 8; ms += 200) { const m = findSamples(samples, wav.subarray(ms * 8, (ms + 200) * 8)); pieces.push(`${m.score.toFixed(2)}@${Math.round(m.atMs - ms)}`); }
      console.log(i, r.status, who, findSamples(samples, wav).score.toFixed(2), pieces.join(' '));
    }
  }
} finally { await station.close(); }
