// Event prompts from draft to end: two people, an end time, nothing in force that is not written.
import path from 'node:path';
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { EventPrompt } from '../../src/contact/event-prompt.js';
import { createEventPrompts, type EventPromptWish } from '../../src/engine/event-prompts.js';
import { siteOf } from '../site/small-site.js';

const hourMs = 3_600_000;
const site = siteOf(await readSiteFiles(path.resolve(import.meta.dirname, '../../ivr-flows')));
const call = { entryId: '12345', callerMasked: '138****8000', region: null };
const wish: EventPromptWish = {
  text: '受暴雨影响,和平路部分小区停电,正在抢修。',
  when: 'waiting',
  entryIds: [],
  areaCodes: [],
  regions: [],
  untilMs: 4 * hourMs,
};

function desk(stored: readonly EventPrompt[] = []) {
  const state = {
    nowMs: 1_000,
    writes: true,
    live: 0,
    book: stored,
    sounds: new Set<string>(),
    speaking: Promise.resolve(),
  };
  let ids = 0;
  const events = createEventPrompts({
    clock: { nowMs: () => state.nowMs },
    ids: { next: () => `e${String((ids += 1))}` },
    sites: { current: () => site, ofVersion: () => site },
    book: {
      read: () => state.book,
      async write(all) {
        if (!state.writes) throw new Error('the disk is full');
        state.book = all;
      },
    },
    voice: {
      async speak(id) {
        await state.speaking;
        state.sounds.add(id);
        return { durationMs: 9_000, pinyin: 'shòu' };
      },
      forget: async (id) => void state.sounds.delete(id),
    },
    wentLive: () => (state.live += 1),
  });
  return { events, state };
}

t.test(
  'a draft is heard by no caller; another person confirms it, and those who wait are told at once',
  async (t) => {
    const { events, state } = desk();
    const { id, state: first } = await events.draft('1001', wish);
    t.equal(first, 'draft');
    t.same(events.forCall(call), []);
    await t.rejects(events.confirm('1001', id), { code: 'EVENT_NEEDS_ANOTHER' });
    t.equal(state.live, 0);
    const confirmed = await events.confirm('1002', id);
    t.match(confirmed, { state: 'live', draftedBy: '1001', confirmedBy: '1002', liveAtMs: 1_000 });
    t.equal(state.live, 1);
    t.match(events.forCall(call), [{ id }]);
    t.match(await events.confirm('1003', id), { confirmedBy: '1002' }, 'confirmed twice is once');
    t.equal(state.live, 1);
  },
);

t.test('it is over when somebody ends it, or when its time is', async (t) => {
  const { events, state } = desk();
  const [one, other] = [await events.draft('1001', wish), await events.draft('1001', wish)];
  for (const { id } of [one, other]) await events.confirm('1002', id);
  t.match(await events.end('1003', one.id), { state: 'ended', endedBy: '1003' });
  t.same(
    events.forCall(call).map(({ id }) => id),
    [other.id],
  );
  state.nowMs = wish.untilMs;
  t.same(events.forCall(call), []);
  t.match(
    events.all().find(({ id }) => id === other.id),
    { state: 'ended', endedBy: null },
  );
  await t.rejects(events.confirm('1002', other.id), { code: 'EVENT_OVER' });
  await t.rejects(events.end('1002', 'none'), { code: 'EVENT_UNKNOWN' });
});

t.test('a restart goes on with what is live; what could not be written is not in force', async (t) => {
  const { events, state } = desk();
  const { id } = await events.draft('1001', wish);
  state.writes = false;
  await t.rejects(events.confirm('1002', id), /disk is full/);
  t.same(events.forCall(call), []);
  t.equal(state.live, 0);
  state.writes = true;
  await events.confirm('1002', id);
  t.match(desk(state.book).events.forCall(call), [{ id }]);
});

t.test(
  'while one is being spoken others are confirmed; what could not be kept leaves no sound',
  async (t) => {
    const { events, state } = desk();
    const { id } = await events.draft('1001', wish);
    let spoken = () => undefined as void;
    state.speaking = new Promise<void>((resolve) => (spoken = resolve));
    const slow = events.draft('1001', wish);
    t.match(await events.confirm('1002', id), { state: 'live' });
    state.writes = false;
    spoken();
    await t.rejects(slow, /disk is full/);
    t.same([...state.sounds], [id]);
  },
);

t.test('three at one time; those long over are forgotten with their sounds', async (t) => {
  const { events, state } = desk();
  const ids: string[] = [];
  for (let made = 0; made < 4; made += 1) ids.push((await events.draft('1001', wish)).id);
  for (const id of ids.slice(0, 3)) await events.confirm('1002', id);
  await t.rejects(events.confirm('1002', ids[3]!), { code: 'EVENT_TOO_MANY' });
  for (let made = 0; made < 40; made += 1) {
    state.nowMs += 1;
    await events.end('1001', (await events.draft('1001', wish)).id);
  }
  t.ok(events.all().length <= 36, `${String(events.all().length)} are kept`);
  t.equal(state.sounds.size, events.all().length);
  t.equal(events.forCall(call).length, 3, 'what is live is never dropped');
});

t.test('what cannot be said, or for nobody, is refused with the field and why', async (t) => {
  const { events, state } = desk();
  const cases: readonly (readonly [Partial<EventPromptWish>, string, RegExp])[] = [
    [{ text: '停电' }, 'text', /太短/],
    [{ text: '和平路 WiFi 故障正在抢修' }, 'text', /「WiFi」读不出来/],
    [{ text: '停电抢修中'.repeat(30) }, 'text', /请缩短/],
    [{ text: '用户请耐心等待抢修' }, 'text', /不用「用户」/],
    [{ untilMs: 1_000 }, 'until', /已过/],
    [{ untilMs: 200 * hourMs }, 'until', /7 天/],
    [{ entryIds: ['99999'] }, 'entryIds', /没有接入号码 99999/],
    [{ areaCodes: ['311'] }, 'areaCodes', /不是区号/],
  ];
  for (const [change, field, zh] of cases)
    await t.rejects(events.draft('1001', { ...wish, ...change }), {
      code: 'REQUEST_INVALID',
      details: { field, zh },
    });
  t.equal(state.sounds.size, 0);
});
