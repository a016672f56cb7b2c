import t from 'tap';
import { unapprovedChanges, type ApprovedRow } from '../../src/numbers/changes.js';

const today = '2027-07-15';
const retired: ApprovedRow = {
  id: '12358',
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
});

t.test('dates put off, numbers that stop, and new rows are no such changes', async (t) => {
  const later = [{ state: 'transfer', from: null, until: '2027-12-31' }] as const;
  const still = [{ state: 'transfer', from: null, until: '2027-07-31' }] as const;
  t.same(changes({ states: later }, { states: still }), []);
  t.same(changes({ states: retired.states }, { states: later }), []);
  t.same(changes({ states: [{ state: 'vacant', from: null, until: null }] }), []);
  t.same(unapprovedChanges([], [retired], today), []);
});
