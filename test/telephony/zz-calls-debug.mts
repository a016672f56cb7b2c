import { startStation } from './station.js';
import { readWav } from '../phones/wav.js';
import { findSamples, rms, tonesIn } from '../phones/audio.js';
const station = await startStation({ portBase: 18320, sipPort: 18330, rtpStart: 21200, policies: [['greeting: full', 'greeting: short'],['menu: false','menu: true']] });
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
try {
  const citizen = await station.citizen('0005');
  const call = await citizen.call('12345');
  await call.untilUp();
  await sleep(8000);
  const t0 = Date.now();
  await call.sendDigits('9');
  const t1 = Date.now();
  await sleep(9000);
  const greet = readWav(station.home + '/sounds/yihao/greet-short.wav').channels[0]!;
  const menu = readWav(station.home + '/sounds/yihao/menu-main.wav').channels[0]!;
  const up = call.answeredAtMs!;
  for (const [name, wav] of [['greet', greet], ['menu', menu]] as const)
    for (const [from, to] of [[up, t0], [t1, Date.now()]] as const) {
      const samples = call.heard.samples(from, to);
      const pieces = [];
      for (let ms = 0; ms < 4000; ms += 400) {
        const m = findSamples(samples, wav.subarray(ms * 8, (ms + 400) * 8));
        pieces.push(`${m.score.toFixed(2)}@${Math.round(m.atMs - ms)}`);
      }
      console.log(name, from - up, findSamples(samples, wav.subarray(0, 16000)).score.toFixed(2), pieces.join(' '));
    }
  {
    const g = findSamples(call.heard.samples(t1, Date.now()), greet);
    const start = t1 + g.atMs;
    const got = call.heard.samples(start, start + 3000);
    // sample-level alignment
    let best = { k: 0, e: Infinity, gain: 1 };
    for (let k = -80; k < 80; k += 1) {
      let xy = 0, xx = 0, yy = 0;
      for (let i = 4000; i < 12000; i += 1) { const x = greet[i]!, y = got[i + k] ?? 0; xy += x * y; xx += x * x; yy += y * y; }
      const e = 1 - (xy * xy) / (xx * yy);
      if (e < best.e) best = { k, e, gain: xy / xx };
    }
    console.log('align', best);
    for (let ms = 0; ms < 3000; ms += 100) {
      const res = new Int16Array(800); 
      for (let i = 0; i < 800; i += 1) res[i] = Math.max(-32768, Math.min(32767, (got[ms * 8 + i + best.k] ?? 0) - best.gain * (greet[ms * 8 + i] ?? 0)));
      console.log(ms, Math.round(rms(res)), Math.round(rms(greet.subarray(ms * 8, ms * 8 + 800))), JSON.stringify(tonesIn(res)));
    }
    console.log('rtp', JSON.stringify(call.rtp));
  }
  for (const f of await station.facts()) if (f.stream === 'contact') console.log(f.atMs - up, f.type, f['nodeId'] ?? '', f['digit'] ?? '');
} finally { await station.close(); }
