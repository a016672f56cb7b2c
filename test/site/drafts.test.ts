// Drafts over the shipped files and versions one after the other: what is meant changes, nothing else; nobody publishes his own.
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import {
  applyDraft,
  governedHash,
  governedTexts,
  hashOf,
  mergedRow,
  placedRows,
  rowOf,
  textChanges,
  withChange,
  type DraftChange,
  type DraftTable,
} from '../../src/site/draft.js';
import { editPairs } from '../../src/site/edit-pairs.js';
import type { RowFields } from '../../src/site/edit-rows.js';
import { parseOtherCities } from '../../src/site/parse-other-cities.js';
import { judgeDraft } from '../../src/site/judge-draft.js';
import { awaitingReview, found, publish, review, type PublishedVersion } from '../../src/site/publishing.js';

const folder = new URL('../../ivr-flows/', import.meta.url);
const files: ReadonlyMap<string, string> = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]),
);
const nowMs = Date.UTC(2026, 10, 23, 2);
const options = { nowMs };

/** A change as a form makes it: over what stands there. */
function change(table: DraftTable, id: string, fields: RowFields | null) {
  return { is: 'row', table, id, before: rowOf(files, table, id), fields } as const satisfies DraftChange;
}

const retired: RowFields = {
  number: '12399',
  name: '12399示例热线',
  shortName: '示例',
  former: '市某某局',
  service: '示例业务',
  pattern: 'whole',
  approval: '冀政办字〔2021〕20号',
  kpiLine: '12399',
  tag: 'n12399',
  flow: '12345',
  menuFlow: '12345-menu',
  queue: 'general',
  whisper: false,
  delivered_as: ['031112399', '8631112399', '+8631112399'],
  successor: '12345',
  states: [
    { state: 'transfer', until: '2027-06-30' },
    { state: 'prompt', until: '2027-12-31' },
    { state: 'vacant' },
  ],
};

t.test(
  'a number that a form adds stands as the page of numbers writes it, and nothing else moves',
  async (t) => {
    const { files: after, changed, conflicts } = applyDraft(files, [change('numbers', '12399', retired)]);
    t.same([conflicts, [...changed.keys()]], [[], ['numbers.yaml']]);
    const before = files.get('numbers.yaml') ?? '';
    const text = after.get('numbers.yaml') ?? '';
    t.ok(text.startsWith(before));
    t.equal(
      text.slice(before.length),
      `
- number: '12399'
  name: '12399示例热线'
  shortName: 示例
  former: 市某某局
  service: 示例业务
  pattern: whole
  approval: 冀政办字〔2021〕20号
  kpiLine: '12399'
  tag: n12399
  flow: '12345'
  menuFlow: '12345-menu'
  queue: general
  whisper: false
  delivered_as: ['031112399', '8631112399', '+8631112399']
  successor: '12345'
  states:
    - { state: transfer, until: '2027-06-30' }
    - { state: prompt, until: '2027-12-31' }
    - { state: vacant }
`,
    );
    const judged = judgeDraft({
      files,
      changes: [change('numbers', '12399', retired)],
      options,
      call: { number: '12399', on: '2027-08-01' },
    });
    t.same(
      judged.findings.map(({ code, known }) => [code, known]),
      judgeDraft({ files, changes: [], options }).findings.map(({ code }) => [code, true]),
      'nothing but what stood before',
    );
    t.match(
      judged.differences.map(({ zh }) => zh),
      [/^新增号码 12399:名称 12399示例热线;.*各时期 提示并转接期 至 2027-06-30、/],
    );
    t.match(judged.hearing?.heard[0]?.text, /^12399示例热线已停止使用/);
  },
);

t.test('what the check finds is told at the field it concerns', async (t) => {
  const fieldsOf = (fields: RowFields) =>
    judgeDraft({
      files,
      changes: [change('numbers', '12399', { ...retired, ...fields })],
      options,
      about: { table: 'numbers', id: '12399' },
    })
      .findings.filter(({ known }) => !known)
      .map(({ level, field }) => [level, field]);
  t.same(fieldsOf({ queue: 'nowhere' }), [['error', 'queue']]);
  t.same(fieldsOf({ shortName: '一二三四五六七八九十十一十二' }), [['error', 'shortName']]);
  t.same(fieldsOf({ delivered_as: ['031112345'] }), [['error', 'delivered_as']]);
  t.same(
    fieldsOf({
      states: [
        { state: 'transfer', until: '2027-06-30' },
        { state: 'prompt', from: '2027-08-01' },
      ],
    }),
    [['error', 'states']],
  );
  t.same(fieldsOf({ approval: undefined }), [['warning', 'approval']]);
});

t.test('any change of any row leaves every other row as it was, comments too', async (t) => {
  const tables = ['numbers', 'prompts', 'calendar', 'lexicon', 'legalRoutes'] as const;
  const rows = tables.flatMap((table) => placedRows(files, table).map((row) => ({ table, row })));
  const words = fc.stringMatching(/^[一-龥]{1,8}。?$/);
  fc.assert(
    fc.property(fc.constantFrom(...rows), words, ({ table, row }, word) => {
      const key = {
        ...{ numbers: 'name', prompts: 'text', calendar: 'document' },
        ...{ lexicon: 'value', legalRoutes: 'basis' },
      }[table];
      const fields = { ...row.fields, [key]: word };
      const after = applyDraft(files, [change(table, row.id, fields)]);
      t.same(after.conflicts, []);
      t.same(rowOf(after.files, table, row.id), fields);
      const lines = (texts: ReadonlyMap<string, string>) => (texts.get(row.file) ?? '').split('\n');
      const [was, is] = [lines(files), lines(after.files)];
      const comments = (text: readonly string[]) => text.filter((line) => line.includes('#')).length;
      t.equal(comments(is), comments(was));
      const others = placedRows(files, table).filter(({ id }) => id !== row.id);
      const now = new Map(placedRows(after.files, table).map((one) => [one.id, one.fields]));
      for (const other of others) t.same(now.get(other.id), other.fields);
      for (const [file, text] of files) if (file !== row.file) t.equal(after.files.get(file), text);
    }),
    { numRuns: 60 },
  );
});

t.test('what a form does not know stays; what it takes out goes', async (t) => {
  const scalar = fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.boolean());
  const row = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), scalar);
  const wanted = fc.dictionary(fc.constantFrom('a', 'b'), fc.option(scalar));
  fc.assert(
    fc.property(fc.option(row), wanted, (present, form) => {
      const merged = mergedRow(present, form) ?? {};
      for (const key of ['a', 'b', 'c', 'd']) {
        const asked = Object.hasOwn(form, key) ? (form[key] ?? undefined) : present?.[key];
        t.equal(merged[key], asked);
      }
    }),
    { numRuns: 100 },
  );
  t.equal(mergedRow({ a: 1 }, null), null);
});

t.test(
  'a city is added to a route in its place; the prompt that must say it is named at its field',
  async (t) => {
    const route = rowOf(files, 'legalRoutes', 'region') ?? {};
    const cities = { ...(route['cities'] as RowFields), '0311': '石家庄市' };
    const added = change('legalRoutes', 'region', { ...route, cities });
    const text = applyDraft(files, [added]).files.get('legal-routes.yaml') ?? '';
    const before = files.get('legal-routes.yaml') ?? '';
    t.equal(
      text,
      before
        .replace('  cities: # 区号', '  cities:\n    # 区号')
        .replace("'0335': 秦皇岛市\n", "'0335': 秦皇岛市\n    '0311': 石家庄市\n"),
      'its remark goes below its key',
    );
    const about = { table: 'legalRoutes', id: 'region' } as const;
    const alone = judgeDraft({ files, changes: [added], options, about });
    t.match(alone.findings, [
      { field: 'cities', zh: /scope\.region\.read 的 \{city\} 没有 '0311'/ },
      { field: 'cities', zh: /\{area\}/ },
    ]);
    const prompt = rowOf(files, 'prompts', 'scope.region.read') ?? {};
    const slots = prompt['slots'] as Readonly<Record<string, { readonly words: RowFields }>>;
    const spoken = change('prompts', 'scope.region.read', {
      ...prompt,
      slots: {
        city: { words: { ...slots['city']?.words, '0311': '石家庄市' } },
        area: { words: { ...slots['area']?.words, '0311': '零三幺幺' } },
      },
    });
    const both = judgeDraft({ files, changes: [added, spoken], options, about });
    t.same(
      both.findings.filter(({ known }) => !known),
      [],
    );
    t.match(
      both.differences.map(({ zh }) => zh),
      [/^法定渠道 region 的 .*0311.*石家庄市/, /scope\.region\.read/, /scope\.region\.read/],
    );
    const court = rowOf(files, 'legalRoutes', 'court') ?? {};
    const elsewhere = change('legalRoutes', 'court', { ...court, number: '12333', message: 'sms.none' });
    t.match(
      judgeDraft({ files, changes: [elsewhere], options, about: { ...about, id: 'court' } })
        .findings.filter(({ known }) => !known)
        .map(({ field }) => field),
      ['number', 'message'],
    );
  },
);

t.test('what somebody else has changed meanwhile is not overwritten', async (t) => {
  const mine = change('numbers', '12358', { ...rowOf(files, 'numbers', '12358'), name: '12358价格热线' });
  const numbers = files.get('numbers.yaml') ?? '';
  const elsewhere = new Map(files).set('numbers.yaml', numbers.replace('12300电信申诉热线', '12300电信热线'));
  t.same(applyDraft(elsewhere, [mine]).conflicts, [], 'another row');
  t.match(applyDraft(elsewhere, [mine]).files.get('numbers.yaml'), /12300电信热线[^]*12358价格热线/);
  const same = new Map(files).set('numbers.yaml', numbers.replace('12358价格举报热线', '12358物价热线'));
  t.same(applyDraft(same, [mine]).conflicts, [{ at: 0, reason: 'changed' }]);
  t.equal(applyDraft(same, [mine]).files.get('numbers.yaml'), same.get('numbers.yaml'));
  const whole: DraftChange = {
    is: 'text',
    file: 'lexicon.yaml',
    before: hashOf('else'),
    text: '重新: chong2 xin1\n',
  };
  t.same(applyDraft(files, [whole]).conflicts, [{ at: 0, reason: 'changed' }]);
});

t.test('of two changes of one row the later counts; one that undoes the first is none', async (t) => {
  const fields = rowOf(files, 'numbers', '12358');
  const first = change('numbers', '12358', { ...fields, name: '甲' });
  const later = { ...change('numbers', '12358', { ...fields, name: '乙' }), before: first.fields };
  t.same(withChange([first], later), [{ ...later, before: fields }]);
  t.same(withChange([first], change('numbers', '12358', fields)), []);
});

t.test('a lexicon is changed line by line', async (t) => {
  const text = '# 词典\n重新: chong2 xin1 # 常用\n\n银行: yin2 hang2\n';
  const result = editPairs(text, [
    { id: '重新', value: 'zhong4 xin1' },
    { id: '银行', value: null },
    { id: '长安', value: 'chang2 an1' },
  ]);
  t.match(result, { ok: true, text: '# 词典\n重新: zhong4 xin1 # 常用\n\n长安: chang2 an1\n' });
});

const people = ['a', 'b', 'os:root'] as const;
const acts = fc.oneof(
  fc.record({
    do: fc.constant('publish' as const),
    text: fc.integer({ min: 0, max: 5 }),
    author: fc.constantFrom(...people),
    by: fc.constantFrom(...people),
    emergency: fc.boolean(),
    reason: fc.constantFrom('', '为何'),
  }),
  fc.record({
    do: fc.constant('undo' as const),
    to: fc.nat(),
    author: fc.constantFrom(...people),
    by: fc.constantFrom(...people),
  }),
  fc.record({ do: fc.constant('byHand' as const), text: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    do: fc.constant('review' as const),
    number: fc.nat({ max: 20 }),
    by: fc.constantFrom(...people),
  }),
);

t.test('whatever people do, the versions tell what was in force, and nobody was alone unseen', async (t) => {
  const textsOf = (text: number) => new Map([['numbers.yaml', `- ${String(text)}\n`]]);
  fc.assert(
    fc.property(fc.array(acts, { maxLength: 40 }), (sequence) => {
      let inForce = textsOf(0);
      const kept = new Map<number, ReadonlyMap<string, string>>();
      let history: readonly PublishedVersion[] = [];
      const add = (version: PublishedVersion, texts: Map<string, string>) => {
        history = [...history, version];
        inForce = texts;
        kept.set(version.number, texts);
      };
      const first = found(history, governedHash(inForce), 0);
      if (first !== undefined) add(first, inForce);
      for (const [at, act] of sequence.entries()) {
        if (act.do === 'byHand') {
          const texts = textsOf(act.text);
          const version = found(history, governedHash(texts), at);
          if (version !== undefined) add(version, texts);
        } else if (act.do === 'review') {
          const done = review(history, act.number, { by: act.by, atMs: at, note: '' });
          if (done.ok) history = history.map((one) => (one.number === act.number ? done.version : one));
        } else {
          const back = act.do === 'undo' ? (act.to % history.length) + 1 : null;
          const texts = act.do === 'undo' ? new Map(kept.get(back ?? 0) ?? []) : textsOf(act.text);
          const after = applyDraft(inForce, textChanges(governedTexts(inForce), texts)).files;
          const { author, by } = act;
          const done = publish(history, {
            ...{ author, by, undoOf: back, hash: governedHash(after), atMs: at },
            emergency: act.do === 'publish' && act.emergency,
            reason: act.do === 'publish' ? act.reason : '恢复',
          });
          if (!done.ok) continue;
          add(done.version, new Map(after));
          if (back !== null) t.equal(done.version.hash, history[back - 1]?.hash);
        }
      }
      t.same(
        history.map(({ number }) => number),
        history.map((_, at) => at + 1),
      );
      for (const { number, hash } of history) t.equal(governedHash(kept.get(number) ?? new Map()), hash);
      t.equal(governedHash(inForce), history.at(-1)?.hash);
      for (const version of history) {
        const { how, author, publisher, emergency, reason, review: look } = version;
        if (how === 'found') t.same([author, publisher, emergency], [null, null, false]);
        else t.ok(reason !== '' && emergency === (author === publisher));
        if (look !== null) t.ok(emergency && look.by !== publisher && look.by !== author);
        t.equal(awaitingReview([version]).length, emergency && look === null ? 1 : 0);
      }
    }),
    { numRuns: 300 },
  );
});

t.test(
  'a city comes into a file that holds none, and leaves it as it was but for its brackets',
  async (t) => {
    const row = { areaCode: '0310', trunk: 'province' };
    const added = applyDraft(files, [change('otherCities', '0310', row)]);
    const text = added.files.get('other-cities.yaml') ?? '';
    t.match(text, /\n- areaCode: '0310'\n  trunk: province\n$/);
    t.equal(text.replace(/\n- areaCode[^]*$/, '\n[]\n'), files.get('other-cities.yaml'));
    const gone = applyDraft(added.files, [
      { is: 'row', table: 'otherCities', id: '0310', before: row, fields: null } as const,
    ]);
    t.same([gone.conflicts, rowOf(gone.files, 'otherCities', '0310')], [[], null]);
    t.ok(
      parseOtherCities('other-cities.yaml', gone.files.get('other-cities.yaml') ?? '').findings.length === 0,
    );
  },
);
