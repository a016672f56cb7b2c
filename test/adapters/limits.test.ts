// Limits of callers' numbers over HTTP: two people, one number, a time; who may what; all of it audited, no number anywhere.
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import { citizenNumber, openOffice } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const dayMs = 86_400_000;

t.test('proposed, agreed to by another, reviewed, lifted; over by itself', async (t) => {
  const { call, logIn, talk, world } = await openOffice();
  const id = await talk();
  const log = async (name: string) => (await logIn(name)).cookie;
  const [supervisor, agent, hotline, quality] = [
    await log('1001'),
    await log('1002'),
    await log('hotline'),
    await log('quality'),
  ];
  const post = async (cookie: string, path: string, body?: unknown) =>
    json(await call(`POST /api/v1/${path}`, { cookie, ...(body !== undefined && { body }) }));
  const wish = { contactId: id, level: 'told', days: 10, reason: '多次辱骂话务员' };
  t.equal((await post(agent, 'limits', wish))['code'], 'FORBIDDEN');
  t.equal((await post(quality, 'limits', wish))['code'], 'FORBIDDEN');
  for (const wrong of [
    { ...wish, days: 31 },
    { ...wish, days: 0 },
    { ...wish, level: 'never' },
    { ...wish, reason: '骂' },
    { ...wish, number: citizenNumber },
  ])
    t.equal((await post(supervisor, 'limits', wrong))['code'], 'REQUEST_INVALID');
  const { contactId: _of, ...rest } = wish;
  t.equal(
    (await post(supervisor, 'limits', { ...rest, number: '0311' }))['code'],
    'NUMBER_INVALID',
    'no area',
  );
  t.equal((await post(supervisor, 'limits', { ...rest, contactId: 'none' }))['code'], 'CONTACT_UNKNOWN');

  const proposed = await post(supervisor, 'limits', wish);
  t.match(proposed, { state: 'proposed', callerMasked: '130****0001', proposedBy: '1001' });
  const limit = String(proposed['limitId']);
  t.equal((await post(supervisor, `limits/${limit}/agree`))['code'], 'LIMIT_OWN');
  t.equal((await post(agent, `limits/${limit}/agree`))['code'], 'FORBIDDEN');
  t.equal((await post(hotline, 'limits/none/agree'))['code'], 'LIMIT_UNKNOWN');
  t.match(await post(hotline, `limits/${limit}/agree`), {
    state: 'inForce',
    decidedBy: 'hotline',
    reviewDue: false,
  });
  t.equal((await post(hotline, `limits/${limit}/refuse`))['code'], 'LIMIT_OVER');
  await world.runUntil(world.clock.nowMs() + 7 * dayMs);
  const list = async () => json(await call('GET /api/v1/limits', { cookie: quality }))['limits'] as object[];
  t.match((await logIn('quality')).response.statusCode, 200);
  const fresh = await log('quality');
  const listed = json(await call('GET /api/v1/limits', { cookie: fresh }))['limits'];
  t.match(listed, [{ state: 'inForce', reviewDue: true }], 'somebody is to look at it again');
  const again = await log('hotline');
  t.match(await post(again, `limits/${limit}/review`), { reviewedBy: 'hotline', reviewDue: false });
  await world.runUntil(world.clock.nowMs() + 3 * dayMs);
  t.match(await list().catch(() => []), [{ state: 'expired' }]);
  t.equal((await post(again, `limits/${limit}/lift`))['code'], 'LIMIT_OVER');

  const other = String((await post(again, 'limits', { ...rest, number: citizenNumber }))['limitId']);
  t.match(await post(again, `limits/${other}/lift`), { state: 'lifted' }, 'who proposed it may take it back');
  const audited = world.journal.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === 'Audited' && fact.act.startsWith('limit.') ? [fact.act] : [])),
  );
  t.same(audited, ['limit.propose', 'limit.agree', 'limit.review', 'limit.propose', 'limit.lift']);
});

t.test('the agent reminds by the API, and it is audited', async (t) => {
  const { call, logIn, talk, world } = await openOffice();
  const id = await talk();
  const { cookie } = await logIn('1001');
  const first = json(await call(`POST /api/v1/contacts/${id}/warn`, { cookie }));
  t.match(first, { contactId: id, stage: 'talking' });
  t.equal(json(await call(`POST /api/v1/contacts/${id}/warn`, { cookie }))['code'], 'WARNED_JUST_NOW');
  const acts = world.journal.flatMap(({ facts }) =>
    facts.filter((fact) => fact.type === 'Audited' && fact.act === 'contact.warn'),
  );
  t.match(acts, [{ by: '1001', about: id }]);
});
