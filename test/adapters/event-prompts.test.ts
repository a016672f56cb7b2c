// Event prompts over HTTP, spoken by the real synthesizer: two people, the sound as callers hear it, everything audited; and the file they are kept in.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import { createEventPromptBook } from '../../src/adapters/files/event-prompt-book.js';
import type { EventPrompt } from '../../src/contact/event-prompt.js';
import { measureWav, soundFaults } from '../../src/ivr/sound-measure.js';
import { openOffice, startMs } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const until = String(startMs + 4 * 3_600_000);
const text = '受暴雨影响,和平路部分小区停电,正在抢修,预计今晚10点前恢复。';

t.test('one writes and hears it, another confirms it, the waiting citizen is told', async (t) => {
  const { call, logIn, world } = await openOffice();
  const [writer, second] = [(await logIn('1001')).cookie, (await logIn('hotline')).cookie];
  const drafted = await call('POST /api/v1/events', { cookie: writer, body: { text, until } });
  t.equal(drafted.statusCode, 200);
  t.match(json(drafted), {
    heard: '通知：受暴雨影响，和平路部分小区停电，正在抢修，预计今晚10点前恢复。其他事项请继续等候。',
    pinyin: /^tōng zhī: shòu bào yǔ .*huī fù/,
    state: 'draft',
    when: 'waiting',
    drafted: { by: '1001' },
    confirmed: null,
  });
  const { id } = json(drafted);
  const sound = await call(`GET /api/v1/events/${String(id)}/audio`, { cookie: second });
  t.equal(sound.headers['content-type'], 'audio/wav');
  t.same(soundFaults(measureWav(sound.rawPayload)), [], 'as loud and as clean as every other prompt');
  t.equal(measureWav(sound.rawPayload)?.durationMs, json(drafted)['durationMs']);

  world.telephony.call({ ani: '13000000001', dnis: '12345', patienceMs: null });
  const told = () =>
    world.journal
      .flatMap(({ facts }) => facts)
      .filter((fact) => fact.type === 'EventTold' && fact.eventId === id);
  await world.runUntil(world.clock.nowMs() + 20_000);
  t.same(told(), [], 'a draft is told to nobody');
  const own = await call(`POST /api/v1/events/${String(id)}/confirm`, { cookie: writer });
  t.match([own.statusCode, json(own)['code']], [409, 'EVENT_NEEDS_ANOTHER']);
  const confirmedAtMs = world.clock.nowMs();
  t.match(json(await call(`POST /api/v1/events/${String(id)}/confirm`, { cookie: second })), {
    state: 'live',
    confirmed: { by: 'hotline' },
  });
  await world.runUntil(confirmedAtMs + 10_000);
  t.equal(told().length, 1, 'within ten seconds');
  t.match(json(await call(`POST /api/v1/events/${String(id)}/end`, { cookie: writer })), { state: 'ended' });
  const audited = world.journal.flatMap(({ facts }) => facts).filter((fact) => fact.type === 'Audited');
  t.match(
    audited.filter(({ act }) => act.startsWith('event.')),
    [
      { by: '1001', act: 'event.draft', about: id, details: { text } },
      { by: 'hotline', act: 'event.confirm', about: id },
      { by: '1001', act: 'event.end', about: id },
    ],
  );
});

t.test('agents and checkers write none; what cannot be said is refused in words', async (t) => {
  const { call, logIn } = await openOffice();
  const body = { text, until };
  t.equal((await call('POST /api/v1/events', { body })).statusCode, 401);
  const agent = (await logIn('1004')).cookie;
  t.equal((await call('POST /api/v1/events', { cookie: agent, body })).statusCode, 403);
  const leader = (await logIn('1001')).cookie;
  const refused = async (change: object) =>
    json(await call('POST /api/v1/events', { cookie: leader, body: { ...body, ...change } }));
  t.match(await refused({ text: '停电了 ABC 正在抢修' }), {
    code: 'REQUEST_INVALID',
    details: { field: 'text' },
  });
  t.match(await refused({ text: '请拨打13812345678询问' }), { code: 'TEXT_HOLDS_NUMBER' });
  t.match(await refused({ until: '2026-01-01' }), { details: { field: 'until' } });
  t.match(await refused({ when: 'always' }), { code: 'REQUEST_INVALID' });
  t.match(await call('GET /api/v1/events/none/audio', { cookie: leader }), { statusCode: 404 });
});

t.test('the file they are kept in: whole or not at all, and set aside when it cannot be read', async (t) => {
  const file = path.join(t.testdir(), 'below', 'event-prompts.json');
  const aside: string[] = [];
  const book = createEventPromptBook(file, (one) => aside.push(one));
  t.same(book.read(), [], 'none yet');
  const event: EventPrompt = {
    id: 'e1',
    text: '停电',
    heard: '通知',
    pinyin: 'tōng',
    durationMs: 1,
    when: 'first',
    entryIds: [],
    areaCodes: ['0311'],
    untilMs: 9,
    state: 'live',
    draftedBy: '1001',
    draftedAtMs: 1,
    confirmedBy: '1002',
    liveAtMs: 2,
  };
  await book.write([event]);
  t.same(book.read(), [event]);
  for (const damaged of ['[{"id": 1}]', '[', '']) {
    await writeFile(file, damaged);
    t.same(book.read(), [], damaged);
    t.equal(await readFile(aside.at(-1) ?? '', 'utf8'), damaged);
    t.same(book.read(), [], 'said once');
  }
  t.equal(new Set(aside).size, 3, 'each is kept');
});
