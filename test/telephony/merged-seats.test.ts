// 并入线路的座席: the seats of a merged line become a team with a skill of their own; its number is theirs, and the figures tell before from after.
import t from 'tap';
import { addDays, dayKeyAt, dayStartMs } from '../../src/contact/civil-time.js';
import type { Call } from '../phones/call.js';
import { startStation, type JournaledFact } from './station.js';

/** The day from which the number is merged; the service begins ten minutes before it. */
const newDay = dayKeyAt(Date.now());
const dayBefore = addDays(newDay, -1);
const midnightMs = dayStartMs(newDay);
const number = '12369';
const name = '12369生态环境举报热线';

const station = await startStation({
  portBase: 16_930,
  sipPort: 16_935,
  rtpStart: 26_200,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
  files: {
    'numbers.yaml': [
      [
        "  pattern: dual\n  approval: 冀政办字〔2021〕20号\n  kpiLine: '12369'",
        `  pattern: dual\n  states: [{ state: dual, until: '${dayBefore}' }, { state: transfer }]\n  approval: 冀政办字〔2021〕20号\n  kpiLine: '12369'`,
      ],
    ],
  },
  startsAtMs: midnightMs - 600_000,
});
t.teardown(() => station.close());

interface Caller {
  readonly call: Call;
  readonly id: string;
}

/** He calls, and hears this first. */
async function dial(last4: string, dialled: string, opening: string): Promise<Caller> {
  const call = await (await station.citizen(last4)).call(dialled);
  const { id } = await station.until(`the arrival of ${last4}`, async () =>
    (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
  );
  const slot = dialled === number ? { slot: name } : {};
  await station.hears(call, opening, { sinceMs: call.invitedAtMs, timeoutMs: 20_000, ...slot });
  return { call, id };
}

const factOf = (id: string, type: string): Promise<JournaledFact> =>
  station.until(
    `${type} of ${id}`,
    async () => (await station.facts(type)).find((fact) => fact.id === id),
    20_000,
  );

async function hangUp({ call, id }: Caller): Promise<void> {
  await call.hangUp();
  await station.closedRecord(id);
}

/** The day before and the day itself, each its own row, of what the API answers. */
async function rowsOf(path: string): Promise<readonly Record<string, unknown>[]> {
  const { status, body } = await station.api(
    'GET',
    `/api/v1/${path}&by=day&from=${dayBefore}&to=${addDays(newDay, 1)}`,
  );
  if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body['rows'] as readonly Record<string, unknown>[];
}

t.test('before: anybody of the hotline takes its calls', async (t) => {
  const lost = await dial('0501', number, 'trans.dual');
  await hangUp(lost);
  const seat = await station.seat('1001');
  const served = await dial('0502', number, 'trans.dual');
  t.match(await factOf(served.id, 'AgentConnected'), { agentId: '1001' });
  await hangUp(served);
  await seat.untilState('ready');
});

t.test('its seats become a team with a skill of their own, as the documentation says', async () => {
  // Each of these stands by itself, so each may be read at once.
  await station.editSite('teams.yaml', [
    ['- { id: west', '- { id: env, name: 环保班, en: Environment }\n- { id: west'],
  ]);
  await station.editSite('skills.yaml', [
    ['- { id: tax', '- { id: env, name: 环保, en: Environment }\n- { id: tax'],
  ]);
  await station.editSite('agents.yaml', [
    ["'1007', name: 演示七, team: west, skills: [general]", "'1007', name: 演示七, team: env, skills: [env]"],
  ]);
  await station.editSite('queues.yaml', [
    [
      '- id: enterprise\n',
      '- id: env\n  name: 环保\n  en: Environment\n  requires: [env]\n  timeout: 10m\n  nobodyAfter: 60s\n  limit: 50\n  recorded: true\n\n- id: enterprise\n',
    ],
  ]);
  await station.editSite('numbers.yaml', [
    [
      "  kpiLine: '12369'\n  tag: n12369\n  flow: '12345'\n  menuFlow: 12345-menu\n  queue: general",
      "  kpiLine: '12369'\n  tag: n12369\n  flow: '12345'\n  menuFlow: 12345-menu\n  queue: env",
    ],
  ]);
});

t.test('after: they take it, while the others stay free for everybody else', async (t) => {
  await station.setClock(midnightMs);
  const seat = await station.seat('1007');
  const first = await dial('0503', number, 'trans.transfer');
  t.match(
    await factOf(first.id, 'AgentConnected'),
    { agentId: '1007' },
    'though another has been free for longer',
  );
  const second = await dial('0504', number, 'trans.transfer');
  const other = await dial('0505', '12345', 'greet.main');
  t.match(await factOf(other.id, 'AgentConnected'), { agentId: '1001' });
  t.equal(
    (await station.facts('AgentConnected')).filter(({ id }) => id === second.id).length,
    0,
    'theirs alone',
  );
  await hangUp(other);
  await hangUp(first);
  t.match(await factOf(second.id, 'AgentConnected'), { agentId: '1007' });
  const sinceMs = Date.now();
  const agent = await station.apiAs('1007');
  t.equal((await agent('POST', `/api/v1/contacts/${second.id}/release`)).status, 200);
  await station.hears(second.call, 'trans.after', { sinceMs, timeoutMs: 20_000 });
  t.match((await station.closedRecord(second.id)).record, {
    ...{ entryId: number, kpiLine: number, numberState: 'transfer', queueId: 'env', agentIds: ['1007'] },
  });
  await seat.act('sign-out');
});

t.test('its figures before and after: by number, by state, by team and queue', async (t) => {
  const [before, after] = await rowsOf(`kpis?kpiLine=${number}`);
  t.match(before, { fromMs: dayStartMs(dayBefore), counts: { offered: 2, answered: 1 } });
  t.match(before, { figures: { answerRate: { text: '50.0%' } } });
  t.match(after, { fromMs: midnightMs, counts: { offered: 2, answered: 2 } });
  t.match(after, { figures: { answerRate: { text: '100.0%' } } });

  const groupOf = async (grouping: string, group: string) =>
    (await rowsOf(`reports?group=${grouping}`)).filter((row) => row['group'] === group);
  t.match(await groupOf('state', `${number} dual`), [
    { fromMs: dayStartMs(dayBefore), cells: { offered: 2, answered: 1 } },
  ]);
  t.match(await groupOf('state', `${number} transfer`), [
    { fromMs: midnightMs, cells: { offered: 2, answered: 2 } },
  ]);
  t.match(await groupOf('team', 'env'), [{ fromMs: midnightMs, cells: { answered: 2 } }]);
  t.match(await groupOf('team', 'east'), [
    { fromMs: dayStartMs(dayBefore), cells: { answered: 1 } },
    { fromMs: midnightMs, cells: { answered: 1 } },
  ]);
  t.match(await groupOf('queue', 'env'), [{ fromMs: midnightMs, cells: { offered: 2, answered: 2 } }]);
  const { body } = await station.api(
    'GET',
    `/api/v1/contacts?from=${newDay}&to=${addDays(newDay, 1)}&subset=answered&teamId=env`,
  );
  t.equal((body['contacts'] as readonly unknown[]).length, 2, 'and lead to its calls');
});
