// A call led to a sub-centre while the service is killed: it is rung for still, the talk goes on, and what ended meanwhile is known afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { share, startSubCentre, talkHz, untilHears } from './sub-centre-station.js';

const { centre, station, citizenCalls, factOf, nothingLeft } = await startSubCentre({
  portBase: 19_880,
  sipPort: 19_900,
  centrePort: 19_915,
  rtpStart: 32_500,
});

t.test('the service is killed while it rings there, and while they talk', async (t) => {
  centre.setOnInvite('manual');
  // A restart on a busy machine must not outlast the ringing.
  await station.editSite('policies.yaml', [['centreRing: 6s', 'centreRing: 50s']]);
  const caller = await citizenCalls('0007');
  const { call, id } = caller;
  const leg = await centre.incoming(15_000);
  await station.until('they ring', async () => (leg.state === 'ringing' ? true : undefined));
  await station.parts.service.kill('SIGKILL');
  await station.parts.service.whenReady();
  t.equal(leg.state, 'ringing', 'still rung for');
  await leg.answer();
  await factOf(id, 'CentreConnected');
  await untilHears(t, call, talkHz.centre, 'answered after the restart, he hears them');
  await station.parts.service.kill('SIGKILL');
  await sleep(1_000);
  t.ok(share(call, talkHz.centre) > 0.8, 'and while the service is away');
  await station.parts.service.whenReady();
  await untilHears(t, call, talkHz.centre, 'and afterwards');
  await untilHears(t, leg, talkHz.citizen, 'they him, too');
  await leg.hangUp();
  await call.untilEnded(15_000);
  const { record } = await station.closedRecord(id);
  t.match(record, { excluded: 'subCentre', centreOutcome: 'released' });
  await nothingLeft(t);

  const late = await citizenCalls('0008');
  await centre.incoming(15_000);
  await station.parts.service.kill('SIGKILL');
  await late.call.hangUp();
  await station.parts.service.whenReady();
  t.match((await station.closedRecord(late.id)).record, { centreOutcome: 'callerGone', endedBy: 'citizen' });
  await nothingLeft(t);

  await station.editSite('policies.yaml', [['centreRing: 50s', 'centreRing: 5s']]);
  const outlasted = await citizenCalls('0009');
  const rang = await centre.incoming(15_000);
  await station.parts.service.kill('SIGKILL');
  await sleep(6_000);
  await station.parts.service.whenReady();
  t.equal((await factOf(outlasted.id, 'CentreLeft'))['outcome'], 'noAnswer', 'the ringing ran out meanwhile');
  await rang.untilEnded();
  await factOf(outlasted.id, 'ContactQueued');
  await outlasted.call.hangUp();
  await nothingLeft(t);
});

t.test('all three stand in its line of the report', async (t) => {
  const { body } = await station.api('GET', '/api/v1/kpis?by=day&kpiLine=12333');
  t.match(body['total'], {
    counts: { answered: 0, abandonedInPrompt: 1, abandonedRinging: 0, excludedBy: { subCentre: 1 } },
  });
});
