import t from 'tap';
import type { LedgerRow } from '../../src/numbers/ledger-row.js';
import { periodsOf } from '../../src/numbers/periods.js';
import { serviceEnds } from '../../src/numbers/service-ends.js';

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
  serviceEnds(rows, today, days).map(({ id, from, state }) => [id, from, state]);

t.test('a number is told of when its last day of service is near, whatever lies before it', async (t) => {
  t.same(ends('2027-06-16'), [], 'fifteen days');
  t.same(
    ends('2027-06-17'),
    [['12358', '2027-07-01', 'prompt']],
    'fourteen days, a change to transfer between',
  );
  t.same(ends('2027-06-30'), [['12358', '2027-07-01', 'prompt']]);
  t.same(ends('2027-07-01'), [], 'over');
  t.same(ends('2027-12-31'), [], 'from prompt to vacant nothing ends');
  t.same(ends('2027-05-01', 61), [['12358', '2027-07-01', 'prompt']]);
});

t.test('a number that simply ends is told of, one that another row takes over is not', async (t) => {
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
  t.same(ends('2025-04-25', 14, [old]), [['12356', '2025-05-01', undefined]]);
  t.same(ends('2025-04-25', 14, [old, back]), []);
  t.same(
    ends('2025-04-25', 14, [
      old,
      { ...back, states: [{ state: 'vacant', from: '2025-05-01', until: null }] },
    ]),
    [['12356', '2025-05-01', 'vacant']],
  );
  t.same(ends('2025-04-25', 14, [{ id: '12345', number: '12345', states: [] }]), [], 'served for good');
});
