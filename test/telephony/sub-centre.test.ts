// 设分中心: a number's calls led to a sub-centre by SIP, with a phone of ours in the sub-centre's place.
import t, { type Test } from 'tap';
import { headerOf } from '../phones/sip-message.js';
import { centreNumber, startSubCentre, talkHz, untilHears, type Caller } from './sub-centre-station.js';

const slot = '12333人力资源社会保障热线';
const { centre, station, citizenCalls, factOf, nothingLeft } = await startSubCentre({
  portBase: 19_660,
  sipPort: 19_680,
  centrePort: 19_695,
  rtpStart: 30_600,
});

/** He is in our line and is served there; `waited` of his place counts from his arrival. */
async function servedHere(t: Test, { call, id }: Caller): Promise<void> {
  const arrived = await factOf(id, 'ContactArrived');
  await station.hears(call, 'trans.sub.back', { sinceMs: call.invitedAtMs, slot, timeoutMs: 15_000 });
  const { body } = await station.api('GET', '/api/v1/live');
  const contacts = body['contacts'] as { contactId: string; queuedAtMs: number | null }[];
  t.equal(
    contacts.find(({ contactId }) => contactId === id)?.queuedAtMs,
    arrived['arrivedAtMs'],
    'his place counts from his arrival',
  );
  const seat = await station.seat('1001', { toneHz: talkHz.agent });
  await factOf(id, 'AgentConnected');
  await untilHears(t, call, talkHz.agent, 'he hears the agent');
  await call.hangUp();
  await seat.act('sign-out');
  await seat.phone.close();
}

t.test('answered there: told first, headers along, recorded, their release is the end', async (t) => {
  centre.setOnInvite('manual');
  const caller = await citizenCalls('0001');
  const { call, id } = caller;
  const words = await station.hears(call, 'trans.sub', {
    sinceMs: call.invitedAtMs,
    slot,
    timeoutMs: 15_000,
  });
  const leg = await centre.incoming(15_000);
  t.ok(leg.invitedAtMs >= words.endsAtMs - 500, 'dialled when the words with the notice are over');
  t.equal(leg.dialled, centreNumber);
  t.equal(headerOf(leg.invite, 'X-Yihao-Contact'), id);
  t.equal(headerOf(leg.invite, 'X-Yihao-Entry'), '12333');
  t.equal(headerOf(leg.invite, 'X-Yihao-Heard'), 'trans.sub');
  const arrived = await factOf(id, 'ContactArrived');
  t.equal(headerOf(leg.invite, 'X-Yihao-Caller'), arrived['callerMasked'], 'the masked number');
  t.notMatch(JSON.stringify(leg.invite), '031100000001', 'never the whole one, unless set so');
  t.equal(leg.remote.number, '12345', 'our own number calls');
  await leg.answer();
  await factOf(id, 'CentreConnected');
  await untilHears(t, call, talkHz.centre, 'the citizen hears them');
  await untilHears(t, leg, talkHz.citizen, 'they hear the citizen');
  await factOf(id, 'RecordingStarted');
  await leg.hangUp();
  await station.hears(call, 'bye', { sinceMs: Date.now() - 500, timeoutMs: 15_000 });
  await call.untilEnded(15_000);
  const { record } = await station.closedRecord(id);
  t.match(record, {
    ...{ kpiLine: '12333', ledTo: centreNumber, centreOutcome: 'released', excluded: 'subCentre' },
    ...{ answered: false, missed: false, recordingFailed: false },
  });
  t.equal((record['recordings'] as string[]).length, 1, 'recorded');
  await nothingLeft(t);
});

t.test('not answered in time: back in our line, with the words that say so', async (t) => {
  centre.setOnInvite('noAnswer');
  const caller = await citizenCalls('0002');
  const leg = await centre.incoming(15_000);
  const left = await factOf(caller.id, 'CentreLeft');
  t.equal(left['outcome'], 'noAnswer');
  t.ok(left.atMs - leg.invitedAtMs < 7_500, `rung for ${String(left.atMs - leg.invitedAtMs)} ms`);
  await leg.untilEnded();
  await servedHere(t, caller);
  const { record } = await station.closedRecord(caller.id);
  t.match(record, { answered: true, excluded: null, centreOutcome: 'noAnswer', kpiLine: '12333' });
  await nothingLeft(t);
});

t.test('refused, busy: back at once', async (t) => {
  for (const [last4, onInvite, outcome] of [
    ['0003', 'decline', 'failed'],
    ['0004', 'busy', 'busy'],
  ] as const) {
    centre.setOnInvite(onInvite);
    const caller = await citizenCalls(last4);
    const left = await factOf(caller.id, 'CentreLeft');
    t.equal(left['outcome'], outcome, onInvite);
    if (onInvite === 'decline') await servedHere(t, caller);
    else {
      await factOf(caller.id, 'ContactQueued');
      await caller.call.hangUp();
    }
    await nothingLeft(t);
  }
});

t.test('hung up while it rings there, and in the talk', async (t) => {
  centre.setOnInvite('manual');
  const ringing = await citizenCalls('0005');
  const leg = await centre.incoming(15_000);
  await ringing.call.hangUp();
  await leg.untilEnded();
  const { record } = await station.closedRecord(ringing.id);
  t.match(record, { missed: true, abandonedDuring: 'led', centreOutcome: 'callerGone' });
  await nothingLeft(t);

  const talking = await citizenCalls('0006');
  const answered = await centre.incoming(15_000);
  await answered.answer();
  await factOf(talking.id, 'CentreConnected');
  await talking.call.hangUp();
  await answered.untilEnded();
  const closed = await station.closedRecord(talking.id);
  t.match(closed.record, { missed: false, excluded: 'subCentre', centreOutcome: 'callerGone' });
  await nothingLeft(t);
});

t.test('its own line in the report', async (t) => {
  const { body } = await station.api('GET', '/api/v1/kpis?by=day&kpiLine=12333');
  t.match(body['total'], {
    counts: { answered: 2, abandonedInPrompt: 1, abandonedRinging: 0, excludedBy: { subCentre: 2 } },
  });
});
