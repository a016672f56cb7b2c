// Feature codes: what keys mean, the dialogue of a call to the service, keys in a talk; on the very engine, in virtual time.
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { createMemoryLiveStore } from '../../src/adapters/memory/live-store.js';
import { shownState } from '../../src/contact/agent.js';
import type { AgentId, CallerKey, ChannelId, DeviceId, NodeId, PlayId } from '../../src/contact/ids.js';
import type { PromptRef } from '../../src/contact/prompt-ref.js';
import { noStandings } from '../../src/engine/standings.js';
import { createEngine } from '../../src/engine/engine.js';
import { readFeatureCode } from '../../src/engine/feature-codes.js';
import { createPinCheck } from '../../src/engine/pin-check.js';
import type { JournalEntry, Telephony, TelephonyEvent } from '../../src/engine/ports.js';
import { parseSite } from '../../src/site/parse-site.js';
import { createSimTelephony } from '../../src/sim/sim-telephony.js';
import { createVirtualClock } from '../../src/sim/virtual-clock.js';

const folder = new URL('../../ivr-flows/', import.meta.url);
const files = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]),
);
const parsed = parseSite(files, { nowMs: 1_700_000_000_000 });
if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
const { site } = parsed;

const [first, second] = ['1001', '1002'] as AgentId[] as [AgentId, AgentId];
const [desk, otherDesk] = ['d1001', 'd1002'] as DeviceId[] as [DeviceId, DeviceId];
const promptMs = 2_000;

/** The engine over simulated telephony; feature calls are channels of this test's own. */
async function createOffice() {
  const clock = createVirtualClock(1_700_000_000_000);
  const sim = createSimTelephony({ clock, node: 'n1' as NodeId, promptMs: () => promptMs });
  const journal: JournalEntry[] = [];
  const faults: unknown[] = [];
  const heard: string[] = [];
  const done: string[] = [];
  let emit: (event: TelephonyEvent) => void = () => undefined;
  const isOwn = (channelId: ChannelId) => channelId.startsWith('phone');

  const telephony: Telephony = {
    ...sim,
    onEvent(listener) {
      emit = listener;
      sim.onEvent(listener);
    },
    async answer(channelId) {
      return isOwn(channelId) ? void done.push('answer') : sim.answer(channelId);
    },
    async play(channelId, playId, prompt) {
      heard.push(spell(prompt));
      if (!isOwn(channelId)) return sim.play(channelId, playId, prompt);
      clock.at(clock.nowMs() + promptMs, () => emit({ type: 'playEnded', channelId, playId, ok: true }));
    },
    async stopPlay(playId: PlayId) {
      return playId.startsWith('phone') ? void done.push('hush') : sim.stopPlay(playId);
    },
    async hangUp(channelId, causeCode) {
      if (!isOwn(channelId)) return sim.hangUp(channelId, causeCode);
      done.push('hangUp');
      clock.at(clock.nowMs() + 5, () => emit({ type: 'gone', channelId, causeCode, phoneLost: false }));
    },
    async sendDigits(_channelId, digits) {
      done.push(`send ${digits}`);
    },
    async echo() {
      done.push('echo');
    },
  };
  let ids = 0;
  const engine = createEngine({
    siteName: site.name,
    node: 'n1' as NodeId,
    serviceVersion: 'test',
    clock,
    timers: clock,
    ids: { next: () => `id-${String((ids += 1))}` },
    telephony,
    store: createMemoryLiveStore({ clock }),
    journal: { append: (entry) => void journal.push(entry) },
    callers: {
      remember: () => ({ callerKey: 'k' as CallerKey, callerMasked: '130****0001' }),
      numberOf: () => undefined,
      forget: () => undefined,
      hide: () => undefined,
    },
    standings: noStandings,
    cases: { find: async () => null },
    messages: { send: async () => ({ ok: true }) },
    sites: { current: () => site, ofVersion: () => site },
    events: { forCall: () => [] },
    pins: createPinCheck((id) => (site.agents.has(id) ? '2468' : undefined)),
    log: {
      info: () => undefined,
      warn: (fields) => void faults.push(fields),
      error: (fields) => void faults.push(fields),
    },
  });
  await engine.start({ image: { contacts: [], agents: [] }, lastAtMs: null, nextSeq: () => 0 });
  sim.setReachable(desk, true);
  sim.setReachable(otherDesk, true);
  sim.connect();

  let dialled = 0;
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  async function pass(ms: number): Promise<void> {
    const untilMs = clock.nowMs() + ms;
    await settle();
    while (clock.advance(untilMs)) await settle();
  }

  return {
    engine,
    sim,
    journal,
    faults,
    heard,
    done,
    pass,
    agent: (id: AgentId) => engine.agents().find((agent) => agent.id === id),
    shown(id: AgentId) {
      const agent = engine.agents().find((known) => known.id === id);
      return agent === undefined ? 'offline' : shownState(agent);
    },
    emit: (event: TelephonyEvent) => emit(event),
    async dial(code: string, deviceId = desk): Promise<ChannelId> {
      dialled += 1;
      const channelId = `phone-${String(dialled)}` as ChannelId;
      emit({ type: 'featureDialled', channelId, deviceId, code });
      await settle();
      return channelId;
    },
    async press(channelId: ChannelId, keys: string): Promise<void> {
      for (const digit of keys) emit({ type: 'digit', channelId, digit });
      await settle();
    },
    async signIn(id: AgentId, deviceId = desk) {
      engine.actOnAgent(id, { type: 'SignIn', deviceId, reachable: true, by: 'agent' });
      await settle();
    },
    /** A citizen talks to the agent at this desk. */
    async talk(id: AgentId, deviceId = desk, talkMs = 600_000): Promise<ChannelId> {
      sim.setHabit(deviceId, { does: 'answer', afterMs: 500, talkMs });
      engine.actOnAgent(id, { type: 'GoReady', by: 'agent' });
      sim.call({ ani: '13000000001', dnis: '12345', patienceMs: null });
      await pass(5_000);
      const agent = engine.agents().find((known) => known.id === id);
      if (agent?.activity.is !== 'talking') throw new Error(`not talking: ${JSON.stringify(agent)}`);
      return agent.activity.legId;
    },
    /** What was heard since the last look. */
    words: () => heard.splice(0),
    deeds: () => done.splice(0),
  };
}

function spell({ id, slots = {} }: PromptRef): string {
  return [id, ...Object.entries(slots).map(([name, value]) => `${name}=${String(value)}`)].join(' ');
}

t.test('keys are read as whole codes, beginnings of codes, or nothing', (t) => {
  const reads: readonly (readonly [string, string])[] = [
    ['*', 'open'],
    ['*2', 'open'],
    ['*20', 'open'],
    ['*201001', 'open {"do":"signIn","agentId":"1001"}'],
    ['*201001#', 'whole {"do":"signIn","agentId":"1001"}'],
    ['*201001%23', 'whole {"do":"signIn","agentId":"1001"}'],
    ['*20#', 'unknown'],
    ['*201001#1', 'unknown'],
    ['*20*', 'unknown'],
    ['*21', 'whole {"do":"signOut"}'],
    ['*211', 'unknown'],
    ['*22', 'whole {"do":"ready"}'],
    ['*23', 'open {"do":"break","reason":null}'],
    ['*232', 'whole {"do":"break","reason":"meal"}'],
    ['*239', 'whole {"do":"break","reason":"urgent"}'],
    ['*236', 'unknown'],
    ['*24', 'whole {"do":"endWrapUp"}'],
    ['*25', 'whole {"do":"extendWrapUp"}'],
    ['*26', 'open'],
    ['*261', 'whole {"do":"disposition","outcome":"direct"}'],
    ['*265', 'whole {"do":"disposition","outcome":"invalid"}'],
    ['*267', 'unknown'],
    ['*29', 'whole {"do":"state"}'],
    ['*43', 'whole {"do":"echo"}'],
    ['*27', 'whole {"do":"help"}'],
    ['*28', 'whole {"do":"confidential"}'],
    ['*34', 'open'],
    ['*34031', 'open {"do":"city","areaCode":"031"}'],
    ['*340310', 'open {"do":"city","areaCode":"0310"}'],
    ['*340310#', 'whole {"do":"city","areaCode":"0310"}'],
    ['*34021#', 'whole {"do":"city","areaCode":"021"}'],
    ['*3403100', 'unknown'],
    ['*3412345#', 'unknown'],
    ['*3400', 'unknown'],
    ['*34#', 'unknown'],
    ['*110', 'unknown'],
    ['**', 'unknown'],
    ['', 'unknown'],
    ['22', 'unknown'],
    ['#', 'unknown'],
  ];
  for (const [keys, expected] of reads) {
    const reading = readFeatureCode(keys);
    const act = reading.is === 'unknown' || reading.act === null ? '' : ` ${JSON.stringify(reading.act)}`;
    t.equal(`${reading.is}${act}`, expected, keys);
  }
  const key = fc.constantFrom(...'0123456789*#');
  fc.assert(
    fc.property(fc.array(key, { maxLength: 8 }), (keys) => {
      const whole = readFeatureCode(keys.join(''));
      if (whole.is === 'unknown') return;
      // Keys come one by one: whatever is a code must have been a possible beginning at each key before.
      for (let length = 1; length < keys.length; length += 1) {
        t.equal(readFeatureCode(keys.slice(0, length).join('')).is, 'open');
      }
    }),
  );
  t.end();
});

t.test('signing in by phone: PIN, wrong PIN, lock, move from another desk, silence', async (t) => {
  const { dial, press, pass, words, deeds, agent, shown, faults } = await createOffice();

  const call = await dial('*201001#');
  t.same(words(), ['a.pin']);
  await press(call, '2468#');
  t.same(words(), ['a.login']);
  t.match(agent(first), { deviceId: desk, reachable: true, activity: { is: 'break' }, ownCalls: [] });
  await pass(promptMs + 100);
  t.same(deeds(), ['answer', 'hush', 'hangUp'], 'the first key cuts the words off');

  const moved = await dial('*201001%23', otherDesk);
  await press(moved, '2468');
  t.same(words(), ['a.pin'], 'four digits may be the beginning of six');
  await pass(8_100);
  t.same(words(), ['a.elsewhere'], 'silence ends the PIN');
  await press(moved, '1');
  t.same(words(), ['a.login']);
  t.equal(agent(first)?.deviceId, otherDesk);
  await pass(5_000);

  const unmoved = await dial('*201001#', desk);
  await press(unmoved, '2468#2');
  t.same(words(), ['a.pin', 'a.elsewhere']);
  await pass(200);
  t.ok(deeds().includes('hangUp'));
  t.equal(agent(first)?.deviceId, otherDesk);

  const guessed = await dial('*201002#', desk);
  // A `#` after the sixth digit is habit and must not cut the answer off.
  for (const pin of ['111111#', '222222', '333333', '44#']) await press(guessed, pin);
  t.same(words(), ['a.pin', ...Array<string>(4).fill('a.badpin')]);
  await press(guessed, '555555');
  t.same(words(), ['a.locked']);
  await pass(5_000);
  const locked = await dial('*201002#', desk);
  await press(locked, '2468#');
  t.same(words(), ['a.pin', 'a.locked'], 'the right PIN no longer helps here');
  t.equal(shown(second), 'offline');
  await pass(5_000);
  const atOtherPhone = await dial('*201002#', otherDesk);
  await press(atOtherPhone, '2468#');
  t.same(words(), ['a.pin', 'a.login'], 'but a guesser cannot lock an agent out of another phone');
  t.equal(shown(first), 'offline', 'who sat there is signed out');
  await pass(5_000);

  const unknown = await dial('*209999#');
  await press(unknown, '2468#');
  t.same(words(), ['a.pin', 'a.badpin'], 'an unknown 工号 hears the same words');
  await press(unknown, '*');
  await pass(8_100);
  t.same(words(), ['a.fail'], 'and silence ends the call');
  await pass(2_100);
  t.same(deeds().slice(-1), ['hangUp']);
  t.same(faults, []);
});

t.test('the short codes: each confirmed, each refused with a word when the moment is wrong', async (t) => {
  const { dial, press, pass, words, deeds, signIn, talk, shown, agent, engine, sim, faults } =
    await createOffice();
  const say = async (code: string) => {
    await dial(code);
    await pass(2_200);
    return words();
  };

  t.same(await say('*22'), ['a.deny'], 'nobody is signed in at this phone');
  t.same(await say('*29'), ['a.deny']);
  await signIn(first);
  t.same(await say('*24'), ['a.nocall']);
  t.same(await say('*25'), ['a.nocall']);
  t.same(await say('*261'), ['a.nocall']);
  t.same(await say('*27'), ['a.nocall'], 'help is for a talk');
  t.same(await say('*28'), ['a.nocall']);
  t.same(await say('*22'), ['a.ready']);
  t.equal(shown(first), 'ready');
  t.same(await say('*233'), ['a.break r=training']);
  t.match(agent(first), { activity: { is: 'break', reason: 'training' } });
  t.same(await say('*239'), ['a.break r=urgent']);
  await pass(8 * 60_000);
  t.same(await say('*29'), ['a.state state=break t=8']);

  const asked = await dial('*23');
  t.same(words(), ['a.break.ask']);
  await press(asked, '2');
  t.same(words(), ['a.break r=meal']);
  await pass(3_000);
  const wrongKey = await dial('*23');
  await press(wrongKey, '8');
  t.same(words(), ['a.break.ask', 'a.fail']);
  await pass(3_000);
  await dial('*23');
  await pass(11_000);
  t.same(words(), ['a.break.ask', 'a.fail'], 'silence is no reason');
  await pass(1_000);

  deeds();
  await dial('*43');
  await pass(2_100);
  t.same([words(), deeds()], [['a.echo'], ['answer', 'echo']]);
  await pass(28_000);
  t.same(deeds(), ['hangUp'], 'no feature call lasts longer than 30 s');

  const leg = await talk(first);
  const [contact] = engine.contacts();
  words();
  sim.hangUpCitizen(contact?.arrival.channelId ?? ('' as ChannelId));
  await pass(100);
  t.equal(shown(first), 'wrapup');
  t.same(await say('*265'), ['a.disp']);
  t.match(engine.contacts()[0]?.disposition ?? {}, { outcome: 'invalid' });
  t.same(await say('*25'), [`a.wrapmore s=${String(site.agentPolicy.wrapUpExtendMs / 1000)}`]);
  t.same(await say('*25'), ['a.fail'], 'one extension a contact');
  t.same(await say('*24'), ['a.wrapend']);
  t.equal(shown(first), 'ready');
  t.same(await say('*21'), ['a.logout']);
  t.equal(shown(first), 'offline');
  t.not(leg, '');
  t.same(faults, []);
  t.ok(engine.isIdle());
});

t.test('keys in a talk: codes are obeyed and kept from the citizen, all else goes on to him', async (t) => {
  const { press, pass, words, deeds, signIn, talk, engine, agent, shown, dial, faults } =
    await createOffice();
  await signIn(first);
  const leg = await talk(first);
  await pass(10_000);
  words();
  deeds();

  await press(leg, '12#');
  t.same(deeds(), ['send 1', 'send 2', 'send #']);
  await press(leg, '*262');
  t.same([words(), deeds()], [['a.disp'], []]);
  t.match(engine.contacts()[0]?.disposition ?? {}, { outcome: 'dispatch' });
  await press(leg, '*29');
  t.same(words(), ['a.state state=talking t=1']);
  await press(leg, '*27');
  t.same([...words(), ...deeds()], ['a.help']);
  t.match(engine.contacts()[0]?.stage ?? {}, { talk: { helpSinceMs: Number } });
  await press(leg, '*28');
  t.same([...words(), ...deeds()], ['a.conf']);
  t.match(engine.contacts()[0], { sealed: 'confidential', arrival: { callerMasked: '保密来电' } });
  for (const code of ['*22', '*24', '*25', '*43', '*201002#', '**']) {
    await press(leg, code);
    t.same([code, ...words(), ...deeds()], [code, 'a.fail']);
  }
  await press(leg, '*9913');
  t.same([words(), deeds()], [['a.fail'], []], 'the rest of a mistyped code is not for the citizen either');
  await press(leg, '*239');
  t.same(words(), ['a.break r=urgent'], 'urgent leave is never refused');
  t.same(agent(first)?.plan, { is: 'break', reason: 'urgent' });
  await press(leg, '*2');
  await pass(2_900);
  await press(leg, '9');
  t.same(words(), ['a.state state=talking t=1'], 'slow fingers are waited for');
  await press(leg, '*26');
  await pass(3_100);
  t.same([words(), deeds()], [[], []], 'a code broken off is dropped, and nothing of it reaches the citizen');
  await press(leg, '7');
  t.same(deeds(), ['send 7'], 'afterwards keys are keys again');
  await press(leg, '*23');
  await pass(3_100);
  t.same(words(), ['a.fail'], 'no reason, no break');
  await press(leg, '*21');
  t.same(words(), ['a.logout.wait']);
  t.same(agent(first)?.plan, { is: 'signOut' });

  await dial('*20');
  t.same(words(), ['a.fail'], 'no 工号, no sign-in');
  await pass(3_000);
  const thief = await dial('*201002#', desk);
  await press(thief, '2468#');
  t.same(words(), ['a.pin', 'a.fail'], 'nobody is signed out of his talk by a newcomer');
  t.equal(shown(first), 'talking');
  t.same(faults, []);
});

t.test('a feature call never makes its agent busy, whichever event comes first', async (t) => {
  const { emit, dial, pass, signIn, agent, engine, words } = await createOffice();
  await signIn(first);
  engine.actOnAgent(first, { type: 'GoReady', by: 'agent' });
  const next = 'phone-1' as ChannelId;
  emit({ type: 'ownCall', deviceId: desk, channelId: next, up: true });
  t.same(agent(first)?.ownCalls, [next]);
  const call = await dial('*29');
  t.equal(call, next);
  t.same([agent(first)?.ownCalls, ...words()], [[], 'a.state state=ready t=1']);
  emit({ type: 'ownCall', deviceId: desk, channelId: call, up: true });
  t.same(agent(first)?.ownCalls, []);
  emit({ type: 'featureDialled', channelId: call, deviceId: desk, code: '*21' });
  await pass(100);
  t.not(agent(first)?.activity.is, 'offline', 'a call told twice is one call');
  emit({ type: 'gone', channelId: call, causeCode: 16, phoneLost: false });
  emit({ type: 'ownCall', deviceId: desk, channelId: 'own-2' as ChannelId, up: true });
  t.same(agent(first)?.ownCalls, ['own-2'], 'a call of his own still does');
  await pass(60_000);
  t.ok(engine.isIdle());
});

t.test(
  'PINs: counted by pair, agent and place; a lock ends by itself and is not lengthened by knocking',
  (t) => {
    const check = createPinCheck((id) => (id === '9999' ? undefined : '1357'));
    const attempt = (agentId: string, pin: string, from: string, atMs = 0) =>
      check({ agentId: agentId as AgentId, pin, from }, atMs);

    for (const pin of ['', '1', '13570', '0', '9']) attempt('1', pin, 'a');
    t.equal(attempt('1', '1357', 'a', 599_999), 'locked');
    t.equal(attempt('1', '1357', 'b', 599_999), 'right');
    t.equal(
      attempt('1', '1357', 'a', 600_000),
      'right',
      'the lock ran from the last failure, not from the knocking',
    );
    for (let round = 0; round < 4; round += 1) {
      for (let place = 0; place < 4; place += 1) t.equal(attempt('2', 'x', `${String(place)}`), 'wrong');
    }
    t.same(
      ['4', '5', '6', '7', '8'].map((place) => attempt('2', 'x', place)),
      ['wrong', 'wrong', 'wrong', 'locked', 'locked'],
      '20 failures lock an agent everywhere',
    );
    const verdicts = Array.from({ length: 31 }, (_, id) => attempt(`3${String(id)}`, 'x', 'hall'));
    t.same(verdicts.slice(28), ['wrong', 'locked', 'locked'], '30 failures lock a place');
    t.equal(attempt('9999', '', 'c'), 'wrong', 'an unknown agent is told nothing');
    t.end();
  },
);
