// More calls than lines: Asterisk itself says so, and the service counts each as a call it missed.
import t from 'tap';
import { startStation } from './station.js';

const station = await startStation({
  portBase: 18_570,
  sipPort: 18_580,
  rtpStart: 23_800,
  files: { 'trunks.yaml': [['maxLines: 120', 'maxLines: 2']] },
});
t.teardown(() => station.close());

t.test('a call above the lines hears that they are full and leaves a missed call', async (t) => {
  const held = [await station.citizen('0001'), await station.citizen('0002')];
  for (const citizen of held) await (await citizen.call('12345')).untilUp();
  await station.until('the wall to know how many lines there are', async () => {
    const { body } = await station.api('GET', '/readyz');
    const { trunks } = body['condition'] as { trunks: readonly unknown[] };
    return JSON.stringify(trunks).includes('"linesInUse":2,"lines":2') ? trunks : undefined;
  });
  const third = await (await station.citizen('0003')).call('12345');
  await station.hears(third, 'full', { sinceMs: third.invitedAtMs, timeoutMs: 15_000 });
  t.equal((await third.untilEnded()).by, 'remote');
  const [record] = await station.until(
    'the missed call, at the next look into the call records',
    async () => {
      const { body } = await station.api('GET', '/api/v1/contacts?missed=true');
      const records = body['contacts'] as Readonly<Record<string, unknown>>[];
      return records.length > 0 ? records : undefined;
    },
    45_000,
  );
  t.match(record, {
    missedCause: 'full',
    answered: false,
    inGap: false,
    dnis: '12345',
    callerMasked: '0311-****0003',
    sipCallId: third.sipCallId,
  });
  const { body } = await station.api('GET', '/api/v1/kpis?by=day');
  t.match(body['total'], { counts: { offered: 1, answered: 0, missedBy: { full: 1 } } });
});
