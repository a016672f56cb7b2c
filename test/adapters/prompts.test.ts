// The studio's API over the real studio, the real sox and ffmpeg: listed, heard, recorded in a draft, listened to and published by another, refused with a reason, put back.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openOffice } from './office.js';
import { speechLike } from '../speech-like.js';
import { toWav } from '../../src/ivr/telephone-sound.js';
import { readSound } from '../../src/adapters/prompts/sound-reader.js';
import type { DraftView as Draft } from '../../src/adapters/http/publish-routes.js';
import type { KeptRecordingView, PromptView } from '../../src/adapters/http/prompt-views.js';

const office = await openOffice();
const { home } = office.prompts;
const scratch = t.testdir();
const { cookie } = await office.logIn('hotline');
const quality = (await office.logIn('quality')).cookie;
const supervisor = (await office.logIn('1001')).cookie;
const agent = (await office.logIn('1002')).cookie;

/** A recording as a phone or a browser makes it. */
function encoded(ending: string, ...codec: string[]): Buffer {
  const source = path.join(scratch, 'source.wav');
  writeFileSync(source, recording('wav', 4, 'gain', '-12'));
  const file = path.join(scratch, `encoded.${ending}`);
  execFileSync('ffmpeg', ['-y', '-v', 'error', '-i', source, ...codec, file], { stdio: 'ignore' });
  return readFileSync(file);
}
/** The same as AMR, which only sox writes: 8 kHz, one channel. */
function spokenSmall(): Buffer {
  const source = path.join(scratch, 'source.wav');
  writeFileSync(source, recording('wav', 4, 'gain', '-12'));
  const file = path.join(scratch, 'encoded.amr');
  execFileSync('sox', ['-V1', source, '-r', '8000', '-c', '1', '-t', 'amr-nb', file], { stdio: 'ignore' });
  return readFileSync(file);
}
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
    for (const as of [quality, agent]) {
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

t.test('recordings of each format are taken into the draft, evened out and audited', async (t) => {
  const hashes = new Set<string>();
  for (const [name, body, type] of [
    ['wav', recording('wav', 4, 'gain', '-12'), 'audio/wav'],
    ['flac', recording('flac', 4, 'gain', '-12'), 'audio/flac'],
    ['ogg', recording('ogg', 4, 'gain', '-12'), 'application/octet-stream'],
    ['aiff', recording('aiff', 4, 'gain', '-12'), 'audio/aiff'],
    ['mp3', encoded('mp3', '-c:a', 'libmp3lame'), 'audio/mpeg'],
    ['m4a, its table last', encoded('m4a', '-c:a', 'aac'), 'audio/mp4'],
    ['aac', encoded('aac', '-c:a', 'aac'), 'audio/aac'],
    ['opus', encoded('opus', '-c:a', 'libopus'), 'audio/ogg'],
    ['amr', spokenSmall(), 'audio/amr'],
    ['wma', encoded('wma', '-c:a', 'wmav2'), 'application/octet-stream'],
    ['webm', encoded('webm', '-c:a', 'libopus'), 'video/webm'],
  ] as const) {
    const answer = await upload('greet-main', body, cookie, type);
    t.equal(answer.statusCode, 200, `${name} ${answer.body}`);
    const kept_ = answer.json<KeptRecordingView>();
    t.ok(Math.abs(kept_.durationMs - 4190) < 120, `${name} ${String(kept_.durationMs)}`);
    hashes.add(kept_.sha256);
  }
  t.same(kept(), [...hashes].map((hash) => `${hash}.wav`).sort());
  t.ok(played().equals(made), 'what is heard is as it was');
  t.match((await listed()).prompts[0]?.sounds, [{ source: 'synthesized', uploaded: null }]);
  const acts = office.world.journal
    .flatMap(({ facts }) => facts)
    .filter((fact) => fact.type === 'Audited' && fact.act === 'prompt.record');
  t.equal(acts.length, 11);
  t.match(acts[0], { by: 'hotline', about: 'greet-main', details: { durationMs: Number, sha256: String } });
});

t.test('without ffmpeg the refusal says what to install', async (t) => {
  await t.rejects(readSound(encoded('mp3', '-c:a', 'libmp3lame'), '/nowhere'), {
    code: 'RECORDING_REFUSED',
    details: {
      reasons: [{ zh: /没有安装 ffmpeg,不能读 MP3.*apt-get install ffmpeg/, en: /apt-get install ffmpeg/ }],
    },
  });
});

t.test('a recording is published by another who has listened to it, with the rest, and undone', async (t) => {
  await office.versions.publisher.look();
  await office.call('DELETE /api/v1/draft', { cookie });
  const answer = await upload('greet-main', recording('wav', 5), supervisor);
  const { sha256, durationMs } = answer.json<KeptRecordingView>();
  await office.call('PUT /api/v1/draft/rows/lexicon/长安', {
    ...{ cookie: supervisor, body: { fields: { value: 'chang2 an1' }, seen: null } },
  });
  const view = async () => (await office.call('GET /api/v1/drafts/1001', { cookie })).json<Draft>();
  const draft = await view();
  t.match(draft, {
    changed: [
      { kind: 'recordings', id: 'greet-main', what: 'add' },
      { kind: 'lexicon', id: '长安' },
    ],
    recordings: [{ id: 'greet-main', before: null, after: sha256, heard: false }],
  });
  t.ok(draft.differences.some(({ zh }) => zh.startsWith('新增录音 greet-main:文字 您好')));
  const publish = (as = cookie, more: object = {}) =>
    office.call('POST /api/v1/drafts/1001/publish', {
      ...{ cookie: as, body: { seen: draft.seen, reason: '重录问候', ...more } },
    });
  t.match((await publish()).json(), { code: 'RECORDING_UNHEARD', details: { sounds: ['greet-main'] } });
  t.equal(
    (await office.call(`GET /api/v1/prompt-recordings/${sha256}/audio`, { cookie: agent })).statusCode,
    403,
  );
  t.equal((await publish()).statusCode, 409, 'another person’s ears do not count');
  const heard = await office.call(`GET /api/v1/prompt-recordings/${sha256}/audio`, { cookie });
  t.equal(createHash('sha256').update(heard.rawPayload).digest('hex'), sha256);
  t.ok(Math.abs((heard.rawPayload.length - 44) / 16 - durationMs) < 2);
  t.match((await office.call(`GET /api/v1/prompt-recordings/${sha256}/figures`, { cookie })).json(), {
    faults: [],
  });
  t.match((await view()).recordings, [{ heard: true }]);
  t.match((await publish()).json(), { version: { number: 2, author: '1001', publisher: 'hotline' } });
  t.match((await office.versions.folder.store.texts(2))?.get('recordings.yaml'), new RegExp(sha256));
  t.match((await office.call('GET /api/v1/publishing/versions/2', { cookie })).json(), {
    recordings: [{ id: 'greet-main', after: sha256, heard: true }],
  });

  const undone = await office.call('POST /api/v1/publishing/versions/1/undo', {
    ...{ cookie: supervisor, body: { reason: '先不换' } },
  });
  t.equal(undone.statusCode, 200, undone.body);
  const back = await view();
  t.match(back.recordings, [{ id: 'greet-main', before: sha256, after: null, heard: true }]);
  const again = await office.call('POST /api/v1/drafts/1001/publish', { cookie, body: { seen: back.seen } });
  t.match(again.json(), { version: { number: 3, how: 'undo', undoOf: 1 } });
  const texts = await office.versions.folder.store.texts(3);
  t.notOk((texts?.get('recordings.yaml') ?? '').includes(sha256));

  const forth = await office.call('POST /api/v1/publishing/versions/2/undo', {
    ...{ cookie: supervisor, body: { reason: '再换回来' } },
  });
  t.equal(forth.statusCode, 200);
  rmSync(path.join(home, 'prompt-recordings', `${sha256}.wav`));
  const { seen } = await view();
  const lost = await office.call('POST /api/v1/drafts/1001/publish', { cookie, body: { seen } });
  t.match(lost.json(), { code: 'RECORDING_MISSING' }, 'what a version names must be there');
  await office.call('DELETE /api/v1/draft', { cookie: supervisor });
});

t.test('alone in an emergency the author needs nobody’s ears; another listens when he reviews', async (t) => {
  const { sha256 } = (await upload('greet-main', recording('wav', 3))).json<KeptRecordingView>();
  const { seen } = (await office.call('GET /api/v1/drafts/hotline', { cookie })).json<Draft>();
  const done = await office.call('POST /api/v1/drafts/hotline/publish', {
    ...{ cookie, body: { seen, emergency: true, reason: '读错了' } },
  });
  t.match(done.json(), { version: { emergency: true } });
  const deputy = (await office.logIn('deputy')).cookie;
  const { number } = done.json<{ version: { number: number } }>().version;
  t.match(
    (await office.call(`GET /api/v1/publishing/versions/${String(number)}`, { cookie: deputy })).json(),
    {
      recordings: [{ after: sha256, heard: false }],
    },
  );
});

t.test(
  'a sound is made anew by the readings of the draft, measured, and nothing of it is kept',
  async (t) => {
    const route = 'POST /api/v1/prompts/greet.main/synthesis?sound=greet-main';
    const answer = await office.call(route, { cookie: supervisor });
    t.match(answer.json(), {
      pinyin: 'nín hǎo',
      durationMs: Number,
      speechDb: Number,
      faults: [],
      wav: String,
    });
    t.ok(played().equals(made));
    t.equal((await office.call(route, { cookie: quality })).statusCode, 403);
    t.equal((await office.call(route.replace('greet-main', 'other'), { cookie })).statusCode, 404);
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
      [Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypM4A ')]), /文件已损坏/],
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

t.test('a recording is taken away in the draft, once', async (t) => {
  const route = 'DELETE /api/v1/prompts/greet.main/recording?sound=greet-main';
  t.equal((await office.call(route, { cookie: supervisor })).statusCode, 204);
  const { recordings } = (await office.call('GET /api/v1/drafts/1001', { cookie })).json<Draft>();
  t.match(recordings, [{ id: 'greet-main', before: String, after: null, heard: true }]);
  t.match((await office.call(route, { cookie: supervisor })).json(), { code: 'RECORDING_MISSING' });
  await office.call('DELETE /api/v1/draft', { cookie: supervisor });
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
  const { recordings } = (await office.call('GET /api/v1/drafts/hotline', { cookie })).json<Draft>();
  const hashes = answers.map((answer) => answer.json<KeptRecordingView>().sha256);
  t.ok(recordings.some(({ id, after }) => id === 'queue-place--n-1' && hashes.includes(after ?? '')));
});
