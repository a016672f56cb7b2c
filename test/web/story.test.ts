// A contact's story in words: every fact of the code has its own, each slot is filled in both languages, an unknown one is named.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { storyLine, toldTypes, wordOr, type Slot, type StoryFact } from '../../src/web/lead/story.js';
import { en } from '../../src/web/words/en.js';
import { zh, type WordKey } from '../../src/web/words/zh.js';

const source = path.resolve(import.meta.dirname, '../../src');

/** A value for every field any fact has: what is not asked for does not hurt. */
const data: StoryFact['data'] = {
  ...{ dnis: '12345', reason: 'full', nodeId: 'greet', digit: '1', queueId: 'general', place: 3 },
  ...{ fromMinutes: 3, toMinutes: 5 },
  ...{ promptId: 'queue.busy', agentId: '1002', rangMs: 3_000, outcome: 'rona', waitedMs: 5_000, held: true },
  ...{ paused: true, by: 'agent', silent: 'both', interrupted: 'phone', talkMs: 61_000, exit: 'timeout' },
  ...{ preferAgentId: '1002', category: 'consult', district: '长安区', matterNumber: '251123100001' },
  ...{ during: 'waiting', how: 'calledBack', note: '已答复', heldMs: 1, lastedMs: 2, supervisorId: '1001' },
  ...{ mode: 'listen', deviceId: 'd1002', plan: { is: 'signOut' }, from: 'ready', to: 'break' },
  ...{ templateId: 'sms.case', code: 'notMobile', refused: true, count: 2, kind: 'court' },
  ...{
    result: 'none',
    answer: 'hears',
    sent: true,
    seat: 'minor',
    wish: 'dialect',
    number: '6001',
    areaCode: '0310',
    region: '辛集市',
  },
  ...{ departmentId: 'fund', expertId: '8001', parked: true, theirId: 'P-1', tookMs: 900 },
  ...{ reachable: true, busy: true, activity: 'ringing', act: 'GoReady', grade: 5 },
};
const factOf = (type: string, change: StoryFact['data'] = {}): StoryFact => ({
  ...{ stream: 'agent', id: '1002', seq: 0, atMs: 0, type },
  data: { ...data, ...change },
});

const text = (slot: Slot): string => {
  if (typeof slot !== 'object') return String(slot);
  if ('word' in slot) return zh[slot.word];
  if ('queue' in slot) return slot.queue;
  if ('agent' in slot) return slot.agent;
  if ('city' in slot) return slot.city;
  return 'ms' in slot ? String(slot.ms) : slot.list.map(text).join('、');
};
const slotNames = (word: WordKey) => (zh[word].match(/\{(\w+)\}/g) ?? []).map((name) => name.slice(1, -1));

t.test('every fact of contacts and agents that the code knows has words', async (t) => {
  const files = ['contact/contact-signals.ts', 'contact/agent.ts'];
  const texts = await Promise.all(files.map((file) => readFile(path.join(source, file), 'utf8')));
  const types = texts.flatMap((whole) => {
    const [, union = ''] = /export type \w+Fact =([^]*?);\n\n/.exec(whole) ?? [];
    return [...union.matchAll(/readonly type: '(\w+)'/g)].map(([, type = '']) => type);
  });
  t.ok(types.length > 25, `${String(types.length)} types`);
  t.same(
    types.filter((type) => !toldTypes.includes(type)),
    [],
  );
});

t.test('each line fills every slot of its words, and says no key', async (t) => {
  for (const type of toldTypes) {
    for (const change of [
      ...(type.startsWith('Packet') ? [] : [{}]),
      { targetId: 'police', mode: 'oneKey', numberTold: true },
      {
        ...{ held: false, paused: false, reachable: false, busy: false, refused: false, note: '' },
        ...(type.startsWith('Packet') && { targetId: 'police' }),
      },
    ]) {
      const { word, slots } = storyLine(factOf(type, change));
      t.not(word, 'story.unknown', type);
      for (const name of slotNames(word)) t.match(text(slots[name] ?? ''), /./, `${type} ${name}`);
      t.ok(en[word].length > 0);
    }
  }
  const words = (type: string, change: StoryFact['data'] = {}) => storyLine(factOf(type, change)).word;
  t.equal(words('TalkEnded'), 'story.TalkEnded.interrupted');
  t.equal(words('TalkEnded', { interrupted: undefined }), 'story.TalkEnded');
  t.equal(words('ContactHeld', { held: false }), 'story.ContactHeld.off');
  t.equal(words('CallMissedByService', { reason: 'away' }), 'story.CallMissedByService.away');
});

t.test('an unknown type is shown by its name, and no data whatsoever breaks a line', async (t) => {
  t.same(storyLine(factOf('SomethingNew')), {
    ...{ word: 'story.unknown', slots: { type: 'SomethingNew' }, minor: false },
  });
  t.equal(storyLine(factOf('constructor')).word, 'story.unknown');
  t.equal(wordOr('offer', 'rocket'), 'rocket');
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...toldTypes), fc.string()),
      fc.dictionary(fc.constantFrom(...Object.keys(data)), fc.jsonValue()),
      (type, some) => {
        const { word, slots } = storyLine({ ...factOf(type), data: some });
        return (
          Object.hasOwn(zh, word) && Object.values(slots).every((slot) => typeof text(slot) === 'string')
        );
      },
    ),
  );
});
