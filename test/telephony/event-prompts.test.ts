// Event prompts on real calls: heard by who waits within ten seconds of the second person's word, before the queue where that was chosen, after a restart too.
import t from 'tap';
import { startStation } from './station.js';

const station = await startStation({
  portBase: 18_840,
  sipPort: 18_850,
  rtpStart: 28_600,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['wrapUp: 60s', 'wrapUp: 1s'],
    // Hearing takes its time on a busy machine before the call can be hung up.
    ['eventHangUp: 10s', 'eventHangUp: 30s'],
  ],
});
t.teardown(() => station.close());
const leader = await station.apiAs('1001');
const until = () => String(Date.now() + 3_600_000);

/** Written by one and confirmed by the other; its id, and when callers may hear it. */
async function published(text: string, more: object = {}): Promise<{ id: string; confirmedAtMs: number }> {
  const { body } = await leader('POST', '/api/v1/events', { text, until: until(), ...more });
  const id = String(body['id']);
  const confirmedAtMs = Date.now();
  const answer = await station.api('POST', `/api/v1/events/${id}/confirm`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return { id, confirmedAtMs };
}

const ended = (id: string) => leader('POST', `/api/v1/events/${id}/end`);

async function arrival(): Promise<string> {
  return station.until('an arrival', async () => (await station.facts('ContactArrived')).at(-1)?.id);
}

t.test(
  'a citizen who waits hears it, once, a kill in its middle or not; who hangs up in it is counted apart and in the denominator',
  async (t) => {
    const seat = await station.seat('1004', { ready: false });
    const citizen = await station.citizen('0001');
    const waiting = await citizen.call('12345');
    await station.hears(waiting, 'queue.busy', { sinceMs: waiting.invitedAtMs, timeoutMs: 25_000 });
    const waitingId = await arrival();
    const { id, confirmedAtMs } = await published('和平路部分小区停电,正在抢修,预计今晚10点前恢复。');
    const heard = await station.hears(waiting, 'event.notice', {
      sinceMs: confirmedAtMs,
      slot: id,
      firstMs: 1_500,
      timeoutMs: 25_000,
    });
    t.ok(heard.atMs - confirmedAtMs <= 10_000, `after ${String(Math.round(heard.atMs - confirmedAtMs))} ms`);
    await station.killService();

    const call = await (await station.citizen('0003')).call('12345');
    await station.hears(call, 'event.notice', { sinceMs: call.invitedAtMs, slot: id, timeoutMs: 40_000 });
    await call.hangUp();
    const contactId = await arrival();
    const { record } = await station.closedRecord(contactId);
    t.match(record, { afterEvent: id, missed: true, missedCause: 'abandoned', abandonedDuring: 'waiting' });

    await seat.act('ready');
    await seat.untilState('talking', 25_000);
    t.equal(waiting.state, 'up', 'nobody was hung up on');
    const told = (await station.facts('EventTold')).filter((fact) => fact.id === waitingId);
    t.equal(told.length, 1);
    await waiting.hangUp();
    await station.closedRecord(waitingId);
    const report = await station.api('GET', '/api/v1/reports?by=day&group=none');
    const { counts } = (report.body['total'] ?? {}) as { counts: Record<string, number> };
    t.match(counts, { offered: 2, answered: 1, abandonedAfterEvent: 1 });
    await seat.untilState('ready', 20_000);
    await seat.act('break', { reason: 'rest' });
    await ended(id);
  },
);

t.test('before the queue, for the chosen number alone; a restart of the service keeps it live', async (t) => {
  const { id } = await published('本市部分地区震感明显,请留意官方通报。', {
    when: 'first',
    entryIds: ['12345'],
  });
  await station.killService();
  const seat = await station.seat('1005');
  const citizen = await station.citizen('0002');
  const call = await citizen.call('12345');
  const greeting = await station.hears(call, 'greet.short', { sinceMs: call.invitedAtMs, timeoutMs: 15_000 });
  const event = await station.hears(call, 'event.notice', {
    ...{ sinceMs: greeting.atMs, slot: id, timeoutMs: 25_000 },
  });
  t.ok(event.atMs >= greeting.endsAtMs - 200, 'after the greeting');
  await seat.untilState('talking', 15_000);
  const contactId = await arrival();
  const atOf = async (type: string) =>
    (await station.facts(type)).find((fact) => fact.id === contactId)?.atMs ?? 0;
  t.ok(
    (await atOf('ContactQueued')) >= (await atOf('EventTold')) + 3_000,
    'the line is entered when it is over',
  );
  await call.hangUp();
  await seat.untilState('ready', 20_000);

  const other = await citizen.call('12333');
  await seat.untilState('talking', 20_000);
  const otherId = await arrival();
  t.notOk(
    (await station.facts('EventTold')).some((fact) => fact.id === otherId),
    'not for another number',
  );
  await other.hangUp();
  await seat.untilState('ready', 20_000);
  await ended(id);
  const later = await citizen.call('12345');
  await seat.untilState('talking', 20_000);
  const laterId = await arrival();
  t.notOk(
    (await station.facts('EventTold')).some((fact) => fact.id === laterId),
    'not once it is over',
  );
  await later.hangUp();
});
