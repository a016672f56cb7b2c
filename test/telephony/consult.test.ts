// 专家座席咨询 on real phones, a tone each: who hears whom at each stage, and where the citizen is when somebody does not come.
import t from 'tap';
import { silence } from '../phones/audio.js';
import { hears, outsideNumber, startConsults } from './consult-station.js';

const { station, outside, factOf, factsOf, talk, seek, act, nothingLeft } = await startConsults(
  { portBase: 24_400, sipPort: 24_410, outsidePort: 24_425, rtpStart: 30_800 },
  { ring: '12s', accept: '15s' },
);
const agent = await station.seat('1001', { toneHz: 700 });
const first = await station.seat('1003', { toneHz: 900, onInvite: 'manual', ready: false });
const second = await station.seat('1004', { toneHz: 900, onInvite: 'manual', ready: false });

t.test('agent and expert talk, then all three, then citizen and expert', async (t) => {
  const own = await talk('8101', agent, [first]);
  const sinceMs = Date.now();
  await seek(t, own, { department: 'fund' });
  await station.hears(own.call, 'expert.seek', { sinceMs, slot: 'fund' });
  const ring = await first.phone.incoming();
  t.match(ring.remote.displayName, /专家咨询/, 'his phone shows what it is');
  t.notMatch(JSON.stringify(ring.invite), '031100008101', 'never the whole number');
  t.equal(await first.state(), 'busyOwnCall', 'he is offered nothing meanwhile');
  await hears(t, own.leg, {}, 'the agent is alone');
  t.notOk(silence(own.call, { fromMs: Date.now() - 600, toMs: Date.now() - 50 }), 'the citizen hears music');
  const answeredMs = Date.now();
  await ring.answer();
  await station.hears(ring, 'expert.join', { sinceMs: answeredMs });
  await factOf(own.id, 'ConsultJoined');
  await hears(t, ring, { agent: true }, 'the expert hears the agent alone');
  await hears(t, own.leg, { expert: true }, 'the agent hears the expert alone');
  await hears(t, own.call, {}, 'the citizen hears neither');
  t.match((await factOf(own.id, 'ConsultRecordingStarted'))['file'], /-c1\.wav$/, 'a file of its own');

  const threeMs = Date.now();
  await act(t, own, 'three-party');
  await Promise.all(
    [own.call, own.leg, ring].map((one) => station.hears(one, 'expert.join', { sinceMs: threeMs })),
  );
  await hears(t, own.call, { agent: true, expert: true }, 'the citizen hears both');
  await hears(t, own.leg, { citizen: true, expert: true }, 'the agent hears both');
  await hears(t, ring, { citizen: true, agent: true }, 'the expert hears both');

  await act(t, own, 'hand-over');
  await own.leg.untilEnded();
  await hears(t, own.call, { expert: true }, 'the citizen hears the expert');
  await hears(t, ring, { citizen: true }, 'the expert hears the citizen');
  await ring.hangUp();
  await own.call.untilEnded(20_000);
  t.match(await factOf(own.id, 'ExpertReleased'), { by: 'expert', expertId: '8001' });
  await first.untilState('ready');
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'handedOver' });
  await nothingLeft(t);
});

t.test('back, and a hand-over out of the consult', async (t) => {
  const own = await talk('8102', agent, [first]);
  await own.leg.sendDigits('*358001#');
  const one = await first.phone.incoming();
  await one.answer();
  await factOf(own.id, 'ConsultJoined');
  await own.leg.sendDigits('*38');
  await one.untilEnded();
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent again');
  await hears(t, own.leg, { citizen: true }, 'and the agent him');
  await seek(t, own, { expertId: '8001' });
  const two = await first.phone.incoming();
  await two.answer();
  await factOf(own.id, 'ConsultJoined', 1);
  await act(t, own, 'hand-over');
  await own.leg.untilEnded();
  await hears(t, own.call, { expert: true }, 'the citizen hears the expert');
  await hears(t, two, { citizen: true }, 'the expert hears the citizen');
  await own.call.hangUp();
  await two.untilEnded();
  await nothingLeft(t);
});

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
