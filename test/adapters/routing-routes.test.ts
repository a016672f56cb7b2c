// Routing explained over the API, on the very engine in virtual time.
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { citizenNumber, openOffice, siteOf, siteTexts } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();

t.test('why no calls, why this agent, whom a ring adds', async (t) => {
  const office = await openOffice();
  const { call, logIn, world } = office;
  const [supervisor, agent] = [(await logIn('1001')).cookie, (await logIn('1002')).cookie];
  const later = async (ms: number) => world.runUntil(world.clock.nowMs() + ms);
  const whyNot = async (id: string, cookie = supervisor) =>
    json(await call(`GET /api/v1/agents/${id}/why`, { cookie }));

  t.match(await whyNot('1002', agent), { agentId: '1002', state: 'offline' });
  t.equal((await whyNot('1003', agent))['code'], 'FORBIDDEN', 'of others only to those who lead');
  t.equal((await whyNot('9999'))['code'], 'AGENT_UNKNOWN');

  const id = '1002' as AgentId;
  const deviceId = 'd1002' as DeviceId;
  world.engine.actOnAgent(id, { type: 'SignIn', deviceId, reachable: true, by: 'agent' });
  await later(100);
  t.match(await whyNot('1002'), { queues: [{ queueId: 'general', reason: 'notReady', ring: 0, before: 0 }] });
  t.match(await whyNot('1003'), {
    state: 'offline',
    queues: [{ opens: null }, { reason: 'skills', lacks: ['enterprise'] }],
    names: { skills: [{ id: 'general', name: '综合', en: 'General' }] },
  });

  const routing = json(await call('GET /api/v1/routing', { cookie: supervisor }));
  t.match(routing, {
    placesPerPriority: 20,
    queues: [
      {
        queueId: 'general',
        strategy: 'longestIdle',
        overtakenAtMost: 1_799, // by calls for the protection of minors: 90 steps of 20 places, less one
        rings: [{ ring: 0, adds: ['1002'], ready: [], afterMs: null, fewerThan: null, placeAbove: null }],
        tellsWait: false,
        expectedWait: { lowMs: null, highMs: null, why: 'away' },
        waitErrors: [],
      },
    ],
    names: { agents: [{ id: '1001', name: '演示一' }], skills: [{ id: 'general', name: '综合' }] },
  });
  t.equal(json(await call('GET /api/v1/routing', { cookie: agent }))['code'], 'FORBIDDEN');

  world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: 60_000 });
  await later(3_000);
  const contactId = world.engine.contacts()[0]?.id ?? '';
  const why = async (cookie = supervisor) => call(`GET /api/v1/contacts/${contactId}/why`, { cookie });
  t.match(json(await why()), {
    contactId,
    decisions: [],
    now: { queueId: 'general', name: '综合', place: 1, rings: [{ adds: ['1002'], ready: [] }] },
    names: { agents: [{}, { id: '1002', name: '演示二' }] },
  });
  t.equal(json(await why(agent))['code'], 'FORBIDDEN');

  world.engine.actOnAgent(id, { type: 'GoReady', by: 'agent' });
  await later(3_000);
  const answer = await why();
  t.match(json(answer), {
    decisions: [
      {
        decision: {
          agentId: '1002',
          rule: 'longestIdle',
          ring: 0,
          place: 1,
          signedInCount: 1,
          eligible: [{ agentId: '1002', ring: 0, fit: 5, total: 15, busyMs: 0 }],
        },
      },
    ],
    now: null,
  });
  t.notOk(answer.body.includes(citizenNumber));
  t.equal(
    json(await call('GET /api/v1/contacts/nobody/why', { cookie: supervisor }))['code'],
    'CONTACT_UNKNOWN',
  );
});

/** A site whose queue for tax widens by time and where nobody holds what it asks. */
const taxSite = siteOf(
  false,
  new Map([
    ...siteTexts,
    [
      'queues.yaml',
      `${siteTexts.get('queues.yaml') ?? ''}
- id: tax
  name: 税务
  en: Tax
  requires: tax >= 6
  rings: [{ requires: tax, after: 30s }, { requires: enterprise, nobody: true }]
`,
    ],
    [
      'agents.yaml',
      (siteTexts.get('agents.yaml') ?? '').replace(
        'skills: [general, tax, minor]',
        'skills: [general, tax: 8, minor]',
      ),
    ],
  ]),
);

t.test('the skill matrix: who could take what now, by the very engine', async (t) => {
  const { call, logIn, world } = await openOffice({ site: taxSite });
  const cookie = (await logIn('1001')).cookie;
  const ask = async (route: string) => json(await call(`GET /api/v1/routing/${route}`, { cookie }));
  const rowsOf = (body: object, key: string, of: string) =>
    (body as Record<string, Record<string, unknown>[]>)[key]?.find((row) => Object.values(row).includes(of));
  const signIn = (id: string) =>
    world.engine.actOnAgent(id as AgentId, {
      type: 'SignIn',
      deviceId: `d${id}` as DeviceId,
      reachable: true,
      by: 'agent',
    });
  const later = async (ms: number) => world.runUntil(world.clock.nowMs() + ms);
  signIn('1002');
  world.signIn('1001' as AgentId, 'd1001' as DeviceId);
  await later(1_000);

  const matrix = await ask('skills');
  t.equal(matrix['skillLevel'], 5);
  const rests = { talking: 0, otherwise: 0, signedOut: 0 };
  t.match(rowsOf(matrix, 'skills', 'enterprise'), {
    ...{ name: '企业服务', en: 'Enterprise service', language: false },
    ...{ holders: 3, signedIn: 2, ready: 1, never: 1, highest: 5 },
    talking: 0,
  });
  t.match(rowsOf(matrix, 'skills', 'lang.en'), {
    ...rests,
    language: true,
    holders: 1,
    signedIn: 1,
    ready: 0,
  });
  t.match(rowsOf(matrix, 'skills', 'lang.yue'), {
    ...rests,
    holders: 2,
    signedIn: 0,
    never: 2,
    highest: null,
  });
  t.match(rowsOf(matrix, 'agents', '1005'), {
    ...{ name: '演示五', state: 'offline', presence: 'never' },
    levels: { general: 5, tax: 8, minor: 5 },
  });
  t.match(rowsOf(matrix, 'queues', 'tax'), {
    name: '税务',
    ...{ signedIn: 2, ready: 0 },
    rings: [
      { ring: 0, open: true, signedIn: 0, ready: 0 },
      { ring: 1, open: false, signedIn: 1, ready: 1 },
      { ring: 2, open: true, signedIn: 1, ready: 0 },
    ],
  });

  const leaving = await ask('what-if?agentId=1002&presence=signedOut');
  t.match(rowsOf(leaving, 'queues', 'foreign'), {
    ...{ name: '外语', before: { signedIn: 1 }, after: { signedIn: 0 }, nobodyLeft: true },
  });
  t.match(rowsOf(leaving, 'queues', 'general'), { after: { signedIn: 1 }, nobodyLeft: false });
  t.match(rowsOf(leaving, 'skills', 'lang.en'), { before: { signedIn: 1 }, after: { signedIn: 0 } });
  t.match(rowsOf(await ask('what-if?agentId=1001&skill=tax&level=6'), 'queues', 'tax'), {
    before: { signedIn: 2, ready: 0 },
    // The ring for nobody shuts: 1002 could not take it any more, however many are in it.
    after: { signedIn: 2, ready: 1, rings: [{ signedIn: 1 }, {}, { open: false }] },
  });
  const without = await ask('what-if?agentId=1001&skill=tax&level=0&presence=break');
  t.match(rowsOf(without, 'skills', 'tax'), { before: { holders: 2 }, after: { holders: 1, highest: null } });
  t.match(await ask('what-if?agentId=1001&presence=ready'), { agentId: '1001', skills: [], queues: [] });
  t.equal(rowsOf(await ask('skills'), 'agents', '1002')?.['state'], 'break', 'a thought changes nobody');
});

/** 二班 was borrowed until yesterday. */
const endedSite = siteOf(
  false,
  new Map([
    ...siteTexts,
    [
      'teams.yaml',
      (siteTexts.get('teams.yaml') ?? '').replace('{ id: west,', "{ id: west, until: '2026-11-22',"),
    ],
  ]),
);

t.test('who may think what: roles, and questions that say nothing', async (t) => {
  const { call, logIn } = await openOffice({ site: endedSite });
  const [lead, agent, quality] = [
    (await logIn('1001')).cookie,
    (await logIn('1004')).cookie,
    (await logIn('quality')).cookie,
  ];
  const ask = async (route: string, cookie = lead) =>
    json(await call(`GET /api/v1/routing/${route}`, { cookie }));
  for (const cookie of [agent, quality])
    for (const route of ['skills', 'what-if?agentId=1001&presence=ready'])
      t.equal((await ask(route, cookie))['code'], 'FORBIDDEN');
  t.match(await ask('what-if?agentId=9999&presence=ready'), { code: 'AGENT_UNKNOWN' });
  t.match(await ask('what-if?agentId=1001&skill=golf&level=3'), {
    code: 'SKILL_UNKNOWN',
    details: { skill: 'golf' },
  });
  for (const [question, field] of [
    ['agentId=1001', 'presence'],
    ['agentId=1001&skill=tax', 'level'],
    ['agentId=1001&level=3', 'skill'],
    ['agentId=1001&skill=tax&level=11', 'level'],
    ['agentId=1001&skill=tax&level=-1', 'level'],
    ['agentId=1001&presence=talking', 'presence'],
    ['presence=ready', 'agentId'],
    ['agentId=1001&presence=ready&colour=red', 'colour'],
  ] as const)
    t.match(await ask(`what-if?${question}`), {
      code: 'REQUEST_INVALID',
      details: { in: 'querystring', field, zh: /./ },
    });
  // Whose team has ended is gone: counted nowhere, thought back by nobody.
  t.equal((await ask('what-if?agentId=1005&presence=ready'))['code'], 'TEAM_ENDED');
  const { agents, skills } = (await ask('skills')) as unknown as {
    agents: { agentId: string }[];
    skills: { skill: string; holders: number }[];
  };
  t.notOk(agents.some(({ agentId }) => agentId === '1005'));
  t.equal(skills.find(({ skill }) => skill === 'tax')?.holders, 1);
});

t.test(
  'expected waits that come true, and that do not, are counted as they were: API and /metrics',
  async (t) => {
    const { call, logIn, world } = await openOffice();
    const cookie = (await logIn('1001')).cookie;
    const id = '1001' as AgentId;
    const nowMs = () => world.clock.nowMs();
    const untilMs = async (atMs: number) => world.runUntil(Math.max(nowMs(), atMs));
    const dial = () => world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: null });
    world.signIn(id, 'd1001' as DeviceId);
    let talking = dial();
    await untilMs(nowMs() + 10_000);

    /** Somebody waits behind the talk; it ends so that his wait is as it is wished, or he hangs up. */
    async function waits(wish: 'within' | 'sooner' | 'later' | 'leaves' | 'leavesLater'): Promise<Waited> {
      const channelId = dial();
      await untilMs(nowMs() + 2_000);
      const queued = world.journal.flatMap(({ atMs, facts }) =>
        facts.flatMap((fact) => (fact.type === 'ContactQueued' ? [{ atMs, expected: fact.expected }] : [])),
      );
      const { atMs, expected } = queued.at(-1) ?? { atMs: 0, expected: undefined };
      if (!expected) throw new Error('nothing foretold');
      const { lowMs, highMs } = expected;
      const aim = {
        ...{ within: (lowMs + highMs) / 2, sooner: lowMs / 2, later: highMs + 20_000 },
        ...{ leaves: lowMs, leavesLater: highMs + 20_000 },
      }[wish];
      const leaves = wish === 'leaves' || wish === 'leavesLater';
      // The phone is picked up after a second.
      await untilMs(atMs + aim - (leaves ? 0 : 1_000));
      if (leaves) world.telephony.hangUpCitizen(channelId);
      else {
        world.telephony.hangUpCitizen(talking);
        await untilMs(nowMs());
        world.engine.actOnAgent(id, { type: 'EndWrapUp', by: 'agent' });
        talking = channelId;
      }
      await untilMs(nowMs() + 5_000);
      return { wish, lowMs, highMs, atMs };
    }
    interface Waited {
      readonly wish: string;
      readonly lowMs: number;
      readonly highMs: number;
      readonly atMs: number;
    }

    const waited: Waited[] = [];
    for (const wish of ['within', 'sooner', 'later', 'within', 'leaves', 'leavesLater', 'within'] as const)
      waited.push(await waits(wish));
    for (const { lowMs, highMs } of waited) t.ok(lowMs > 4_000 && lowMs < highMs, 'two values');

    // How long each did wait, by the journal alone.
    const lasted = world.journal.flatMap(({ atMs, id: contactId, facts }) =>
      facts.flatMap((fact) => (fact.type === 'AgentConnected' ? [{ atMs, contactId }] : [])),
    );
    const foretold = world.journal.flatMap(({ atMs, id: contactId, facts }) =>
      facts.flatMap((fact) => {
        const connected = lasted.find((one) => one.contactId === contactId);
        return fact.type === 'ContactQueued' && fact.expected && connected
          ? [{ ...fact.expected, waitedMs: connected.atMs - atMs }]
          : [];
      }),
    );
    const within = foretold.filter((one) => one.waitedMs >= one.lowMs && one.waitedMs <= one.highMs).length;
    const meanMs =
      foretold.reduce((sum, one) => sum + Math.abs(one.waitedMs - (one.lowMs + one.highMs) / 2), 0) /
      foretold.length;
    t.equal(foretold.length, 5);
    const routing = json(await call('GET /api/v1/routing', { cookie }));
    const queues = routing['queues'] as { queueId: string; waitErrors: Record<string, unknown>[] }[];
    const rows = queues.flatMap(({ queueId, waitErrors }) => waitErrors.map((row) => ({ queueId, ...row })));
    t.same(rows, [
      {
        ...{ queueId: 'general', day: '2026-11-23', moment: 'queued' },
        ...{ answered: 5, within: 3, sooner: 1, later: 1, left: 2, leftLater: 1 },
        ...{ meanErrorMs: Math.round(meanMs), coverage: '60.0%' },
      },
    ]);
    t.equal(within, 3);
    t.ok(meanMs > 5_000, `MAE ${String(Math.round(meanMs))} ms`);
    const metrics = (await call('GET /metrics')).body;
    const labels = '{queue="general",moment="queued"}';
    t.match(metrics, `yihao_wait_forecasts_answered${labels} 5\n`);
    t.match(metrics, `yihao_wait_forecasts_within${labels} 3\n`);
    const [, error = ''] =
      /yihao_wait_forecast_error_seconds\{queue="general",moment="queued"\} (\S+)/.exec(metrics) ?? [];
    t.ok(Math.abs(Number(error) - meanMs / 1_000) < 0.001, error);

    await untilMs(nowMs() + 86_400_000);
    t.notMatch(
      (await call('GET /metrics')).body,
      'yihao_wait_forecasts_answered{',
      "yesterday's are not today's",
    );
    const later = json(await call('GET /api/v1/routing', { cookie: (await logIn('1001')).cookie }));
    t.match(
      later,
      { queues: [{ waitErrors: [{ day: '2026-11-23', answered: 5 }] }] },
      'and are still told by their day',
    );
  },
);
