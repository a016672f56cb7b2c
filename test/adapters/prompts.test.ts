// The studio's API over the real studio and the real sox: listed, heard, recorded over, refused with a reason, put back.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openOffice } from './office.js';
import { speechLike } from '../speech-like.js';
import { toWav } from '../../src/ivr/telephone-sound.js';
import type { PromptSoundView, PromptView } from '../../src/adapters/http/prompt-views.js';

const office = await openOffice();
const { home, store } = office.prompts;
const scratch = t.testdir();
const { cookie } = await office.logIn('hotline');
const quality = (await office.logIn('quality')).cookie;
const supervisor = (await office.logIn('1001')).cookie;
const agent = (await office.logIn('1002')).cookie;

/** A recording in a format, loudness and length as a studio sends it. */
function recording(format: string, seconds = 4, ...effects: string[]): Buffer {
  const source = path.join(scratch, 'source.wav');
  writeFileSync(source, toWav(speechLike(seconds)));
  const file = path.join(scratch, `out.${format}`);
  execFileSync('sox', ['-V1', source, '-r', '44100', '-c', '2', file, ...effects], { stdio: 'ignore' });
  return readFileSync(file);
}
const upload = (sound: string, body: Buffer, as = cookie, type = 'audio/wav', id = 'greet.main') =>
  office.call(`PUT /api/v1/prompts/${id}/recording?sound=${sound}`, {
    cookie: as,
    body,
    headers: { 'content-type': type },
  });
const listed = async (as = cookie) =>
  (await office.call('GET /api/v1/prompts', { cookie: as })).json<{
    writable: boolean;
    prompts: PromptView[];
  }>();
const audio = (sound: string, id = 'greet.main', as = cookie) =>
  office.call(`GET /api/v1/prompts/${id}/audio?sound=${sound}`, { cookie: as });
const played = () => readFileSync(path.join(home, 'sounds/yihao/greet-main.wav'));
const made = played();
const kept = () => readdirSync(path.join(home, 'prompt-recordings')).sort();
const reasonsOf = (response: { json(): unknown }): string =>
  JSON.stringify((response.json() as { details: { reasons: unknown } }).details.reasons);

t.test(
  'every prompt is listed with its readings, lengths and places; those who may not are refused',
  async (t) => {
    const { writable, prompts } = await listed();
    t.equal(writable, true);
    t.match(
      prompts.map(({ id, saidBy, speed }) => [id, saidBy, speed]),
      [
        ['greet.main', 'flows', 'normal'],
        ['queue.place', 'service', 'slow'],
        ['a.state', 'service', 'normal'],
      ],
    );
    t.match(prompts[0]?.uses, [{ flow: '12345' }]);
    t.match(prompts[0]?.sounds, [
      { name: 'greet-main', source: 'synthesized', durationMs: 3151, pinyin: /^nín hǎo/ },
    ]);
    t.equal((await listed(supervisor)).prompts.length, 3);
    t.equal((await listed(quality)).prompts.length, 3);
    t.equal((await office.call('GET /api/v1/prompts', { cookie: agent })).statusCode, 403);
    t.equal((await office.call('GET /api/v1/prompts')).statusCode, 401);
    for (const as of [supervisor, quality, agent]) {
      t.equal((await upload('greet-main', recording('wav'), as)).statusCode, 403);
      const path_ = 'DELETE /api/v1/prompts/greet.main/recording?sound=greet-main';
      t.equal((await office.call(path_, { cookie: as })).statusCode, 403);
    }
  },
);

t.test('a sound is measured: how loud it is, and that nothing is wrong with it', async (t) => {
  const figures = (sound: string, as = quality) =>
    office.call(`GET /api/v1/prompts/greet.main/figures?sound=${sound}`, { cookie: as });
  const { speechDb, ...rest } = (await figures('greet-main')).json<{ speechDb: number }>();
  t.ok(Math.abs(speechDb + 20) < 4, `${String(speechDb)} dB`);
  t.match(rest, { faults: [] });
  t.equal((await figures('greet-other')).statusCode, 404);
  t.equal((await figures('greet-main', agent)).statusCode, 403);
});

t.test('a sound is heard as it is played, and no name leads out of its folder', async (t) => {
  const whole = await audio('greet-main');
  t.equal(whole.statusCode, 200);
  t.match(whole.headers['content-type'], /^audio\/(?:x-)?wav|vnd\.wave/);
  t.ok(whole.rawPayload.equals(made));
  const part = await office.call('GET /api/v1/prompts/greet.main/audio?sound=greet-main', {
    cookie: quality,
    headers: { range: 'bytes=0-43' },
  });
  t.equal(part.statusCode, 206);
  t.equal(part.rawPayload.length, 44);
  t.equal((await audio('queue-place--n-1')).statusCode, 404, "another prompt's sound");
  t.equal((await audio('greet-main', 'nothing')).statusCode, 404);
  t.equal((await audio('greet-main', 'constructor')).statusCode, 404);
  for (const name of ['..%2f..%2fmanifest', '..%2Fmanifest.json', '%00', 'greet-main.wav', ''])
    t.equal((await audio(name)).statusCode, 400, name);
  t.equal((await audio('greet-main', '..%2f..%2fetc')).statusCode, 400);
});

t.test(
  'recordings of each format are taken, evened out, kept with the one before, and audited',
  async (t) => {
    for (const [format, type] of [
      ['wav', 'audio/wav'],
      ['flac', 'audio/flac'],
      ['ogg', 'application/octet-stream'],
      ['aiff', 'audio/aiff'],
    ] as const) {
      const answer = await upload('greet-main', recording(format, 4, 'gain', '-12'), cookie, type);
      t.equal(answer.statusCode, 200, `${format} ${answer.body}`);
      const sound = answer.json<PromptSoundView>();
      t.equal(sound.source, 'uploaded');
      t.ok(Math.abs(sound.durationMs - 4190) < 80, String(sound.durationMs));
    }
    t.same(kept(), [
      'greet-main.json',
      'greet-main.previous.json',
      'greet-main.previous.wav',
      'greet-main.wav',
    ]);
    t.ok((await audio('greet-main')).rawPayload.equals(played()), 'heard at once');
    t.ok(played().equals(readFileSync(path.join(home, 'prompt-recordings/greet-main.wav'))));
    t.ok(readFileSync(path.join(home, 'sounds/made/greet-main.wav')).equals(made));
    const resolved = store.resolve({ id: 'greet.main' });
    t.ok((resolved?.durationMs ?? 0) > 4000, 'Asterisk is told the new length');
    t.match((await listed()).prompts[0]?.sounds, [
      { source: 'uploaded', uploaded: { text: '您好，12345政务服务便民热线。' } },
    ]);
    const acts = office.world.journal
      .flatMap(({ facts }) => facts)
      .filter((fact) => fact.type === 'Audited' && fact.act === 'prompt.record');
    t.equal(acts.length, 4);
    t.match(acts[0], { by: 'hotline', about: 'greet-main', details: { durationMs: Number } });
  },
);

t.test(
  'what cannot be used is refused with a plain reason in both languages, and nothing changes',
  async (t) => {
    const before = played();
    const clipped = recording('wav', 4, 'gain', '20');
    for (const [body, why, sound = 'greet-main', id = 'greet.main'] of [
      [clipped, /削波失真/],
      [recording('wav', 12), /长 12\.\d 秒,不得超过 9\.0 秒/],
      [recording('wav', 2, 'vol', '0'), /没有声音/],
      [Buffer.from('MZ not a sound at all'), /这不是能读的录音文件/],
      [Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypM4A ')]), /M4A 请先另存为 WAV/],
      [Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(2000, 7)]), /文件已损坏|读不出/],
      [recording('wav', 4), /长 13\.\d 秒,不得超过 12\.0 秒/, 'a-state--1--state-ready', 'a.state'],
    ] as readonly (readonly [Buffer, RegExp, string?, string?])[]) {
      const answer = await upload(sound, body, cookie, 'audio/wav', id);
      t.equal(answer.statusCode, 422, answer.body);
      t.equal(answer.json<{ code: string }>().code, 'RECORDING_REFUSED');
      t.match(reasonsOf(answer), why);
      t.match(reasonsOf(answer), /"en":"[A-Z]/);
    }
    const mp3 = Buffer.concat([Buffer.from('ID3\x03'), Buffer.alloc(500)]);
    t.equal((await upload('greet-main', mp3)).statusCode, 422);
    t.equal((await upload('nothing', recording('wav'))).statusCode, 404);
    t.equal((await upload('greet-main', recording('wav'), cookie, 'text/html')).statusCode, 415);
    t.equal((await upload('greet-main', Buffer.alloc(0))).statusCode, 422);
    t.equal((await upload('greet-main', Buffer.alloc(20 * 1_048_576 + 1))).statusCode, 413);
    t.ok(played().equals(before));
    t.equal(kept().filter((name) => name.endsWith('.part')).length, 0);
  },
);

t.test('a recording taken away gives back what was made, and stays as the previous one', async (t) => {
  const route = 'DELETE /api/v1/prompts/greet.main/recording?sound=greet-main';
  const answer = await office.call(route, { cookie });
  t.equal(answer.statusCode, 200, answer.body);
  t.match(answer.json(), { source: 'synthesized', durationMs: 3151, uploaded: null });
  t.ok(played().equals(made));
  t.same(kept(), ['greet-main.previous.json', 'greet-main.previous.wav']);
  t.equal(store.resolve({ id: 'greet.main' })?.durationMs, 3151);
  t.equal((await office.call(route, { cookie })).statusCode, 404, 'once');
});

t.test('many at once end as one after the other would', async (t) => {
  const bodies = [3, 4, 5].map((seconds) => recording('wav', seconds));
  const answers = await Promise.all(
    bodies.map((body) => upload('queue-place--n-1', body, cookie, 'audio/wav', 'queue.place')),
  );
  t.same(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 200],
  );
  const [prompt] = (await listed()).prompts.filter(({ id }) => id === 'queue.place');
  t.ok(Math.abs((prompt?.sounds[0]?.durationMs ?? 0) - 5190) < 80);
  t.equal(prompt?.sounds[1]?.source, 'synthesized');
  t.ok(existsSync(path.join(home, 'sounds/made/queue-place--n-1.wav')));
});
