// 骚扰 on real parts: a caller under a limit hears so and waits last, through a restart; the key for help; three reminders.
import t from 'tap';
import { startStation } from './station.js';

const station = await startStation({
  portBase: 18_930,
  sipPort: 18_940,
  rtpStart: 29_600,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
    ['wrapUp: 60s', 'wrapUp: 1s'],
  ],
});
t.teardown(() => station.close());
const number = '031100007496';

const connectedTo = (n: number) =>
  station.until('connected', async () => (await station.facts('AgentConnected'))[n]?.id, 30_000);

t.test('told of it, last in line, through a restart; by the key for help as everybody', async (t) => {
  const supervisor = await station.apiAs('1001');
  const wish = { number, level: 'told', days: 3, reason: '多次骚扰来电' };
  const { body } = await supervisor('POST', '/api/v1/limits', wish);
  const limit = String(body['limitId']);
  t.match(await supervisor('POST', `/api/v1/limits/${limit}/agree`), { body: { code: 'LIMIT_OWN' } });
  t.match(await station.api('POST', `/api/v1/limits/${limit}/agree`), { body: { state: 'inForce' } });
  await station.restartService();
  await station.until('back', async () =>
    (await station.api('GET', '/readyz')).status === 200 ? true : undefined,
  );
  // What is set about callers is read a moment after a start.
  await new Promise((resolve) => setTimeout(resolve, 2_500));

  const nuisance = await station.citizen('7496');
  const sinceMs = Date.now();
  const first = await nuisance.call('12345', { from: { user: number } });
  await station.hears(first, 'limited', { sinceMs, slot: '3', firstMs: 1_200, timeoutMs: 20_000 });
  const second = await (await station.citizen('7497')).call('12345', { from: { user: '031100007497' } });
  await station.until('both wait', async () =>
    (await station.facts('ContactQueued')).length === 2 ? true : undefined,
  );
  const [limited, other] = (await station.facts('ContactQueued')).map(({ id }) => id);
  const seat = await station.seat('1002');
  t.equal(await connectedTo(0), other, 'who came later and is under no limit');
  await second.hangUp();
  t.equal(await connectedTo(1), limited, 'then he, too, is answered');
  const leg = await seat.phone.incoming();
  await leg.untilUp().catch(() => undefined);

  const api = await station.apiAs('1002');
  const warn = () => api('POST', `/api/v1/contacts/${String(limited)}/warn`);
  for (const prompt of ['warn.1', 'warn.2', 'warn.end']) {
    const fromMs = Date.now();
    t.equal((await warn()).status, 200);
    t.equal((await warn()).status === 200, false, 'two presses are one');
    await station.hears(first, prompt, { sinceMs: fromMs });
    // By the service's own instant: the first request logs in before.
    const givenMs = (await station.facts('WarningGiven')).at(-1)?.atMs ?? fromMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, givenMs + 10_200 - Date.now())));
  }
  t.match(
    await station.until('ended', async () =>
      (await station.facts('ContactEnded')).find(({ id }) => id === limited),
    ),
    {
      by: 'agent',
      reason: 'warned',
    },
  );

  await seat.act('break', { reason: 'rest' });
  const again = await nuisance.call('12345', { from: { user: number } });
  await again.untilAudio();
  await again.sendDigits('0');
  await station.until('set aside', async () => (await station.facts('LimitSetAside'))[0]);
  await again.hangUp();
});
