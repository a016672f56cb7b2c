import fc from 'fast-check';
import t from 'tap';
import type { FlowId, QueueId } from '../../src/contact/ids.js';
import {
  bareNumber,
  buildLedger,
  keptNumber,
  meaningOf,
  type LedgerRow,
  type Meaning,
} from '../../src/numbers/ledger.js';

const meaning = (entryId: string): Meaning => ({
  entryId,
  kpiLine: entryId,
  tag: entryId,
  flowId: entryId as FlowId,
  queueId: 'general' as QueueId,
});
const row = (number: string, ...deliveredAs: string[]): LedgerRow => ({
  ...meaning(number),
  number,
  deliveredAs,
});
const ledger = buildLedger([row('12345', '031112345'), row('12358')], meaning('12345'));
const call = { dnis: '12345', redirectedFrom: '', toUser: '', trunkId: 'carrier', nowMs: 0 };
const entryOf = (changed: Partial<typeof call>): string => meaningOf(ledger, { ...call, ...changed }).entryId;

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
  'a forwarding number is kept if it is of the ledger, and masked if it may be a person’s',
  async (t) => {
    const kept = (number: string) => keptNumber(ledger, number, '0311');
    t.same(['', '12358', '+86-311-12345', '12333'].map(kept), ['', '12358', '+86-311-12345', '12333']);
    t.equal(kept('031100001234'), '0311-****1234');
    t.equal(kept('+8631100001234'), '0311-****1234');
    t.equal(kept('zhang.san'), '未显示号码');
  },
);

t.test('forms of one number are one', async (t) => {
  t.equal(bareNumber('+8631112345'), '031112345');
  t.equal(bareNumber('0086 311 12345'), '031112345');
  t.equal(bareNumber('+8612345'), '12345');
  t.equal(bareNumber('+85212345'), '0085212345', 'abroad is not here');
});

t.test('every call has exactly one meaning, whatever the carrier sends', async () => {
  const text = fc.string({ maxLength: 30 });
  fc.assert(
    fc.property(text, text, text, (dnis, redirectedFrom, toUser) =>
      ['12345', '12358'].includes(entryOf({ dnis, redirectedFrom, toUser })),
    ),
  );
});
