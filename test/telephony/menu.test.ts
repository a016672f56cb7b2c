// The menu variant on real parts, switched on while calls run: both kinds of digits, barge-in, wrong keys, silence, 9 and *.
import t, { type Test } from 'tap';
import type { Call, DigitOptions } from '../phones/call.js';
import { startStation, type JournaledFact } from './station.js';

const station = await startStation({
  portBase: 18320,
  sipPort: 18330,
  rtpStart: 21_200,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['greeting: full', 'greeting: short'],
  ],
});
t.teardown(() => station.close());

/** How long a playback may still sound after a key: the key itself takes 0.1 s. */
const cutMs = 600;

interface MenuCall {
  readonly call: Call;
  readonly contactId: string;
  facts(type: string): Promise<readonly JournaledFact[]>;
  /** The queue he came to, by which way. */
  untilQueued(timeoutMs?: number): Promise<JournaledFact>;
}

let callers = 0;

/** Calls from a number of its own, so that calls may run side by side. */
async function dial(): Promise<MenuCall> {
  callers += 1;
  const citizen = await station.citizen(String(20 + callers).padStart(4, '0'));
  const call = await citizen.call('12345');
  await call.untilUp();
  const arrived = await station.until('arrival', async () =>
    (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
  );
  const facts = async (type: string) =>
    (await station.facts(type)).filter(({ stream, id }) => stream === 'contact' && id === arrived.id);
  return {
    call,
    contactId: arrived.id,
    facts,
    untilQueued: (timeoutMs) =>
      station.until('a place in line', async () => (await facts('ContactQueued')).at(-1), timeoutMs),
  };
}

/** Keys pressed in the flow, as journaled. */
async function keysOf({ facts }: MenuCall): Promise<readonly unknown[]> {
  return (await facts('FlowStepped')).flatMap(({ digit }) => (digit === undefined ? [] : [digit]));
}

async function switchMenu(on: boolean): Promise<void> {
  const { status, body } = await station.api('POST', '/api/v1/site/menu', { on });
  if (status !== 200 || body['menu'] !== on) throw new Error(`no switch: ${JSON.stringify(body)}`);
}

async function menuHeard({ call }: MenuCall) {
  const sinceMs = call.answeredAtMs ?? 0;
  const greeting = await station.hears(call, 'greet.short', { sinceMs });
  const menu = await station.hears(call, 'menu.main', { sinceMs: greeting.atMs, firstMs: 2_000 });
  return { greeting, menu };
}

t.test('switched at run time: who calls afterwards hears the menu, who called before does not', async (t) => {
  const before = await dial();
  t.equal((await before.untilQueued())['queueId'], 'general', 'zero menu: in line at once');
  await switchMenu(true);
  const after = await dial();
  const { menu } = await menuHeard(after);
  t.ok(menu.score >= 0.8);
  t.equal((await after.facts('ContactQueued')).length, 0, 'and is not in line while he listens');
  const queued = await station.hears(before.call, 'queue.busy', {
    sinceMs: before.call.answeredAtMs ?? 0,
    timeoutMs: 20_000,
  });
  t.ok(queued.score >= 0.8, 'the older call goes on by its own version');
  const heardMenu = await station.likeness(before.call, 'menu.main', {
    sinceMs: before.call.answeredAtMs ?? 0,
    firstMs: 2_000,
  });
  t.ok(heardMenu.score < 0.5);
  const versions = (await station.facts('ContactArrived')).map(({ siteVersion }) => siteVersion);
  t.not(versions[0], versions[1]);
  await Promise.all([before.call.hangUp(), after.call.hangUp()]);
});

/** A key in the menu cuts it, and leads to `queueId`. */
async function keyCuts(t: Test, key: string, options: DigitOptions, queueId: string): Promise<void> {
  const menuCall = await dial();
  const { call } = menuCall;
  const { menu } = await menuHeard(menuCall);
  await call.sendDigits(key, options);
  const pressedAtMs = Date.now();
  t.match(await menuCall.untilQueued(), { queueId });
  t.same(await keysOf(menuCall), [key]);
  await new Promise((resolve) => setTimeout(resolve, cutMs + 1_500));
  const rest = { sinceMs: menu.atMs, firstMs: pressedAtMs + cutMs + 1_500 - menu.atMs };
  const whole = await station.likeness(call, 'menu.main', rest);
  t.ok(whole.score < 0.8, `the menu is cut (${whole.score.toFixed(2)})`);
  await call.hangUp();
}

t.test('RFC 4733 and SIP INFO digits choose, and cut the menu short', async (t) => {
  const agent = await station.seat('1006', { ready: true, onInvite: 'manual' });
  await agent.act('break', { reason: 'rest' });
  await Promise.all([keyCuts(t, '0', {}, 'general'), keyCuts(t, '2', { method: 'info' }, 'enterprise')]);
});

t.test('a key under the notice chooses at once, but the notice is heard to its end', async (t) => {
  const menuCall = await dial();
  const { call } = menuCall;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await call.sendDigits('0');
  const queued = await menuCall.untilQueued();
  const greeting = await station.hears(call, 'greet.short', { sinceMs: call.answeredAtMs ?? 0 });
  t.ok(queued.atMs < greeting.endsAtMs - 2_000, 'in line while the notice is spoken');
  t.ok(greeting.score >= 0.8, 'whole');
  const busy = await station.hears(call, 'queue.busy', {
    sinceMs: greeting.atMs,
    timeoutMs: 12_000,
  });
  t.ok(busy.atMs - greeting.endsAtMs < 1_000, 'and after it no menu');
  await call.hangUp();
});

t.test('a wrong key once is asked again, twice leads to a person; no key leads to a person', async (t) => {
  const [wrong, silent] = [await dial(), await dial()];
  await menuHeard(wrong);
  const firstAtMs = Date.now();
  await wrong.call.sendDigits('7');
  await station.hears(wrong.call, 'menu.badinput', { sinceMs: firstAtMs });
  t.equal((await wrong.facts('ContactQueued')).length, 0, 'one slip is only asked about');
  await wrong.call.sendDigits('8');
  t.match(await wrong.untilQueued(), { queueId: 'general' });
  t.same(await keysOf(wrong), ['7', '8']);

  const said = await station.hears(silent.call, 'menu.noinput', {
    sinceMs: silent.call.answeredAtMs ?? 0,
    timeoutMs: 25_000,
  });
  const menu = await station.hears(silent.call, 'menu.main', { sinceMs: silent.call.answeredAtMs ?? 0 });
  t.ok(Math.abs(said.atMs - menu.endsAtMs - 4_000) < 1_000, 'after 4 s without a key');
  t.match(await silent.untilQueued(), { queueId: 'general' });
  t.same(await keysOf(silent), []);
  await Promise.all([wrong.call.hangUp(), silent.call.hangUp()]);
});

/** After this key the menu is said again; then 0 asks for a person. */
async function keyRepeats(t: Test, key: string): Promise<void> {
  const menuCall = await dial();
  const { call } = menuCall;
  await menuHeard(menuCall);
  const pressedAtMs = Date.now();
  await call.sendDigits(key);
  const again = { sinceMs: pressedAtMs + cutMs, firstMs: 2_000, timeoutMs: 15_000 };
  t.ok((await station.hears(call, 'menu.main', again)).score >= 0.8, `${key}: the menu again`);
  t.equal((await menuCall.facts('ContactQueued')).length, 0);
  await call.sendDigits('0');
  t.match(await menuCall.untilQueued(), { queueId: 'general' });
  t.same(await keysOf(menuCall), [key, '0']);
  await call.hangUp();
}

t.test('9 says the menu again, * goes back to its beginning; 0 leads to a person', async (t) => {
  await Promise.all([keyRepeats(t, '9'), keyRepeats(t, '*')]);
});

t.test('from the menu to an agent; switched off again, the next call is in line at once', async (t) => {
  const seat = await station.seat('1002');
  const menuCall = await dial();
  await menuHeard(menuCall);
  await menuCall.call.sendDigits('0');
  const ringing = await seat.phone.incoming();
  await station.until('AgentConnected', async () => (await menuCall.facts('AgentConnected'))[0]);
  await menuCall.call.hangUp();
  await ringing.untilEnded();
  const { record } = await station.closedRecord(menuCall.contactId);
  t.match(record, { answered: true, endedBy: 'citizen' });
  t.ok(Number(record['waitMs']) > Number(record['queuedWaitMs']) + 4_000, 'the wait counts from arrival');
  await switchMenu(false);
  const zero = await dial();
  t.match(await zero.untilQueued(1_000), { queueId: 'general' });
  await zero.call.hangUp();
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
});

/** As docs/numbers.md tells an office to ask, with a queue of its own for the second city. */
const asksForTheCity = `nodes:
  which:
    branch:
      - { asksCity: true, next: city }
    otherwise: who
  city:
    menu: { '1': line, '2': xinji }
    say:
      - { prompt: greet.main, short: greet.short, mustHear: true, opening: true }
      - region.choose
    person: line
  xinji:
    enqueue: enterprise
    onTimeout: waitedLong
    onNobody: nobodyHere
    onOverload: tooMany
`;

t.test(
  'two cities share the area code: he is asked for his, and each key leads to its own line',
  async (t) => {
    await station.editSite('flows/12345.yaml', [
      ['start: who\n', 'start: which\n'],
      ['nodes:\n', asksForTheCity],
    ]);
    const callers = await Promise.all([dial(), dial()]);
    await Promise.all(
      callers.map(async (menuCall, at) => {
        const key = String(at + 1);
        const sinceMs = menuCall.call.answeredAtMs ?? 0;
        await station.hears(menuCall.call, 'region.choose', { sinceMs, timeoutMs: 20_000 });
        t.equal((await menuCall.facts('ContactQueued')).length, 0, 'asked first');
        await menuCall.call.sendDigits(key);
        const [queueId, nodeId] = key === '1' ? ['general', 'line'] : ['enterprise', 'xinji'];
        t.match(await menuCall.untilQueued(), { queueId });
        t.match((await menuCall.facts('FlowStepped')).at(-1), { digit: key, nodeId }, 'the city he pressed');
        await menuCall.call.hangUp();
        const { record } = await station.closedRecord(menuCall.contactId);
        const regionPicked = key === '1' ? '石家庄市' : '辛集市';
        t.match(record, { queueId, entryId: '12345', tag: 'main', regionPicked });
      }),
    );
  },
);
