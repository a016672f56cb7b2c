// 不予受理 on real parts: citizen and agent hear the legal route, through a restart of the service, and are together again afterwards.
import t from 'tap';
import { heard } from '../phones/audio.js';
import { startStation } from './station.js';

const [citizenHz, agentHz] = [500, 700];
const station = await startStation({
  portBase: 18_910,
  sipPort: 18_920,
  rtpStart: 29_400,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

t.test('told, and back to the agent; never cut', async (t) => {
  const seat = await station.seat('1002', { toneHz: agentHz });
  const api = await station.apiAs('1002');
  // Silent, so that the prompt is heard as it is.
  const citizen = await station.citizen('7491', { toneHz: citizenHz });
  const call = await citizen.call('12345');
  const leg = await seat.phone.incoming();
  const [connected] = await station.until('connected', async () => {
    const facts = await station.facts('AgentConnected');
    return facts.length > 0 ? facts : undefined;
  });
  const id = connected?.id ?? '';
  const sinceMs = Date.now();
  const told = await api('POST', `/api/v1/contacts/${id}/scope`, { kind: 'court' });
  t.match(
    told,
    { status: 200, body: { contact: { stage: 'talking' }, message: 'notMobile' } },
    'a landline hears it',
  );
  const lead = await station.hears(call, 'scope.lead', { sinceMs });
  await station.killService();
  const said = await station.hears(call, 'scope.court', {
    sinceMs: lead.atMs,
    slot: '12368',
    firstMs: 1_500,
  });
  const end = await station.hears(call, 'scope.end', { sinceMs: said.atMs });
  t.ok(lead.atMs < said.atMs && said.atMs < end.atMs, 'in this order, whatever the service does');
  await pause(500);
  const window = { fromMs: Date.now(), toMs: Date.now() + 600 };
  await pause(800);
  t.ok(heard(call, { hz: agentHz, ...window }) > 0.2, 'the citizen hears the agent again');
  t.ok(heard(leg, { hz: citizenHz, ...window }) > 0.2, 'and the agent him');
  t.equal((await station.facts('TalkEnded')).length, 0);
  await call.hangUp();
  await leg.untilEnded();
  t.match((await station.closedRecord(id)).record, { scopeKind: 'court', outcome: 'scope' });
  const report = await station.api('GET', '/api/v1/reports?group=scope&by=day');
  t.match(report.body['totals'], [{ group: 'court' }]);
  await seat.untilState('wrapup');
  await seat.act('ready');
});

t.test('hung up in the middle of the words: told all the same, and the agent is free', async (t) => {
  const api = await station.apiAs('1002');
  const call = await (await station.citizen('7492')).call('12345');
  const { id } = await station.until(
    'the second talk',
    async () => (await station.facts('AgentConnected'))[1],
    20_000,
  );
  t.match(await api('POST', `/api/v1/contacts/${id}/scope`, { kind: 'none' }), { status: 400 });
  const sinceMs = Date.now();
  t.equal((await api('POST', `/api/v1/contacts/${id}/scope`, { kind: 'court' })).status, 200);
  await station.hears(call, 'scope.lead', { sinceMs });
  await call.hangUp();
  t.match((await station.closedRecord(id)).record, {
    scopeKind: 'court',
    outcome: 'scope',
    endedBy: 'citizen',
  });
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
});
