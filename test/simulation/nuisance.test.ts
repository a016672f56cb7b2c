// 骚扰: a caller under a limit waits behind all others and is answered all the same; with the key for help he waits as everybody.
import t from 'tap';
import type { AgentId, CallerKey, DeviceId } from '../../src/contact/ids.js';
import { betweenWarningsMs } from '../../src/contact/contact-warning.js';
import { createWorld } from '../../src/sim/world.js';
import { plainSite, startMs } from '../adapters/office.js';

const [nuisance, somebody] = ['031100000666', '031100000777'];

/** A world in which one number is under a limit, with a phone that picks up. */
async function world(level: 'last' | 'told', untilMs = startMs + 86_400_000) {
  const made = createWorld({
    site: plainSite,
    startMs,
    standings: {
      isConfidential: () => false,
      limitOf: (key, nowMs) =>
        key === (`key-${nuisance}` as CallerKey) && nowMs < untilMs ? { level, untilMs } : undefined,
    },
  });
  await made.start();
  const device = 'd1002' as DeviceId;
  made.telephony.setReachable(device, true);
  made.telephony.setHabit(device, { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
  const call = (ani: string, keys: readonly { atMs: number; digit: string }[] = []) =>
    made.telephony.call({ ani, dnis: '12345', patienceMs: null, keys });
  const pass = (ms: number) => made.runUntil(made.clock.nowMs() + ms);
  const signIn = () => made.signIn('1002' as AgentId, device);
  const talking = () => made.engine.contacts().find(({ stage }) => stage.at === 'talking')?.arrival.callerKey;
  const facts = (type: string) =>
    made.journal.flatMap((entry) => entry.facts.filter((fact) => fact.type === type));
  return { made, call, pass, signIn, talking, facts };
}

t.test('he came first and is served last; and he is served', async (t) => {
  const { call, pass, signIn, talking, made } = await world('last');
  call(nuisance);
  await pass(5_000);
  const other = call(somebody);
  await pass(5_000);
  signIn();
  await pass(8_000);
  t.equal(talking(), `key-${somebody}`);
  made.telephony.hangUpCitizen(other);
  await pass(200_000);
  t.equal(talking(), `key-${nuisance}`);
  t.same(made.faults, []);
});

t.test('with the key for help he keeps the place he came to, whatever he hears at that moment', async (t) => {
  const { call, pass, signIn, talking, facts } = await world('told');
  call(nuisance, [
    { atMs: 2_000, digit: '0' },
    { atMs: 2_500, digit: '0' },
  ]);
  await pass(5_000);
  call(somebody);
  await pass(5_000);
  signIn();
  await pass(12_000);
  t.equal(talking(), `key-${nuisance}`);
  t.equal(facts('LimitSetAside').length, 1, 'once');
});

t.test('by the second key he leaves a message instead, and is called back', async (t) => {
  const { call, pass, facts, made } = await world('told');
  call(nuisance, [
    { atMs: 12_000, digit: '1' },
    { atMs: 45_000, digit: '#' },
  ]);
  call(somebody, [{ atMs: 12_000, digit: '1' }]);
  await pass(70_000);
  t.match(facts('VoicemailLeft'), [{ end: 'key' }], 'whoever is under no limit has no such key');
  t.match(facts('ContactEnded'), [{ by: 'system', reason: 'voicemail' }]);
  t.same(made.faults, []);
});

t.test('after its last moment there is no limit, whether anybody read anything anew or not', async (t) => {
  const { call, pass, signIn, talking } = await world('last', startMs + 1_000);
  await pass(2_000);
  call(nuisance);
  await pass(5_000);
  call(somebody);
  await pass(5_000);
  signIn();
  await pass(8_000);
  t.equal(talking(), `key-${nuisance}`);
});

t.test(
  'reminded twice, the third time he hears so and is released; two presses at once are one',
  async (t) => {
    const { call, pass, signIn, made, facts } = await world('last');
    signIn();
    call(somebody);
    await pass(20_000);
    const id = made.engine.contacts()[0]!.id;
    const warn = () => made.engine.actOnContact(id, { type: 'Warn', agentId: '1002' as AgentId });
    t.equal(made.engine.actOnContact(id, { type: 'Warn', agentId: '1001' as AgentId }), 'CONTACT_NOT_YOURS');
    for (const count of [1, 2, 3]) {
      t.equal(warn(), undefined);
      t.equal(facts('WarningGiven').length, count);
      if (count < 3) t.equal(warn(), 'WARNED_JUST_NOW');
      await pass(betweenWarningsMs);
    }
    t.match(facts('ContactEnded'), [{ by: 'agent', reason: 'warned' }]);
    t.equal(warn(), 'CONTACT_NOT_TALKING');
    t.same(made.faults, []);
  },
);
