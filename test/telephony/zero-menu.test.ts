// The ordinary call on real parts: queued at arrival, rung under the greeting, joined, recorded, journaled; and its small misfortunes.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { heard, rms, silence, toneRatio } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { readWav } from '../phones/wav.js';
import { startStation, type JournaledFact } from './station.js';

const station = await startStation({
  portBase: 18100,
  sipPort: 18110,
  rtpStart: 20_800,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['recordingPause: 120s', 'recordingPause: 10s'],
  ],
});
t.teardown(() => station.close());

const citizenHz = 500;
const agentHz = 700;
/** The standard's bound for the joining, after the later of notice and pick-up. */
const joinMs = 500;
/** What lies between an act of ours and its sound at the other end: packets, jitter, a busy machine. */
const pathMs = 400;

/** The contact of the call that arrived last, and its facts. */
async function lastContact(): Promise<string> {
  const arrived = await station.until('an arrival', async () =>
    (await station.facts('ContactArrived')).at(-1),
  );
  return arrived.id;
}

async function factsOf(contactId: string, type?: string): Promise<readonly JournaledFact[]> {
  return (await station.facts(type)).filter((fact) => fact.stream === 'contact' && fact.id === contactId);
}

function factOf(contactId: string, type: string, timeoutMs = 15_000): Promise<JournaledFact> {
  return station.until(type, async () => (await factsOf(contactId, type))[0], timeoutMs);
}

/** Prompts spoken into a talk are recognised only while nobody else makes a sound. */
function hush(...calls: readonly Call[]): void {
  for (const call of calls) call.say({ kind: 'silence' });
}

/** Both speak; each hears the other and nothing else, and nobody himself. */
async function hearEachOther(t: Test, citizen: Call, agent: Call): Promise<void> {
  citizen.say({ kind: 'tone', hz: citizenHz });
  agent.say({ kind: 'tone', hz: agentHz });
  const last = () => ({ fromMs: Date.now() - 700, toMs: Date.now() });
  const each = await station.until('each hears the other', async () => {
    const citizenHears = heard(citizen, { hz: agentHz, ...last() });
    const agentHears = heard(agent, { hz: citizenHz, ...last() });
    return citizenHears > 0.9 && agentHears > 0.9 ? { citizenHears, agentHears } : undefined;
  });
  t.ok(each, 'the citizen hears the agent, the agent the citizen');
  t.ok(heard(citizen, { hz: citizenHz, ...last() }) < 0.1, 'and nobody himself');
  await sleep(500);
}

/** Nothing of the call is left in Asterisk. */
async function untilAllGone(t: Test): Promise<void> {
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
}

/** The record, as the API gives it, says what the journal says; the journal is what the service wrote in its spool. */
async function agreement(t: Test, contactId: string) {
  const { record, journal } = await station.closedRecord(contactId);
  const spooled = (await factsOf(contactId)).map(({ type }) => type);
  t.same(
    journal.filter(({ stream }) => stream === 'contact').map(({ type }) => type),
    spooled,
    'journal and spool hold the same facts in the same order',
  );
  const connected = await factOf(contactId, 'AgentConnected');
  const ended = await factOf(contactId, 'ContactEnded');
  const talkEnded = await factOf(contactId, 'TalkEnded');
  t.match(record, {
    answered: true,
    missed: false,
    arrivedAtMs: (await factOf(contactId, 'ContactArrived'))['arrivedAtMs'],
    answeredAtMs: connected.atMs,
    endedAtMs: ended.atMs,
    endedBy: ended['by'],
    endReason: ended['reason'],
    waitMs: connected['waitedMs'],
    agentIds: [connected['agentId']],
    incomplete: false,
  });
  t.equal(Number(record['talkMs']) + Number(record['holdMs']), talkEnded['talkMs']);
  t.equal('callerKey' in record, false, 'the caller’s key stays inside');
  return record;
}

function recordingOf(file: unknown): Int16Array {
  return readWav(join(station.home, 'recordings', String(file))).channels[0] ?? new Int16Array();
}

/** The largest share of a tone in any stretch of a recording. */
function bestRatio(samples: Int16Array, hz: number): number {
  const step = 0.4 * 8_000;
  const ratios = Array.from({ length: Math.floor(samples.length / step) }, (_unused, at) =>
    toneRatio(samples.subarray(at * step, (at + 1) * step), hz),
  );
  return Math.max(0, ...ratios);
}

t.test('picked up under the greeting: joined when the notice ends; hold; the agent hangs up', async (t) => {
  const seat = await station.seat('1001', { toneHz: agentHz });
  const citizen = await station.citizen('0001', { toneHz: citizenHz });
  const call = await citizen.call('12345');
  const ringing = await seat.phone.incoming();
  const rangAtMs = Date.now();
  t.equal(ringing.remote.displayName, '12345热线|0311', 'the phone shows entry and region');
  t.equal(ringing.remote.number, '031100000001', 'and the number, since 1001 may see it');
  await call.untilUp();
  const contactId = await lastContact();
  hush(call, ringing);

  const greeting = await station.hears(call, 'greet.main', {
    sinceMs: call.answeredAtMs ?? 0,
    timeoutMs: 15_000,
  });
  const connected = await factOf(contactId, 'AgentConnected');
  const notice = await factOf(contactId, 'NoticeHeard');
  t.ok(rangAtMs < notice.atMs, 'the phone rings under the greeting');
  t.ok(connected.atMs - notice.atMs <= joinMs, 'joined within 0.5 s of the notice');
  const number = { sinceMs: greeting.atMs, slot: '1001', timeoutMs: 6_000 };
  const spoken = await station.hears(call, 'agent.number', number);
  t.ok(spoken.atMs - greeting.endsAtMs <= joinMs + pathMs, 'and the talk is heard to begin then');
  await station.hears(ringing, 'agent.number', number);
  await sleep(500);
  await hearEachOther(t, call, ringing);

  await ringing.hold();
  await factOf(contactId, 'ContactHeld');
  await seat.untilState('hold');
  await sleep(1_000);
  const held = { fromMs: Date.now() - 500, toMs: Date.now() };
  t.equal(silence(call, held), false, 'music while he is on hold');
  t.ok(heard(call, { hz: agentHz, ...held }) < 0.1, 'and no agent');
  await ringing.resume();
  await seat.untilState('talking');
  await hearEachOther(t, call, ringing);

  const saidGoodbyeAtMs = Date.now();
  await ringing.hangUp();
  await station.hears(call, 'bye', { sinceMs: saidGoodbyeAtMs });
  t.equal((await call.untilEnded()).by, 'remote');
  t.match(await factOf(contactId, 'ContactEnded'), { by: 'agent', reason: 'agentReleased' });

  const record = await agreement(t, contactId);
  t.ok(Number(record['holdMs']) >= 1_000, 'the hold is in the record');
  const [file] = record['recordings'] as string[];
  t.match(file, /^\d{4}\/\d\d\/\d\d\/[0-9a-f-]{36}-1\.wav$/);
  t.ok(file?.includes(contactId));
  // The recorder writes its last block after the call.
  const both = await station.until('both in the recording', async () => {
    const atTheEnd = recordingOf(file).subarray(-2 * 8_000);
    return (bestRatio(atTheEnd, citizenHz) > 0.3 && bestRatio(atTheEnd, agentHz) > 0.3) || undefined;
  });
  t.ok(both, 'the recording holds both, to the end');
  await untilAllGone(t);
  await seat.act('sign-out');
});

t.test(
  'picked up after the notice: joined at once, no 工号 where it is switched off; the recording paused',
  async (t) => {
    await station.editSite('policies.yaml', [
      ['greeting: full', 'greeting: short'],
      ['announceAgent: true', 'announceAgent: false'],
    ]);
    const seat = await station.seat('1002', { toneHz: agentHz, onInvite: 'manual' });
    const citizen = await station.citizen('0002', { toneHz: citizenHz });
    const call = await citizen.call('12345');
    const ringing = await seat.phone.incoming();
    t.match(ringing.remote.displayName, /^12345热线/);
    t.notMatch(ringing.invite, /0000002/, 'not a word of his number to an agent who may not see it');
    t.notMatch(JSON.stringify(ringing.invite), '31100000002');
    await call.untilUp();
    const contactId = await lastContact();
    await station.hears(call, 'greet.short', { sinceMs: call.answeredAtMs ?? 0 });
    await factOf(contactId, 'NoticeHeard');
    await sleep(700);
    t.equal(silence(call, { fromMs: Date.now() - 400, toMs: Date.now() }), false, 'music until he picks up');
    const pickedUpAtMs = Date.now();
    await ringing.answer();
    const answered = await factOf(contactId, 'OfferAnswered');
    const connected = await factOf(contactId, 'AgentConnected');
    t.ok(connected.atMs - pickedUpAtMs <= joinMs, 'joined within 0.5 s of the pick-up');
    t.ok(connected.atMs >= answered.atMs);
    await hearEachOther(t, call, ringing);
    t.match(ringing.remote.displayName, /^12345热线/, 'in the talk, too, the phone shows the entry');
    t.notMatch(JSON.stringify(ringing.remote), '31100000002', 'and not his number');
    const unsaid = await station.likeness(call, 'agent.number', { sinceMs: pickedUpAtMs, slot: '1002' });
    t.ok(unsaid.score < 0.5, 'no 工号 is spoken');

    const api = await station.apiAs('1002');
    const pause = (paused: boolean) => api('POST', `/api/v1/contacts/${contactId}/recording`, { paused });
    hush(call, ringing);
    await sleep(pathMs);
    const pausedAtMs = Date.now();
    t.match((await pause(true)).body, { recording: 'paused' });
    await station.hears(call, 'a.rec.off', { sinceMs: pausedAtMs });
    await station.hears(ringing, 'a.rec.off', { sinceMs: pausedAtMs });
    // They talk on in the pause; silent again in good time before it ends.
    call.say({ kind: 'tone', hz: citizenHz });
    ringing.say({ kind: 'tone', hz: agentHz });
    await sleep(3_000);
    t.ok(heard(call, { hz: agentHz, fromMs: Date.now() - 700, toMs: Date.now() }) > 0.9, 'they talk on');
    hush(call, ringing);
    // Nobody resumes: it ends by itself after the time that the policy gives.
    const resumed = await station.hears(call, 'a.rec.on', { sinceMs: pausedAtMs, timeoutMs: 15_000 });
    t.ok(Math.abs(resumed.atMs - pausedAtMs - 10_000) < 1_500, 'it ends by itself');
    await sleep(1_500);
    t.match((await pause(true)).status, 200);
    await sleep(500);
    t.match((await pause(false)).body, { recording: 'on' });
    await sleep(1_500);
    const pauses = (await factsOf(contactId, 'RecordingPaused')).map(({ paused, by }) => [paused, by]);
    t.same(pauses, [
      [true, 'agent'],
      [false, 'system'],
      [true, 'agent'],
      [false, 'agent'],
    ]);

    await call.hangUp();
    await ringing.untilEnded();
    t.match(await factOf(contactId, 'ContactEnded'), { by: 'citizen', reason: 'hungUp' });
    const record = await agreement(t, contactId);
    const samples = recordingOf((record['recordings'] as string[])[0]);
    const startedAtMs = (await factOf(contactId, 'RecordingStarted')).atMs;
    const pausedFrom = (pausedAtMs - startedAtMs + 1_000) * 8;
    const inPause = samples.subarray(pausedFrom, pausedFrom + 7_000 * 8);
    t.ok(rms(inPause) < 10, 'silence in the recording, and time goes on in it');
    t.ok(bestRatio(samples.subarray(0, pausedFrom), agentHz) > 0.3, 'but not before it');
    await untilAllGone(t);
    await seat.act('sign-out');
  },
);

t.test(
  'the agent hangs up while the 工号 is still being said: it is cut, and the goodbye heard',
  async (t) => {
    await station.editSite('policies.yaml', [['announceAgent: false', 'announceAgent: true']]);
    const seat = await station.seat('1005', { toneHz: agentHz });
    const citizen = await station.citizen('0005', { toneHz: citizenHz });
    const call = await citizen.call('12345');
    const ringing = await seat.phone.incoming();
    await call.untilUp();
    const contactId = await lastContact();
    await factOf(contactId, 'AgentConnected');
    await sleep(600);
    const hungUpAtMs = Date.now();
    await ringing.hangUp();
    const goodbye = await station.hears(call, 'bye', { sinceMs: hungUpAtMs });
    t.ok(goodbye.atMs - hungUpAtMs < joinMs + pathMs, 'at once, not after the 工号');
    t.equal((await call.untilEnded()).by, 'remote');
    await agreement(t, contactId);
    await untilAllGone(t);
    await seat.act('sign-out');
  },
);

t.test('a citizen who hangs up at the first ring leaves no phone ringing and no alarm', async (t) => {
  const seat = await station.seat('1004', { onInvite: 'manual' });
  const citizen = await station.citizen('0004');
  const call = await citizen.call('12345');
  const ringing = await seat.phone.incoming();
  await call.hangUp();
  await ringing.untilEnded(1_500);
  await untilAllGone(t);
  const { record } = await station.closedRecord(await lastContact());
  t.match(record, { answered: false, missedCause: 'abandoned', abandonedDuring: 'offered' });
  const prompts = (await station.facts('AlarmRaised')).filter(({ alarm }) => alarm === 'promptMissing');
  t.same(prompts, [], 'a prompt that the hang-up cut is not missing');
  await seat.untilState('ready');
  await seat.act('sign-out');
});

t.test(
  'no room for recordings, and a citizen whose sound does not come: both are told, the call goes on',
  async (t) => {
    await station.restartService({ YIHAO_RECORDING_FLOOR_MB: '1000000000' });
    const seat = await station.seat('1003', { toneHz: agentHz });
    const citizen = await station.citizen('0003', { toneHz: citizenHz });
    const call = await citizen.call('12345');
    await call.untilUp();
    const contactId = await lastContact();
    const ringing = await seat.phone.incoming();
    await factOf(contactId, 'AgentConnected');
    call.freezeAudio();
    t.match(await factOf(contactId, 'RecordingFailed'), { reason: 'RECORDING_DISK_LOW' });
    t.match(await factOf(contactId, 'OneWayAudio'), { silent: 'citizen' });
    const { body } = await station.api('GET', '/api/v1/live');
    t.match(JSON.stringify(body['condition']), /recordingDiskLow|recordingFailed/, 'the alarm stands');
    call.thawAudio();
    await hearEachOther(t, call, ringing);

    const api = await station.apiAs('1003');
    const refused = await api('POST', `/api/v1/contacts/${contactId}/recording`, { paused: true });
    t.match(refused, { status: 409, body: { code: 'RECORDING_OFF' } }, 'there is nothing to pause');
    const releasedAtMs = Date.now();
    t.equal((await api('POST', `/api/v1/contacts/${contactId}/release`)).status, 200);
    await station.hears(call, 'bye', { sinceMs: releasedAtMs });
    await call.untilEnded();
    t.match(await agreement(t, contactId), { recordings: [], recordingFailed: true, oneWayAudio: true });
    await untilAllGone(t);
  },
);
