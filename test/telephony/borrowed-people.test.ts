// 38 borrowed people by one table on a running hotline: one registers with his card's data and signs in with his PIN, nothing restarted.
import t from 'tap';
import { request } from 'undici';
import { createPhone } from '../phones/phone.js';
import { startStation } from './station.js';

const portBase = 19_200;
const station = await startStation({ portBase, sipPort: 19_210, rtpStart: 27_200 });
t.teardown(() => station.close());
const origin = `http://127.0.0.1:${String(portBase)}`;
let cookie = '';

interface Card {
  readonly deviceId: string;
  readonly server: string;
  readonly port: number;
  readonly password: string;
  readonly provisionPath: string;
}

/** A request as the administrator's page makes it. */
async function ask(
  method: 'POST' | 'DELETE' | 'GET',
  path: string,
  body?: string,
  type = 'application/json',
) {
  const answer = await request(`${origin}${path}`, {
    method,
    headers: { cookie, origin, ...(body !== undefined && { 'content-type': type }) },
    body: body ?? null,
  });
  const set = [answer.headers['set-cookie'] ?? []].flat();
  if (set.length > 0) cookie = set.map((one) => one.split(';')[0]).join('; ');
  return { status: answer.statusCode, text: await answer.body.text() };
}

async function asked<Body>(...wanted: Parameters<typeof ask>): Promise<Body> {
  const { status, text } = await ask(...wanted);
  if (status !== 200) throw new Error(`${wanted[1]}: ${status} ${text}`);
  return JSON.parse(text) as Body;
}

async function login(credentials: object): Promise<void> {
  await asked('POST', '/api/v1/session', JSON.stringify(credentials));
}

t.test('from the table to a signed-in agent', async (t) => {
  await login(station.hotlineCredentials());
  const people = Array.from(
    { length: 38 },
    (_, at) => `${2001 + at},借调${at + 1},应急借调组,2099-12-31,综合,自动`,
  );
  const table = ['工号,姓名,班组,班组到期日,技能,话机', ...people].join('\r\n');
  const started = Date.now();
  const dry = await asked<{ ok: boolean; version: string }>(
    'POST',
    '/api/v1/admin/agents/import?dryRun=true',
    table,
    'text/csv',
  );
  t.ok(dry.ok);
  const path = `/api/v1/admin/agents/import?version=${dry.version}`;
  await asked('POST', path, table, 'text/csv');
  const importedMs = Date.now() - started;
  const { cards } = await asked<{ cards: readonly Card[] }>(
    'POST',
    '/api/v1/admin/cards',
    JSON.stringify({ teamId: '应急借调组' }),
  );
  t.equal(cards.length, 38);
  const { pin } = await asked<{ pin: string }>('POST', '/api/v1/admin/agents/2038/pin');

  const card = cards[37];
  if (card === undefined) throw new Error('no card');
  const settings = await ask('GET', card.provisionPath);
  t.match(settings.text, `>${card.password}<`, 'the phone can fetch the same by its code');
  const phone = await createPhone({
    user: card.deviceId,
    password: card.password,
    server: { host: card.server, port: card.port },
    bind: { host: '127.0.0.1' },
    onInvite: 'manual',
  });
  t.teardown(() => phone.close());
  await phone.register();
  const registeredMs = Date.now() - started;
  const call = await phone.call('*202038%23');
  await call.untilUp();
  await call.sendDigits(`${pin}#`);
  await station.until('2038 signed in', async () => {
    const { body } = await station.api('GET', '/api/v1/live');
    const agents = body['agents'] as { agentId: string; state: string }[];
    return agents.some(({ agentId, state }) => agentId === '2038' && state === 'break') || undefined;
  });
  const signedInMs = Date.now() - started;
  t.comment(
    `imported after ${importedMs} ms, registered after ${registeredMs} ms, signed in after ${signedInMs} ms`,
  );
  t.ok(signedInMs < 300_000, 'five minutes');
  await call.hangUp();

  await asked('POST', '/api/v1/agents/2038/sign-out', JSON.stringify({ reason: '借调结束' }));
  for (const [table, id] of [
    ['agents', '2038'],
    ['devices', card.deviceId],
  ] as const) {
    const { rows } = await asked<{ rows: { id: string; seen: string }[] }>('GET', `/api/v1/admin/${table}`);
    const seen = rows.find((row) => row.id === id)?.seen ?? '';
    await asked('DELETE', `/api/v1/admin/${table}/${id}?seen=${seen}`);
  }
  await t.rejects(phone.register(), 'a phone that was taken out cannot register any more');
});
