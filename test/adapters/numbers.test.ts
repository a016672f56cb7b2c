// The number ledger over the API: as it stands on a day, and what callers hear.
import t from 'tap';
import { openOffice } from './office.js';

type Body = Readonly<Record<string, unknown>>;

t.test('the ledger on a day, and what a caller of any number hears then', async (t) => {
  const { call, logIn } = await openOffice();
  const { cookie } = await logIn('1001');
  const ask = async (path: string) => (await call(`GET ${path}`, { cookie })).json<Body>();
  const ledger = await ask('/api/v1/numbers?on=2027-08-01');
  t.equal(ledger['day'], '2027-08-01');
  const numbers = ledger['numbers'] as readonly Body[];
  t.match(
    numbers.find(({ id }) => id === '12358'),
    {
      pattern: 'whole',
      state: 'prompt',
      next: { from: '2028-01-01', state: 'vacant' },
      former: '市场监管部门',
    },
  );
  t.match(
    numbers.filter(({ number }) => number === '12356').map(({ state }) => state),
    [null, 'returned'],
  );
  t.match(await ask('/api/v1/numbers/12358/meaning?on=2026-12-01'), {
    answered: true,
    state: 'transfer',
    heard: [{ promptId: 'trans.transfer', text: /^您好，12358价格举报热线已并入12345/ }],
    queueName: '综合',
    farewell: { promptId: 'trans.after' },
  });
  t.match(await ask('/api/v1/numbers/12358/meaning?on=2027-12-31&from=010'), {
    answered: false,
    heard: [{ text: /请拨打031112345/ }, { promptId: 'trans.prompt.away' }],
    farewell: null,
  });
  t.match(await ask('/api/v1/numbers/96000/meaning'), { entryId: '12345', kpiLine: 'unknown' });
  for (const wrong of [
    '12358/meaning?on=2026-02-30',
    '12358/meaning?from=10',
    'abc/meaning',
    '12358/meaning?x=1',
  ])
    t.equal((await ask(`/api/v1/numbers/${wrong}`))['code'], 'REQUEST_INVALID', wrong);
  t.equal((await ask('/api/v1/numbers?on=tomorrow'))['code'], 'REQUEST_INVALID');
});
