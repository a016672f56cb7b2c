// A supervisor on his own phone: he hears both, whispers to the agent alone, and the citizen never hears him. And hold by page.
import t, { type Test } from 'tap';
import { heard, silence } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { startStation } from './station.js';

const [citizenHz, agentHz, supervisorHz] = [500, 700, 900];
const station = await startStation({
  portBase: 19_400,
  sipPort: 19_410,
  rtpStart: 27_000,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Half a second from now on, in shares of the power: who is heard, and who is not. */
async function tones(call: Call): Promise<readonly [citizen: number, agent: number, supervisor: number]> {
  const window = { fromMs: Date.now(), toMs: Date.now() + 600 };
  await pause(700);
  const share = (hz: number) => heard(call, { hz, ...window });
  return [share(citizenHz), share(agentHz), share(supervisorHz)];
}

/** Waits until it is so: what is asked for takes its way through Asterisk, and a spoken word must end first. */
async function untilHeard(t: Test, call: Call, wanted: readonly boolean[], what: string): Promise<void> {
  const endMs = Date.now() + 6_000;
  for (;;) {
    const found = await tones(call);
    const agrees = found.every((share, at) => (wanted[at] ? share > 0.2 : share < 0.02));
    if (agrees || Date.now() > endMs) {
      return void t.ok(agrees, `${what}: ${found.map((share) => share.toFixed(2)).join(' ')}`);
    }
  }
}

const seat = await station.seat('1002', { toneHz: agentHz });
const desk = await station.seat('1001', { toneHz: supervisorHz, ready: false });
const citizen = await station.citizen('0001', { toneHz: citizenHz });
const [agentApi, supervisorApi] = [await station.apiAs('1002'), await station.apiAs('1001')];
const call = await citizen.call('12345');
const leg = await seat.phone.incoming();
const [connected] = await station.until('connected', async () => {
  const facts = await station.facts('AgentConnected');
  return facts.length > 0 ? facts : undefined;
});
const contactId = connected?.id ?? '';
const supervise = (mode: string) => supervisorApi('POST', '/api/v1/supervision', { agentId: '1002', mode });

t.test('he listens: both are heard by him, he by nobody', async (t) => {
  t.match(await supervise('listen'), { status: 200, body: { state: 'ringing', agentId: '1002' } });
  const ear = await desk.phone.incoming();
  await untilHeard(t, ear, [true, true, false], 'the supervisor hears citizen and agent');
  await untilHeard(t, leg, [true, false, false], 'the agent hears the citizen alone');
  await untilHeard(t, call, [false, true, false], 'the citizen hears the agent alone');

  const changed = await supervisorApi('POST', '/api/v1/supervision/mode', { mode: 'whisper' });
  t.match(changed, { status: 200, body: { mode: 'whisper' } });
  await untilHeard(t, leg, [true, false, true], 'whispering, the agent hears the supervisor, too');
  await untilHeard(t, ear, [true, true, false], 'the supervisor hears both as before');
  await untilHeard(t, call, [false, true, false], 'the citizen does not');

  await agentApi('POST', `/api/v1/contacts/${contactId}/recording`, { paused: true });
  await pause(300);
  const window = { fromMs: Date.now(), toMs: Date.now() + 600 };
  await pause(700);
  t.ok(silence(ear, window), 'while the recording is paused he hears nothing');
  await agentApi('POST', `/api/v1/contacts/${contactId}/recording`, { paused: false });
  await untilHeard(t, ear, [true, true, false], 'and both again afterwards');

  await ear.hangUp();
  await station.until('ended', async () => (await station.facts('SupervisionEnded'))[0]);
  await station.until('nothing left', async () =>
    (await station.channels()).length === 2 && (await station.bridges()).length === 1 ? true : undefined,
  );
  await untilHeard(t, leg, [true, false, false], 'the talk goes on');
});

t.test(
  'hold by page: music for the citizen, through a restart of the service, and the talk again',
  async (t) => {
    const hold = (on: boolean) => agentApi('POST', `/api/v1/contacts/${contactId}/hold`, { on });
    t.match(await hold(true), { status: 200, body: { held: true, heldBy: 'page' } });
    await seat.untilState('hold');
    await pause(300);
    const music = async () => {
      const window = { fromMs: Date.now(), toMs: Date.now() + 600 };
      await pause(700);
      return !silence(call, window) && heard(call, { hz: agentHz, ...window }) < 0.1;
    };
    t.ok(await music(), 'music, and no agent');
    await station.restartService();
    await seat.untilState('hold');
    t.ok(await music(), 'still');
    t.match(await hold(false), { status: 200, body: { held: false } });
    await untilHeard(t, call, [false, true, false], 'the agent is back');
    await untilHeard(t, leg, [true, false, false], 'and hears the citizen');
    await call.hangUp();
  },
);
