// A call that a sub-centre hands over: what its headers mean, on whose trunks they are believed, and that nothing in them refuses a call.
import fc from 'fast-check';
import t from 'tap';
import { dayStartMs } from '../../src/contact/civil-time.js';
import { maskNumber } from '../../src/contact/masking.js';
import type { FlowId, QueueId } from '../../src/contact/ids.js';
import { readHandedOver, type ToldByCentre } from '../../src/numbers/handed-over.js';
import { buildLedger, meaningOf, type DialledPlace } from '../../src/numbers/ledger.js';
import { isAnnounced, type LedgerRow } from '../../src/numbers/ledger-row.js';
import { periodsOf } from '../../src/numbers/periods.js';

const row = (number: string, changed: Partial<LedgerRow> = {}): LedgerRow => ({
  ...{ id: number, number, name: `${number}热线`, pattern: 'whole', deliveredAs: [], states: [] },
  ownPrompts: { opening: null, farewell: null, announcement: null },
  ...{ region: '', sealed: null, kpiLine: number, tag: `n${number}` },
  ...{ flowId: number as FlowId, queueId: 'general' as QueueId },
  ...changed,
});
const stopped = periodsOf([{ state: 'prompt', from: null, until: null }]).periods;
const target = { trunkId: 'centre', number: '6001', showsCaller: false };
const main = row('12345', { pattern: 'main' });
const ledger = buildLedger(
  [
    main,
    row('12333', { pattern: 'subCentre', target }),
    row('12358', { states: stopped }),
    row('12355', { sealed: 'minor' }),
  ],
  {
    otherwise: main,
    otherKpiLine: 'unknown',
    areas: {
      shared: [{ areaCode: '0311', cities: ['石家庄市', '辛集市'] }],
      cityOfTrunk: new Map<string, string>(),
      areaCode: '0311',
    },
    dialledFrom: new Map<string, readonly DialledPlace[]>(),
    subCentres: new Set(['centre']),
    notices: new Set(['trans.sub', 'greet.main']),
  },
);
const id = '01934a5b-7c8d-7abc-8def-0123456789ab';
const none: ToldByCentre = { contact: '', entry: '', caller: '', heard: '', region: '' };
const whole: ToldByCentre = {
  ...{ contact: id, entry: '12333', caller: '138****8000', heard: 'trans.sub' },
  region: encodeURIComponent('辛集市'),
};
const nowMs = dayStartMs('2026-06-10') + 40_000_000;
const meaningOfTold = (told: ToldByCentre | undefined, changed: { trunkId?: string; dnis?: string } = {}) =>
  meaningOf(ledger, {
    ...{ dnis: '12345', redirectedFrom: '', toUser: '', ani: '6001', trunkId: 'centre', nowMs },
    ...(told && { told }),
    ...changed,
  });

t.test('whole: the entry named, who calls, what he has heard, what it was before', async (t) => {
  const meaning = meaningOfTold(whole);
  t.match(meaning, { entryId: '12333', kpiLine: '12333', tag: 'n12333', queueId: 'general' });
  t.same(meaning.handedOver, {
    cameFrom: id,
    caller: { is: 'masked', masked: '138****8000' },
    noticeHeard: true,
    region: '辛集市',
  });
  t.equal(meaning.words.lead, undefined, 'never led back to where it comes from');
  t.equal(meaning.asksCity, false, 'a person knows the city');
  t.equal(meaningOfTold({ ...whole, entry: '12355' }).sealed, 'minor');
});

t.test('believed on trunks of sub-centres alone', async (t) => {
  const plain = meaningOfTold(undefined, { trunkId: 'carrier' });
  t.same(meaningOfTold(whole, { trunkId: 'carrier' }), plain, 'elsewhere it is a call as any other');
  t.equal(plain.handedOver, undefined);
  t.equal(meaningOfTold(none).handedOver, undefined, 'a sub-centre may call, too');
  t.ok(meaningOfTold(undefined, { dnis: '12333' }).words.lead);
});

t.test('an entry that is not there, or is served no more, leaves the number dialled', async (t) => {
  for (const entry of ['', '12399', '12358', '__proto__'])
    t.match(meaningOfTold({ ...whole, entry }), { entryId: '12345', kpiLine: '12345' }, entry);
  t.match(meaningOfTold({ ...whole, entry: '' }, { dnis: '12333' }), { entryId: '12333' });
  const lost = meaningOfTold({ ...whole, entry: '12358' }, { dnis: '12358' });
  t.match(lost, { entryId: '12345', kpiLine: 'unknown' }, 'served all the same');
  t.equal(lost.words.announcement, undefined);
});

t.test('the notice counts as heard only if one of ours says so', async (t) => {
  const heard = (words: string) => meaningOfTold({ ...whole, heard: words }).handedOver?.noticeHeard;
  t.ok(heard('queue.busy greet.main'));
  for (const words of ['', 'queue.busy', 'trans.subb', 'trans.sub,greet.main', '1 yes'])
    t.notOk(heard(words), words);
});

t.test('who calls: a number, a masked one, or nobody', async (t) => {
  const caller = (text: string) => readHandedOver({ ...whole, caller: text }, '0311')?.caller;
  t.same(caller('13800138000'), { is: 'number', number: '13800138000' });
  t.same(caller('86123456'), { is: 'number', number: '031186123456' });
  for (const number of ['13800138000', '031186123456', '01086123456', '+85251234567', '87654321'])
    t.same(caller(maskNumber(number)), { is: 'masked', masked: maskNumber(number) });
  for (const text of ['', '未显示号码', 'anonymous', '****', '138****800', '0000000', '1'.repeat(21)])
    t.same(caller(text), { is: 'withheld' }, text);
});

t.test('a broken id and a broken region are as if they were not told', async (t) => {
  for (const contact of [
    '',
    id.slice(1),
    id.toUpperCase(),
    `${id}0`,
    id.replace('-7abc', '-4abc'),
    'n1-1795399200.7',
  ])
    t.notOk(Object.hasOwn(meaningOfTold({ ...whole, contact }).handedOver ?? {}, 'cameFrom'), contact);
  const region = (text: string) => meaningOfTold({ ...whole, region: text }).handedOver?.region;
  t.equal(region('0312'), '0312');
  for (const text of ['', '%', '%E4%BD', '13800138000', 'a', encodeURIComponent('辛集\n市')])
    t.equal(region(text), undefined, text);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef-*+% .,<>"():;'), maxLength: 80 }),
  fc.constantFrom(...Object.values(whole), '12358', '12355', '13800138000'),
);
const anyTold: fc.Arbitrary<ToldByCentre> = fc.record({
  ...{ contact: anyText, entry: anyText, caller: anyText, heard: anyText, region: anyText },
});

t.test(
  'whatever the headers hold: one meaning, the same each time, and nobody is refused or sent away',
  async () => {
    fc.assert(
      fc.property(
        anyTold,
        fc.constantFrom('centre', 'carrier'),
        fc.constantFrom('12345', '12333', '12358', '96000'),
        (told, trunkId, dnis) => {
          const meaning = meaningOfTold(told, { trunkId, dnis });
          if (JSON.stringify(meaning) !== JSON.stringify(meaningOfTold(told, { trunkId, dnis })))
            throw new Error('two meanings');
          if (trunkId === 'carrier') {
            const plain = meaningOfTold(undefined, { trunkId, dnis });
            if (JSON.stringify(meaning) !== JSON.stringify(plain))
              throw new Error('believed on a carrier’s trunk');
            return;
          }
          const { handedOver, words, state, kpiLine } = meaning;
          if ((handedOver === undefined) !== Object.values(told).every((text) => text === ''))
            throw new Error('handed over without a word, or a word without it');
          if (handedOver === undefined) return;
          if (words.lead !== undefined || words.announcement !== undefined || isAnnounced(state))
            throw new Error('sent away');
          if (!['12345', '12333', '12355', 'unknown'].includes(kpiLine)) throw new Error(kpiLine);
          const { cameFrom, caller, noticeHeard, region = '' } = handedOver;
          if (cameFrom !== undefined && cameFrom !== told.contact) throw new Error('another contact');
          if (told.caller === '' && caller.is !== 'withheld') throw new Error('a caller from nowhere');
          if (noticeHeard && !/trans\.sub|greet\.main/.test(told.heard)) throw new Error('a notice unheard');
          if (/\d{5}/.test(region) || region.length > 20) throw new Error('a number as a region');
        },
      ),
      { numRuns: 5_000 },
    );
  },
);
