// 专家座席咨询 when an expert does not come at once: where the citizen is when he is silent, refuses, is outside, or talks with somebody else.
import t from 'tap';
import { hears, outsideNumber, startConsults } from './consult-station.js';

const { station, outside, factOf, factsOf, talk, seek, act, nothingLeft } = await startConsults(
  { portBase: 16_950, sipPort: 16_955, outsidePort: 16_958, rtpStart: 21_800 },
  { ring: '12s', accept: '15s' },
);
const agent = await station.seat('1001', { toneHz: 700 });
const first = await station.seat('1003', { toneHz: 900, onInvite: 'manual', ready: false });
const second = await station.seat('1004', { toneHz: 900, onInvite: 'manual', ready: false });

t.test('silent, then the next; refused, then back with the agent', async (t) => {
  const own = await talk('8103', agent, [first, second]);
  await seek(t, own, { department: 'fund' });
  const [one, two] = await Promise.all([first.phone.incoming(20_000), second.phone.incoming(20_000)]);
  const [earlier, later] = one.invitedAtMs < two.invitedAtMs ? [one, two] : [two, one];
  t.ok(later.invitedAtMs - earlier.invitedAtMs > 10_000, 'one after the other');
  t.match((await factOf(own.id, 'ExpertMissed'))['outcome'], 'noAnswer');
  later.reject(486);
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'nobody' });
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent again');
  await hears(t, own.leg, { citizen: true }, 'and the agent him');
  await own.call.hangUp();
  await nothingLeft(t);
});

t.test('an outside phone: a key first, or it is never joined', async (t) => {
  outside.setOnInvite('manual');
  for (const expert of [first, second]) await expert.act('break', { reason: 'other' });
  const own = await talk('8104', agent);
  const sinceMs = Date.now();
  await seek(t, own, { department: 'tax' });
  const one = await outside.incoming();
  t.equal(one.dialled, outsideNumber);
  t.notMatch(JSON.stringify(one.invite), '8104', 'nothing of the citizen');
  await one.answer();
  await station.hears(one, 'expert.accept', { sinceMs, slot: 'tax' });
  await hears(t, one, {}, 'he hears nobody before his key');
  await one.sendDigits('1');
  await factOf(own.id, 'ConsultJoined');
  await hears(t, one, { agent: true }, 'the expert hears the agent');
  await act(t, own, 'back');
  await one.untilEnded();

  await seek(t, own, { department: 'tax' });
  const machine = await outside.incoming();
  await machine.answer();
  await machine.untilEnded(25_000);
  t.match(await factOf(own.id, 'ConsultEnded', 1), { outcome: 'nobody' });
  t.equal((await factsOf(own.id, 'ConsultJoined')).length, 1, 'a machine is joined to nobody');
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent');
  await own.call.hangUp();
  await nothingLeft(t);
});

t.test('all busy: the citizen stays with the agent until one is free', async (t) => {
  await second.act('sign-out');
  const own = await talk('8105', agent, [first]);
  const other = await station.seat('1002', { toneHz: 700 });
  await seek(t, own, { department: 'fund' });
  const busy = await first.phone.incoming();
  await busy.answer();
  await factOf(own.id, 'ConsultJoined');
  const waits = await talk('8106', other);
  await seek(t, waits, { department: 'fund' });
  const queued = await factOf(waits.id, 'ConsultQueued');
  t.ok(Number(queued['expectedMs']) > 0, 'with its expected wait');
  const { body } = await waits.asAgent('GET', '/api/v1/consults');
  const rows = body['consults'] as readonly {
    contactId: string;
    place: number | null;
    note: string | null;
  }[];
  t.match(
    rows.find(({ contactId }) => contactId === waits.id),
    { place: 1, note: '公积金提取条件' },
  );
  t.match(
    rows.find(({ contactId }) => contactId === own.id),
    { note: null },
    'the note of another agent is not told',
  );
  await hears(t, waits.call, { agent: true }, 'the citizen stays with the agent');
  await act(t, own, 'back');
  const next = await first.phone.incoming();
  await next.answer();
  await factOf(waits.id, 'ConsultJoined');
  await hears(t, next, { agent: true }, 'his turn');
  await next.hangUp();
  await hears(t, waits.call, { agent: true }, 'the expert left: the citizen is with the agent');
  await Promise.all([own.call.hangUp(), waits.call.hangUp()]);
  await nothingLeft(t);
});
