// 骚扰 on real parts: a caller under a limit hears so and waits last, through a kill; the keys for help and for a message; three reminders.
import t from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
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

const windowMs = 200;
/** Beginnings of windows that have been heard whole. */
function windowsSince(sinceMs: number): readonly number[] {
  const count = Math.max(0, Math.floor((Date.now() - 100 - windowMs - sinceMs) / 100));
  return Array.from({ length: count }, (_, at) => sinceMs + at * 100);
}
const isTone = (call: Call, fromMs: number) =>
  heard(call, { fromMs, toMs: fromMs + windowMs, hz: 1_000 }) > 0.6;

const connectedTo = (n: number) =>
  station.until('connected', async () => (await station.facts('AgentConnected'))[n]?.id, 30_000);

t.test(
  'told of it, last in line, through a kill in the middle of it; three reminders; the key for help',
  async (t) => {
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
    const killedAtMs = Date.now();
    await station.killService();
    await first.sendDigits('5');
    await station.hears(first, 'limited', { sinceMs: killedAtMs, slot: '3', timeoutMs: 40_000 });
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
  },
);

t.test('the other way that stays open: a message; through a kill, and with nothing said', async (t) => {
  const call = await (
    await station.citizen('7496', { toneHz: 700 })
  ).call('12345', { from: { user: number } });
  await call.untilUp();
  const { id } = await station.until('arrival', async () =>
    (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
  );
  const ofCall = async (type: string) => (await station.facts(type)).filter((fact) => fact.id === id);
  const nodes = async () => (await ofCall('FlowStepped')).map(({ nodeId }) => nodeId);
  await station.hears(call, 'limited', {
    ...{ sinceMs: call.invitedAtMs, slot: '3', firstMs: 1_200, timeoutMs: 20_000 },
  });
  // What answers a key at once is dated by its packets, some tenths of a second before it.
  const earlierMs = 1_000;
  let sinceMs = Date.now() - earlierMs;
  await call.sendDigits('1');
  // Its first words are enough: the kill is to come before the tone, after which all that is heard is a message.
  await station.hears(call, 'msg.record', { sinceMs, firstMs: 1_200, timeoutMs: 20_000 });
  t.same(await nodes(), ['leaveMessage']);
  sinceMs = Date.now();
  await station.killService();
  const again = await station.hears(call, 'msg.record', { sinceMs, timeoutMs: 40_000 });
  // To find the words takes its time: the tone may be over before that.
  const toneAtMs = () => windowsSince(again.endsAtMs - windowMs).find((fromMs) => isTone(call, fromMs));
  const begunAtMs = await station.until('the tone', async () => toneAtMs());
  await station.until('its end', async () => windowsSince(begunAtMs).find((fromMs) => !isTone(call, fromMs)));
  // Too short for a message, and long enough for its recording to have begun.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await call.sendDigits('#');
  await station.until('in line again', async () => (await ofCall('ContactQueued'))[1]);
  t.same(await ofCall('VoicemailLeft'), [], 'nothing was said');

  sinceMs = Date.now() - earlierMs;
  await call.sendDigits('1');
  await station.hears(call, 'msg.record', { sinceMs, timeoutMs: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await call.hangUp();
  const { record } = await station.closedRecord(id);
  t.match(await ofCall('VoicemailLeft'), [{ end: 'hungUp' }]);
  t.match(record, { answered: false, abandonedDuring: 'flow' });
  const unreached = await station.api('GET', '/api/v1/unreached');
  t.match(unreached.body['callers'], [{ contactId: id, reason: 'voicemail' }], 'somebody calls him back');
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
});
