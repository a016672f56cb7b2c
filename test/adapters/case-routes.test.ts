// The way in for cases: who may tell them, what is refused, and what of them is journaled.
import t from 'tap';
import { openOffice } from './office.js';

const one = { caseNumber: '250912108115', queryCode: '824136', state: 'handling', department: '市城管局' };
const due = '2026-12-01';

t.test('the hotline’s administrator enters cases; the audit tells how many and no code', async (t) => {
  const { call, logIn, world } = await openOffice();
  const enter = (cookie: string, cases: readonly object[]) =>
    call('POST /api/v1/cases', { cookie, body: { cases } });
  t.equal((await enter('', [one])).statusCode, 401);
  t.equal((await enter((await logIn('1001')).cookie, [one])).statusCode, 403);
  const { cookie } = await logIn('hotline');
  const good = { ...one, due };
  const entered = await enter(cookie, [good, { ...good, caseNumber: '250912108116', state: 'done' }]);
  t.equal(entered.statusCode, 200);
  t.same(entered.json(), { cases: 2 });
  for (const bad of [
    { ...good, queryCode: '12a4' },
    { ...good, caseNumber: '12' },
    { ...good, due: '2026-02-30' },
    { ...one },
    { ...good, department: undefined },
    { ...good, name: '张三' },
    { ...good, state: 'lost' },
  ]) {
    const answer = await enter(cookie, [good, bad]);
    t.equal(answer.statusCode, 400, JSON.stringify(bad));
    t.match(answer.json(), { code: 'REQUEST_INVALID' });
  }
  t.equal((await enter(cookie, [])).statusCode, 400);
  const acts = world.journal
    .flatMap(({ facts }) => facts)
    .filter((fact) => fact.type === 'Audited' && fact.act === 'cases.put');
  t.match(acts, [{ by: 'hotline', about: 'cases', details: { count: 2 } }]);
  t.notMatch(JSON.stringify(world.journal), /824136/);
});
