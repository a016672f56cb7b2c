// Experts' duty over HTTP: who is on it, taken, given up, swapped when the colleague agrees; who may what; all of it audited.
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import { openOffice, siteOf, siteTexts, startMs } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const hourMs = 3_600_000;

/** 8001 sits at a desk and is agent 1003, 8002 is 1004, 8003 is called at a number outside. */
const site = siteOf(
  false,
  new Map([
    ...siteTexts,
    [
      'departments.yaml',
      "- { id: fund, name: 公积金, en: Housing fund, cover: [{ on: every, from: '08:00', to: '18:00' }] }\n",
    ],
    [
      'experts.yaml',
      `- { id: '8001', name: 甲, department: fund, agent: '1003', skills: [general: 8] }
- { id: '8002', name: 乙, department: fund, agent: '1004' }
- { id: '8003', name: 丙, department: fund, phone: '031166600801' }
`,
    ],
    ['duty.yaml', "- { expert: '8001', on: every, from: '08:00', to: '18:00' }\n"],
  ]),
);
/** It is 10:00 on a Monday. */
const morning = { fromMs: startMs + hourMs, toMs: startMs + 2 * hourMs };

async function open() {
  const { call, logIn, world } = await openOffice({ site });
  const cookie = async (name: string) => (await logIn(name)).cookie;
  const post = async (who: string, path: string, body?: unknown) =>
    json(await call(`POST /api/v1/duty/${path}`, { cookie: who, ...(body !== undefined && { body }) }));
  const experts = async (who: string, asked = '') =>
    json(await call(`GET /api/v1/experts${asked}`, { cookie: who }));
  return { call, cookie, post, experts, world };
}

t.test('who is on duty, the roster of a week and its gaps; no number of an outside phone', async (t) => {
  const { cookie, experts } = await open();
  const agent = await cookie('1002');
  const seen = await experts(agent);
  t.match(seen, {
    departments: [
      {
        ...{ id: 'fund', name: '公积金', en: 'Housing fund' },
        onDuty: [{ expertId: '8001', untilMs: startMs + 8 * hourMs }],
        gaps: [],
      },
    ],
    experts: [
      { id: '8001', agentId: '1003', skills: { general: 8 } },
      { id: '8002', agentId: '1004', duty: [] },
      { id: '8003', agentId: null, duty: [] },
    ],
  });
  t.notMatch(JSON.stringify(seen), /00000801/);
  for (const asked of ['fromMs=2&toMs=1', 'fromMs=0&toMs=1', `fromMs=${String(Number.MAX_SAFE_INTEGER)}`])
    t.match(await experts(agent, `?${asked}`), { code: 'REQUEST_INVALID' }, asked);
  t.match(await experts(await cookie('province')), { departments: [{ id: 'fund' }] }, 'readable');
});

t.test('a swap stands when the colleague agrees, and not before', async (t) => {
  const { call, cookie, post, experts, world } = await open();
  const [first, second, other, supervisor] = (await Promise.all(
    ['1003', '1004', '1002', '1001'].map((name) => cookie(name)),
  )) as [string, string, string, string];
  const wish = { ...morning, givenUpBy: '8001', takenBy: '8002' };
  t.equal((await post(other, 'changes', wish))['code'], 'DUTY_NOT_OWN');
  t.equal((await post(first, 'changes', { ...wish, takenBy: '8009' }))['code'], 'EXPERT_UNKNOWN');
  t.equal((await post(first, 'changes', { ...wish, takenBy: '8001' }))['code'], 'EXPERT_UNKNOWN');
  t.equal((await post(first, 'changes', { ...wish, toMs: wish.fromMs }))['code'], 'DUTY_HOURS');
  t.equal(
    (await post(first, 'changes', { ...wish, fromMs: 0, toMs: startMs }))['code'],
    'DUTY_HOURS',
    'over',
  );
  t.equal(
    (await post(first, 'changes', { ...wish, toMs: startMs + 9 * hourMs }))['code'],
    'DUTY_NOT_ON',
    'an hour of it is nobody’s',
  );
  t.equal(
    (await post(second, 'changes', { ...wish, givenUpBy: '8002', takenBy: null }))['code'],
    'DUTY_NOT_ON',
  );

  const proposed = await post(first, 'changes', wish);
  t.match(proposed, { state: 'proposed', proposedBy: '1003', givenUpBy: '8001', takenBy: '8002' });
  const id = String(proposed['changeId']);
  const dutyOf = async (expert: string) =>
    ((await experts(other))['experts'] as { id: string; duty: { fromMs: number; toMs: number }[] }[])
      .find((one) => one.id === expert)
      ?.duty.filter(({ fromMs }) => fromMs < startMs + 8 * hourMs);
  t.same(await dutyOf('8002'), [], 'not yet');
  t.equal((await post(first, `changes/${id}/agree`))['code'], 'DUTY_NOT_OWN', 'not by who proposed it');
  t.equal((await post(other, `changes/${id}/agree`))['code'], 'DUTY_NOT_OWN');
  t.equal((await post(second, 'changes/none/agree'))['code'], 'DUTY_UNKNOWN');
  t.match(await post(second, `changes/${id}/agree`), { state: 'inForce', decidedBy: '1004' });
  t.equal((await post(supervisor, `changes/${id}/refuse`))['code'], 'DUTY_OVER');
  t.same(await dutyOf('8002'), [morning]);
  t.same(await dutyOf('8001'), [
    { fromMs: startMs, toMs: morning.fromMs },
    { fromMs: morning.toMs, toMs: startMs + 8 * hourMs },
  ]);
  t.match(json(await call('GET /api/v1/duty/changes', { cookie: other })), {
    changes: [{ changeId: id, state: 'inForce' }],
  });
  t.equal((await post(first, 'changes', wish))['code'], 'DUTY_NOT_ON', 'it is not his any more');

  const refused = String(
    (await post(second, 'changes', { ...wish, givenUpBy: '8002', takenBy: '8001' }))['changeId'],
  );
  t.match(await post(supervisor, `changes/${refused}/refuse`), { state: 'refused' });
  t.same(await dutyOf('8002'), [morning]);
  const audited = world.journal.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === 'Audited' && fact.act.startsWith('duty.') ? [fact.act] : [])),
  );
  t.same(audited, ['duty.propose', 'duty.agree', 'duty.propose', 'duty.refuse']);
});

t.test('taken and given up at once; one who leads sets it for anybody; a gap is seen', async (t) => {
  const { cookie, post, experts } = await open();
  const [first, second, supervisor] = (await Promise.all(
    ['1003', '1004', '1001'].map((name) => cookie(name)),
  )) as [string, string, string];
  t.match(await post(first, 'changes', { ...morning, givenUpBy: '8001', takenBy: null }), {
    state: 'inForce',
  });
  const gaps = async () => ((await experts(first))['departments'] as { gaps: unknown[] }[])[0]?.gaps;
  t.same(await gaps(), [morning]);
  t.match(await post(supervisor, 'changes', { ...morning, givenUpBy: null, takenBy: '8003' }), {
    ...{ state: 'inForce', decidedBy: '1001' },
  });
  t.same(await gaps(), []);
  const all = { ...morning, givenUpBy: '8003', takenBy: '8002' };
  t.equal((await post(first, 'changes', all))['code'], 'DUTY_NOT_OWN');
  const asked = String((await post(second, 'changes', all))['changeId']);
  await post(supervisor, 'changes', { ...morning, givenUpBy: '8003', takenBy: null });
  t.equal(
    (await post(supervisor, `changes/${asked}/agree`))['code'],
    'DUTY_NOT_ON',
    'what is to be given up is gone meanwhile',
  );
});
