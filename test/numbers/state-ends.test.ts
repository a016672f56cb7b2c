import t from 'tap';
import type { LedgerRow } from '../../src/numbers/ledger-row.js';
import { periodsOf } from '../../src/numbers/periods.js';
import { endsService, stateEnds } from '../../src/numbers/state-ends.js';

const retired: Pick<LedgerRow, 'id' | 'number' | 'states'> = {
  id: '12358',
  number: '12358',
  states: periodsOf([
    { state: 'dual', from: null, until: '2027-06-20' },
    { state: 'transfer', from: null, until: '2027-06-30' },
    { state: 'prompt', from: null, until: '2027-12-31' },
    { state: 'vacant', from: null, until: null },
  ]).periods,
};
const ends = (today: string, days = 14, rows = [retired]) =>
  stateEnds(rows, today, days).map(({ id, before, from, after }) => [id, before, from, after]);

const toTransfer = ['12358', 'dual', '2027-06-21', 'transfer'];
const toPrompt = ['12358', 'transfer', '2027-07-01', 'prompt'];
const toVacant = ['12358', 'prompt', '2028-01-01', 'vacant'];

t.test('each state is told of when its last day is near, whatever comes after it', async (t) => {
  t.same(ends('2027-06-06'), [], 'fifteen days before another state');
  t.same(ends('2027-06-07'), [toTransfer], 'fourteen days');
  t.same(ends('2027-06-16'), [toTransfer]);
  t.same(ends('2027-06-17'), [toTransfer, toPrompt], 'both are near');
  t.same(ends('2027-06-21'), [toPrompt], 'the first has come');
  t.same(ends('2027-06-30'), [toPrompt]);
  t.same(ends('2027-07-01'), [], 'over');
  t.same(ends('2027-12-17'), []);
  t.same(ends('2027-12-18'), [toVacant], 'from prompt to vacant');
  t.same(ends('2028-01-01'), [], 'vacant for good');
  t.same(ends('2027-05-01', 61), [toTransfer, toPrompt]);
});

t.test('a number that simply ends is told of, and so is one that another row takes over', async (t) => {
  const old = {
    id: '12356',
    number: '12356',
    states: [{ state: 'transfer', from: null, until: '2025-04-30' }],
  } as const;
  const back = {
    id: '12356-2025',
    number: '12356',
    states: [{ state: 'returned', from: '2025-05-01', until: null }],
  } as const;
  t.same(ends('2025-04-25', 14, [old]), [['12356', 'transfer', '2025-05-01', undefined]]);
  t.same(ends('2025-04-25', 14, [old, back]), [['12356', 'transfer', '2025-05-01', 'returned']]);
  t.same(
    ends('2025-04-25', 14, [
      old,
      { ...back, states: [{ state: 'vacant', from: '2025-05-01', until: null }] },
    ]),
    [['12356', 'transfer', '2025-05-01', 'vacant']],
  );
  t.same(ends('2025-04-25', 14, [{ id: '12345', number: '12345', states: [] }]), [], 'served for good');
  t.same(
    ends('2025-04-25', 14, [
      {
        ...old,
        states: [
          { state: 'transfer', from: null, until: '2025-04-30' },
          { state: 'transfer', from: '2025-05-01', until: null },
        ],
      },
    ]),
    [],
    'the same state in two periods is one',
  );
});

t.test('service ends where callers were answered and are not any more', async (t) => {
  t.ok(endsService({ before: 'transfer', after: 'prompt' }));
  t.ok(endsService({ before: 'dual', after: undefined }));
  t.notOk(endsService({ before: 'dual', after: 'transfer' }));
  t.notOk(endsService({ before: 'prompt', after: 'vacant' }));
  t.notOk(endsService({ before: 'vacant', after: 'returned' }));
});
