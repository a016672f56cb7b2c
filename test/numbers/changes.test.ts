import t from 'tap';
import { unapprovedChanges, type ApprovedRow } from '../../src/numbers/changes.js';

const today = '2027-07-15';
const retired: ApprovedRow = {
  id: '12358',
  number: '12358',
  name: '12358价格举报热线',
  approval: '冀政办字〔2021〕20号',
  states: [
    { state: 'transfer', from: null, until: '2027-06-30' },
    { state: 'prompt', from: '2027-07-01', until: null },
  ],
};
const changes = (after: Partial<ApprovedRow>, before: Partial<ApprovedRow> = {}) =>
  unapprovedChanges([{ ...retired, ...before }], [{ ...retired, ...after }], today).map(
    ({ change }) => change,
  );

t.test('a number renamed or brought back needs a document of its own', async (t) => {
  t.same(changes({}), []);
  t.same(changes({ name: '12358物价热线' }), ['renamed']);
  t.same(changes({ name: '12358物价热线', approval: '新文号' }), []);
  const back = [
    ...retired.states.slice(0, 1),
    { state: 'returned', from: '2027-07-01', until: null },
  ] as const;
  t.same(changes({ states: back }), ['revived']);
  t.same(changes({ states: back, name: '心理援助' }), ['renamed', 'revived']);
  t.same(changes({ states: back, approval: '新文号' }), []);
  t.same(changes({ states: [] }), ['revived'], 'kept for good');
  t.same(changes({ states: back, approval: '' }), ['revived'], 'its document taken away');
  const over = retired.states.slice(0, 1);
  t.same(changes({ states: over }, { states: over }), [], 'over, and left so');
  t.same(changes({ states: [...over, ...back.slice(1)] }, { states: over }), ['revived'], 'listed no more');
});

t.test(
  'a row that was not there needs a document; one with another id may not borrow the old one’s',
  async (t) => {
    const other = { ...retired, id: '12358-2', states: [] };
    const added = (row: Partial<ApprovedRow>) =>
      unapprovedChanges([retired], [retired, { ...other, ...row }], today);
    t.same(added({ number: '12399', approval: '' }), [{ id: '12358-2', change: 'new' }]);
    t.same(added({ approval: '' }), [{ id: '12358-2', change: 'new' }]);
    t.same(added({ number: '12399', approval: '某号' }), []);
    t.same(added({ approval: '某号' }), []);
    t.same(added({}), [{ id: '12358-2', change: 'revived' }]);
    t.same(
      added({ name: '物价' }).map(({ change }) => change),
      ['renamed', 'revived'],
    );
  },
);

t.test('dates put off, numbers that stop, and the first ledger are no such changes', async (t) => {
  const later = [{ state: 'transfer', from: null, until: '2027-12-31' }] as const;
  const still = [{ state: 'transfer', from: null, until: '2027-07-31' }] as const;
  t.same(changes({ states: later }, { states: still }), []);
  t.same(changes({ states: retired.states }, { states: later }), []);
  t.same(changes({ states: [{ state: 'vacant', from: null, until: null }] }), []);
  t.same(unapprovedChanges([], [retired, { ...retired, id: '110', approval: '' }], today), []);
});
