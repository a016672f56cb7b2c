import fc from 'fast-check';
import t from 'tap';
import { dayStartMs, type DayKey } from '../../src/contact/civil-time.js';
import type { FlowId, QueueId } from '../../src/contact/ids.js';
import {
  bareNumber,
  buildLedger,
  keptNumber,
  meaningOf,
  type DialledPlace,
  type Meaning,
} from '../../src/numbers/ledger.js';
import {
  nextChange,
  numberPatterns,
  numberStates,
  stateOn,
  type LedgerRow,
} from '../../src/numbers/ledger-row.js';
import { daysInCommon, periodsOf, type WrittenState } from '../../src/numbers/periods.js';
import { addDays } from '../../src/contact/civil-time.js';

const row = (number: string, changed: Partial<LedgerRow> = {}): LedgerRow => ({
  id: number,
  number,
  name: `${number}热线`,
  pattern: 'whole',
  deliveredAs: [],
  states: [],
  ownPrompts: { opening: null, farewell: null, announcement: null },
  region: '',
  sealed: null,
  kpiLine: number,
  tag: number,
  flowId: number as FlowId,
  queueId: 'general' as QueueId,
  ...changed,
});
const main = row('12345', { pattern: 'main', deliveredAs: ['031112345'] });
const rest = {
  otherwise: main,
  otherKpiLine: 'unknown',
  areas: { shared: [], cityOfTrunk: new Map<string, string>(), areaCode: '0311' },
  dialledFrom: new Map<string, readonly DialledPlace[]>(),
  subCentres: new Set(['centre']),
  notices: new Set(['trans.sub', 'greet.main']),
};
const retired = row('12358', {
  states: periodsOf([
    { state: 'dual', from: null, until: '2026-03-31' },
    { state: 'transfer', from: null, until: '2026-12-31' },
    { state: 'prompt', from: '2027-01-01', until: null },
    { state: 'vacant', from: '2027-07-01', until: null },
  ]).periods,
});
const ledger = buildLedger([main, retired, row('031187654321', { states: retired.states })], rest);
const call = { dnis: '12345', redirectedFrom: '', toUser: '', ani: '', trunkId: 'carrier' };
const meaningOn = (day: DayKey, changed: Partial<typeof call> = {}, among = ledger): Meaning =>
  meaningOf(among, { ...call, ...changed, nowMs: dayStartMs(day) + 40_000_000 });
const entryOf = (changed: Partial<typeof call>): string => meaningOn('2026-06-10', changed).entryId;

t.test('the number a citizen dialled decides, not the one the carrier made of it', async (t) => {
  t.equal(entryOf({}), '12345');
  t.equal(entryOf({ dnis: '12358' }), '12358');
  t.equal(
    entryOf({ redirectedFrom: '12358' }),
    '12358',
    'forwarded: the old number stands in Diversion alone',
  );
  t.equal(entryOf({ dnis: '086999', toUser: '12358' }), '12358');
  t.equal(entryOf({ redirectedFrom: '031100001234' }), '12345', 'a private phone that forwards to us');
  t.equal(entryOf({ dnis: '+86-311-12345' }), '12345');
});

t.test(
  'who dials the number of one city is not asked for his city, also where several share its area code',
  async (t) => {
    const areas = { ...rest.areas, shared: [{ areaCode: '0312', cities: ['保定市', '雄安新区'] }] };
    const own = row('03128736818', { region: '雄安新区' });
    const shared = buildLedger([main, own, row('03120000001')], { ...rest, areas });
    const asks = (dnis: string, redirectedFrom = '') =>
      meaningOn('2026-06-10', { dnis, redirectedFrom }, shared).asksCity;
    t.equal(asks('03128736818'), false);
    t.equal(asks('12345', '03128736818'), false, 'forwarded');
    t.equal(asks('03120000001'), true, 'a number of both');
    t.equal(asks('031212345'), true);
  },
);

t.test('a carrier that writes the number elsewhere is believed there, on its own trunk', async (t) => {
  const dialledFrom = new Map([['other', ['to', 'requestUri']]] as const);
  const among = buildLedger([main, retired], { ...rest, dialledFrom });
  const entry = (changed: Partial<typeof call>) => meaningOn('2026-06-10', changed, among).entryId;
  t.equal(entry({ trunkId: 'other', toUser: '12358', dnis: '12345' }), '12358');
  t.equal(
    entry({ trunkId: 'other', redirectedFrom: '12358' }),
    '12345',
    'what it says of forwarding is not believed',
  );
  t.equal(entry({ toUser: '12358' }), '12345', 'other trunks as ever');
});

t.test('a number that nobody knows is served, on a KPI line of its own', async (t) => {
  const meaning = meaningOn('2026-06-10', { dnis: '96000' });
  t.match(meaning, { entryId: '12345', kpiLine: 'unknown', state: 'served', words: {} });
});

t.test('each state says what it has to, and changes at the site’s midnight', async (t) => {
  const wordsOn = (day: DayKey, changed = {}) => meaningOn(day, { dnis: '12358', ...changed }).words;
  const name = '12358热线';
  t.same(wordsOn('2026-03-31'), { opening: { id: 'trans.dual', slots: { name } } });
  t.same(wordsOn('2026-04-01'), {
    opening: { id: 'trans.transfer', slots: { name } },
    farewell: { id: 'trans.after' },
  });
  t.same(meaningOn('2026-04-01', { dnis: '0311-87654321' }).words.opening?.id, 'trans.pstn');
  for (const day of ['2027-01-01', '2027-07-01', '2199-12-31'])
    t.same(wordsOn(day), { announcement: { id: 'trans.prompt', slots: { name } } });
  t.same(wordsOn('2027-01-01', { ani: '+8610 8888 0000' }), {
    announcement: { id: 'trans.prompt.away', slots: { name, area: '0311' } },
  });
  t.equal(
    wordsOn('2027-01-01', { ani: '13800138000' }).announcement?.id,
    'trans.prompt',
    'a mobile is from here',
  );
  t.equal(wordsOn('2027-01-01', { ani: '031100001234' }).announcement?.id, 'trans.prompt');
  t.equal(meaningOn('2027-01-01', { dnis: '12358' }).tag, 'promptOnly', 'outside the denominator');
  t.equal(meaningOn('2026-12-31', { dnis: '12358' }).tag, '12358');
  const midnightMs = dayStartMs('2027-01-01');
  const at = (nowMs: number) => meaningOf(ledger, { ...call, dnis: '12358', nowMs }).state;
  t.same([at(midnightMs - 1), at(midnightMs)], ['transfer', 'prompt']);
});

t.test('a row’s own prompts go before the pattern’s', async (t) => {
  const ownPrompts = { opening: 'own.hello', farewell: 'own.bye', announcement: 'own.stopped' };
  const own = buildLedger([main, row('12358', { ...retired, ownPrompts })], rest);
  t.same(meaningOn('2026-02-01', { dnis: '12358' }, own).words, {
    opening: { id: 'own.hello' },
    farewell: { id: 'own.bye' },
  });
  t.same(meaningOn('2028-02-01', { dnis: '12358' }, own).words, { announcement: { id: 'own.stopped' } });
});

t.test('a row with a target leads its calls there as long as it is served', async (t) => {
  const target = { trunkId: 'centre', number: '6001', showsCaller: false };
  const led = row('12333', { pattern: 'subCentre', target, states: retired.states });
  const among = buildLedger([main, led], rest);
  const leadOn = (day: DayKey) => meaningOn(day, { dnis: '12333' }, among).words.lead;
  const slots = { name: '12333热线' };
  t.same(leadOn('2026-03-31'), {
    first: { id: 'trans.sub', slots },
    back: { id: 'trans.sub.back', slots },
    target,
  });
  t.ok(leadOn('2026-12-31'), 'in every state in which it is served');
  t.equal(leadOn('2027-01-01'), undefined, 'afterwards it is only told of');
  t.equal(meaningOn('2026-03-31', {}, among).words.lead, undefined, 'other numbers are not led anywhere');
});

t.test(
  'a number that comes back is another row for other days; in between it is an unknown one',
  async (t) => {
    const old = row('12356', { states: [{ state: 'transfer', from: null, until: '2024-12-31' }] });
    const back = row('12356', {
      id: '12356-2025',
      pattern: 'dual',
      states: [{ state: 'returned', from: '2025-05-01', until: null }],
    });
    const both = buildLedger([main, old, back], rest);
    const on = (day: DayKey) => meaningOn(day, { dnis: '12356' }, both);
    t.match(on('2024-12-31'), { entryId: '12356', state: 'transfer' });
    t.match(on('2025-01-15'), { entryId: '12345', kpiLine: 'unknown' });
    t.match(on('2025-05-01'), { entryId: '12356-2025', words: { opening: { id: 'trans.returned' } } });
    t.equal(daysInCommon(old, back), undefined);
    t.same(daysInCommon(old, row('12356')), { from: null, until: '2024-12-31' });
  },
);

t.test('the next change of a number is known beforehand', async (t) => {
  const next = (day: DayKey) => nextChange(retired, day, (one) => addDays(one, 1));
  t.same(next('2026-06-10'), { from: '2027-01-01', state: 'prompt' });
  t.equal(next('2027-07-01'), undefined);
  const ending = { states: [{ state: 'transfer', from: null, until: '2026-12-31' }] } as const;
  t.same(
    nextChange(ending, '2026-06-10', (one) => addDays(one, 1)),
    { from: '2027-01-01', state: undefined },
  );
});

t.test('a number is kept if it is of the ledger, and masked if it may be a person’s', async (t) => {
  const kept = (number: string) => keptNumber(ledger, number);
  t.same(['', '12358', '+86-311-12345', '12333'].map(kept), ['', '12358', '+86-311-12345', '12333']);
  t.equal(kept('031100001234'), '0311-****1234');
  t.equal(kept('+8631100001234'), '0311-****1234');
  t.equal(kept('zhang.san'), '未显示号码');
});

t.test('forms of one number are one', async (t) => {
  t.equal(bareNumber('+8631112345'), '031112345');
  t.equal(bareNumber('0086 311 12345'), '031112345');
  t.equal(bareNumber('+8612345'), '12345');
  t.equal(bareNumber('+85212345'), '0085212345', 'abroad is not here');
});

t.test('dates that cannot be are found: reversed, missing, with a gap or an overlap', async (t) => {
  const faults = (...written: WrittenState[]) => periodsOf(written).faults;
  const state = 'dual';
  t.same(faults({ state, from: '2026-02-01', until: '2026-01-01' }), [
    { index: 0, fault: 'reversed', from: '2026-02-01', until: '2026-01-01' },
  ]);
  t.same(faults({ state, from: null, until: null }, { state, from: null, until: null }), [
    { index: 1, fault: 'noDate', from: '', until: '' },
  ]);
  t.same(faults({ state, from: null, until: '2026-06-30' }, { state, from: '2026-08-01', until: null }), [
    { index: 1, fault: 'gap', from: '2026-07-01', until: '2026-07-31' },
  ]);
  t.same(faults({ state, from: null, until: '2026-06-30' }, { state, from: '2026-03-01', until: null }), [
    { index: 1, fault: 'overlap', from: '2026-03-01', until: '2026-06-30' },
  ]);
});

const day = fc.integer({ min: 0, max: 3000 }).map((days) => addDays('2024-01-01', days));
const number = fc.constantFrom('12345', '12358', '12356', '031187654321', '96111');
const form = fc.constantFrom('031112358', '+8631112356', '8631187000001', '031187000002');
const prompt = fc.constantFrom(null, 'own.words');
const anyRow = fc
  .record({
    number,
    pattern: fc.constantFrom(...numberPatterns),
    deliveredAs: fc.array(form, { maxLength: 2 }),
    written: fc.array(
      fc.record({
        state: fc.constantFrom(...numberStates),
        from: fc.option(day, { nil: null }),
        until: fc.option(day, { nil: null }),
      }),
      { maxLength: 5 },
    ),
    ownPrompts: fc.record({ opening: prompt, farewell: prompt, announcement: prompt }),
    sealed: fc.constantFrom(null, 'confidential' as const, 'minor' as const),
    target: fc.constantFrom(
      undefined,
      { trunkId: 'centre', number: '6001', showsCaller: false },
      { trunkId: 'centre', number: '6002', showsCaller: true },
    ),
  })
  .map(({ number: one, written, target, ...fields }) =>
    row(one, { ...fields, states: periodsOf(written).periods, ...(target && { target }) }),
  );
const text = fc.oneof(number, form, fc.string({ maxLength: 30 }));
const anyCall = fc.record({
  dnis: text,
  redirectedFrom: text,
  toUser: text,
  ani: fc.oneof(text, fc.constantFrom('01088880000', '13800138000', '')),
  trunkId: fc.constantFrom('carrier', 'other', 'city'),
});
const anyRest = fc
  .record({
    places: fc.shuffledSubarray(['redirecting', 'requestUri', 'to'] as DialledPlace[], { minLength: 1 }),
    shared: fc.boolean(),
  })
  .map(({ places, shared }) => ({
    ...rest,
    dialledFrom: new Map([['other', places]]),
    areas: {
      ...rest.areas,
      shared: shared ? [{ areaCode: '0311', cities: ['石家庄市', '辛集市'] }] : [],
      cityOfTrunk: new Map([['city', '辛集市']]),
    },
  }));

t.test('any ledger, call and day give exactly one meaning, and the same one again', async (t) => {
  const met = new Set<string>();
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 8 }), anyCall, day, anyRest, (rows, asked, on, others) => {
      const among = buildLedger(rows, others);
      const meaning = meaningOn(on, asked, among);
      const { words, state, entryId, pattern, sealed, asksCity } = meaning;
      const found = [...rows, main].find(({ id }) => id === entryId);
      const isTold = state === 'prompt' || state === 'vacant';
      for (const one of [`${pattern} ${state}`, `sealed ${String(sealed)}`, `asks ${String(asksCity)}`])
        met.add(one);
      for (const [name, value] of Object.entries({ ...words, target: words.lead?.target.number }))
        if (value !== undefined) met.add(name);
      // Known from the rows alone, the other way round: no row before it has the day and one of the forms.
      const places = others.dialledFrom.get(asked.trunkId) ?? ['redirecting', 'requestUri', 'to'];
      const said = places.map((place) =>
        bareNumber({ redirecting: asked.redirectedFrom, requestUri: asked.dnis, to: asked.toUser }[place]),
      );
      const claims = said.map((bare) =>
        rows.find(
          (one) =>
            [one.number, ...one.deliveredAs].some((form) => bareNumber(form) === bare) &&
            stateOn(one, on) !== undefined,
        ),
      );
      const wanted = claims.find((one) => one !== undefined) ?? main;
      return (
        found !== undefined &&
        entryId === wanted.id &&
        state === (stateOn(wanted, on) ?? 'served') &&
        pattern === wanted.pattern &&
        sealed === wanted.sealed &&
        (meaning.kpiLine === 'unknown') === claims.every((one) => one === undefined) &&
        isTold === (words.announcement !== undefined) &&
        isTold === (meaning.tag === 'promptOnly') &&
        !(isTold && (words.opening ?? words.farewell ?? words.lead)) &&
        (isTold || words.lead?.target === wanted.target) &&
        JSON.stringify(meaningOn(on, asked, among)) === JSON.stringify(meaning)
      );
    }),
    { numRuns: 4000 },
  );
  for (const pattern of numberPatterns)
    for (const state of numberStates) t.ok(met.has(`${pattern} ${state}`), `${pattern} ${state}`);
  for (const field of [
    ...['opening', 'farewell', 'announcement', 'lead', 'target'],
    ...['sealed null', 'sealed confidential', 'sealed minor', 'asks true', 'asks false'],
  ])
    t.ok(met.has(field), field);
});
