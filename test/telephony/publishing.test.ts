// Publishing on a whole Yihao: drafted by one, published by another, its sounds made, and the next call hears it.
import t from 'tap';
import { addDays, dayKeyAt } from '../../src/contact/civil-time.js';
import { startStation } from './station.js';

const station = await startStation({ portBase: 18_820, sipPort: 18_830, rtpStart: 28_400 });
t.teardown(() => station.close());

const name = '12399示例热线';
const row = {
  ...{ number: '12399', name, shortName: '示例', pattern: 'whole', approval: '示例〔2026〕1号' },
  ...{ flow: '12345', queue: 'general', whisper: false, delivered_as: ['031112399'] },
  states: [{ state: 'prompt', until: addDays(dayKeyAt(Date.now()), 90) }, { state: 'vacant' }],
};

async function publish(author: string, more: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const path = `/api/v1/drafts/${author}`;
  const draft = await station.api('GET', path);
  const { status, body } = await station.api('POST', `${path}/publish`, {
    seen: draft.body['seen'],
    ...more,
  });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

t.test(
  'a number that a supervisor drafted is told to its callers once the administrator has published it',
  async (t) => {
    const before = await (await station.citizen('0001')).call('12399');
    await station.hears(before, 'greet.main', { sinceMs: before.invitedAtMs, timeoutMs: 15_000 });
    await before.hangUp();

    const supervisor = await station.apiAs('1001');
    t.match(await supervisor('PUT', '/api/v1/draft/rows/numbers/12399', { fields: row, seen: null }), {
      status: 200,
      body: { findings: [] },
    });
    const spoken = await supervisor('POST', '/api/v1/draft/sound', {
      text: name,
      language: 'zh',
      speed: 'normal',
    });
    t.match(spoken, { status: 200, body: { spoken: '幺二三九九示例热线', pinyin: /^yāo èr sān jiǔ jiǔ/ } });
    const began = Date.now();
    t.match(await publish('1001', { reason: '12399 并入' }), { version: { number: 2 }, sounds: true });
    t.comment(`published in ${String(Date.now() - began)} ms`);

    const call = await (await station.citizen('0002')).call('12399');
    await station.hears(call, 'trans.prompt', { sinceMs: call.invitedAtMs, slot: name, timeoutMs: 20_000 });
    t.match(await call.untilEnded(20_000), { by: 'remote', status: 410 });
  },
);

t.test(
  'undone alone in an emergency, it is an alarm on the wall until somebody has reviewed it',
  async (t) => {
    const made = await station.api('POST', '/api/v1/publishing/versions/1/undo', { reason: '并入推迟' });
    t.equal(made.status, 200);
    t.match(await publish('hotline', { emergency: true, reason: '并入推迟' }), {
      version: { number: 3, undoOf: 1 },
    });
    const call = await (await station.citizen('0003')).call('12399');
    await station.hears(call, 'greet.main', { sinceMs: call.invitedAtMs, timeoutMs: 15_000 });
    await call.hangUp();
    const { body } = await station.api('GET', '/api/v1/live');
    const { alarms } = body['condition'] as { alarms: readonly { alarm: string; about: string }[] };
    t.ok(alarms.some(({ alarm, about }) => alarm === 'publishUnreviewed' && about === '3'));
  },
);
