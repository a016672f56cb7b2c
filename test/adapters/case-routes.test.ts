// The way in for cases: who may tell them, what is refused, and what of them is journaled.
import t from 'tap';
import { citizenNumber, openOffice } from './office.js';

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

t.test(
  'a case told of with its contact sends number and code; whoever gets no message is told by voice',
  async (t) => {
    const { call, logIn, world, talk } = await openOffice();
    const { cookie } = await logIn('hotline');
    const id = await talk();
    const enter = async (more: object = {}) =>
      (
        await call('POST /api/v1/cases', {
          ...{ cookie, body: { cases: [{ ...one, due, contactId: id, ...more }] } },
        })
      ).json<{ told?: readonly { how: string }[] }>().told?.[0]?.how;
    const queued = () =>
      world.journal
        .flatMap(({ facts }) => facts)
        .flatMap((fact) => (fact.type === 'MessageQueued' ? [fact] : []));
    t.equal(await enter(), 'message');
    t.equal(await enter(), 'message', 'told again by the order system');
    t.match(queued(), [
      { templateId: 'sms.case', contactId: id, slots: { no: one.caseNumber, code: one.queryCode } },
      {},
    ]);
    t.equal(queued()[0]?.messageId, queued()[1]?.messageId, 'one message under one id');
    t.notMatch(queued()[0]?.messageId, one.queryCode);
    const supervisor = (await logIn('1001')).cookie;
    await call('POST /api/v1/stop-list', {
      ...{ cookie: supervisor, body: { number: citizenNumber, reason: '本人要求' } },
    });
    t.equal(await enter(), 'voice', 'nobody writes to him, and he is being talked with');
    t.match(world.engine.contacts()[0]?.queryCode, { code: one.queryCode, said: false });
    t.equal(await enter({ contactId: 'nothing' }), 'CONTACT_UNKNOWN');
    t.equal(await enter({ contactId: undefined }), undefined);
  },
);
