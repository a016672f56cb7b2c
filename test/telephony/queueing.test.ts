// The queue on real parts: order, music and place; who gives up leaves nothing behind; who cannot be served is told so.
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { findSamples } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { readWav } from '../phones/wav.js';
import { startStation, type Seat } from './station.js';

const station = await startStation({
  portBase: 18_440,
  sipPort: 18_450,
  rtpStart: 22_400,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
    ['wrapUp: 60s', 'wrapUp: 1s'],
  ],
});
t.teardown(() => station.close());

const seats = await Promise.all(['1001', '1002', '1003'].map((agentId) => station.seat(agentId)));
const [seat] = seats as [Seat];

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const factsOf = async (id: string, type?: string) =>
  (await station.facts(type)).filter((fact) => fact.id === id);

interface Citizen {
  readonly id: string;
  readonly call: Call;
  readonly calledAtMs: number;
}

/** A new citizen, once the service knows of him. */
async function arrives(last4: string): Promise<Citizen> {
  const before = (await station.facts('ContactArrived')).length;
  const calledAtMs = Date.now();
  const call = await (await station.citizen(last4)).call('12345');
  const arrived = async () => (await station.facts('ContactArrived'))[before]?.id;
  return { id: await station.until('an arrival', arrived), call, calledAtMs };
}

const stageOf = async (id: string) => {
  const { body } = await station.api('GET', '/api/v1/live');
  return (body['contacts'] as { contactId: string; stage: string }[]).find((one) => one.contactId === id)
    ?.stage;
};

const untilStage = (id: string, stage: string, timeoutMs?: number) =>
  station.until(`${id} ${stage}`, async () => (await stageOf(id)) === stage || undefined, timeoutMs);

async function nothingIsLeft(t: Test): Promise<void> {
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), [], 'no bridge is left');
}

/** In how many of the whole seconds between the hold music was heard: a packet lost to a busy machine costs its own second alone. */
function musicIn(call: Call, fromMs: number, toMs: number): number {
  const music = readWav(join(station.home, 'moh', 'yihao-hold.wav')).channels[0] ?? new Int16Array();
  let heard = 0;
  for (let atMs = fromMs; atMs < toMs; atMs += 1_000)
    if (findSamples(music, call.heard.samples(atMs, atMs + 1_000)).score > 0.8) heard += 1;
  return heard;
}

/** The place that was told since then: of all the sounds that differ only in their figure, the one most alike. */
async function placeHeard(call: Call, sinceMs: number): Promise<{ before: number; score: number }> {
  const heard = [{ before: 0, score: (await station.likeness(call, 'queue.next', { sinceMs })).score }];
  for (let before = 1; before <= 7; before += 1) {
    const { score } = await station.likeness(call, 'queue.place', { sinceMs, slot: String(before) });
    heard.push({ before, score });
  }
  return heard.reduce((best, one) => (one.score > best.score ? one : best));
}

t.test(
  'ten callers, three agents: served in their order, with music and their place while they wait',
  async (t) => {
    const citizens: Citizen[] = [];
    for (let n = 0; n < 10; n += 1) citizens.push(await arrives(`010${n}`));
    const ids = citizens.map(({ id }) => id);
    await station.until(
      'three talks',
      async () => (await station.facts('AgentConnected')).length === 3 || undefined,
      15_000,
    );
    const waiting = citizens.slice(3);

    await pause(waiting[0]!.calledAtMs + 27_000 - Date.now());
    for (const { call, calledAtMs } of waiting) {
      const seconds = musicIn(call, calledAtMs + 20_000, calledAtMs + 24_000);
      t.ok(seconds >= 3, `music while he waits (${String(seconds)} of 4 s)`);
    }
    await pause(waiting.at(-1)!.calledAtMs + 41_000 - Date.now());
    for (const [before, { id, call, calledAtMs }] of waiting.entries()) {
      const told = await placeHeard(call, calledAtMs + 25_000);
      t.match(told, { before }, `${before} before him: he is told so (${told.score.toFixed(2)})`);
      t.ok(told.score > 0.9);
      t.match(await factsOf(id, 'PlaceTold'), [{ place: before + 1 }]);
      const busy = await station.likeness(call, 'queue.busy', { sinceMs: calledAtMs });
      t.ok(busy.score > 0.9, 'after the greeting he hears of 110, 119 and 120');
      const again = await station.likeness(call, 'queue.busy', { sinceMs: busy.endsAtMs });
      t.ok(again.score < 0.5, 'once');
    }

    let served = 3;
    const serve = async ({ phone }: Seat): Promise<void> => {
      for (const call of phone.calls) await call.hangUp();
      while (served < 10) {
        const call = await phone.incoming(1_000).catch(() => undefined);
        if (call === undefined || call.state === 'ended') continue;
        served += 1;
        await pause(1_000);
        await call.hangUp();
      }
    };
    await Promise.all(seats.map(serve));
    await Promise.all(citizens.map(({ call }) => call.untilEnded()));
    t.same(
      (await station.facts('OfferMade')).map(({ id }) => id),
      ids,
      'who came first is offered first',
    );
    const connected = (await station.facts('AgentConnected')).map(({ id }) => id);
    const lead = connected.map((id, rank) => ids.indexOf(id) - rank);
    // Two who are rung in the same instant may be picked up the other way round; nobody overtakes more than that.
    t.ok(Math.max(...lead) < seats.length, `served in that order (${lead.join(' ')})`);
    for (const { id } of citizens)
      t.match((await station.closedRecord(id)).record, {
        answered: true,
        missed: false,
        endedBy: 'agent',
        offers: 1,
      });
    await Promise.all(seats.map((one) => one.untilState('ready')));
    await nothingIsLeft(t);
  },
);

t.test('who gives up in the menu, in the queue or while a phone rings leaves nothing behind', async (t) => {
  for (const one of seats) await one.act('break', { reason: 'rest' });
  await station.api('POST', '/api/v1/site/menu', { on: true });
  const inMenu = await arrives('0201');
  await station.hears(inMenu.call, 'menu.main', { sinceMs: inMenu.calledAtMs, firstMs: 2_000 });
  t.equal(await stageOf(inMenu.id), 'flow');
  await inMenu.call.hangUp();
  await station.api('POST', '/api/v1/site/menu', { on: null });

  const inQueue = await arrives('0202');
  await untilStage(inQueue.id, 'waiting');
  await inQueue.call.untilAudio();
  await inQueue.call.hangUp();

  seat.phone.setOnInvite('manual');
  await seat.act('ready');
  const ringing = await arrives('0203');
  let rang = await seat.phone.incoming();
  while (rang.state === 'ended') rang = await seat.phone.incoming();
  await untilStage(ringing.id, 'offered');
  await ringing.call.hangUp();
  t.match(await rang.untilEnded(), { by: 'remote' }, 'the phone rings no longer');
  await seat.untilState('ready');

  const expected = [
    { id: inMenu.id, abandonedDuring: 'flow', queueId: null, offers: 0 },
    { id: inQueue.id, abandonedDuring: 'waiting', queueId: 'general', offers: 0 },
    { id: ringing.id, abandonedDuring: 'offered', queueId: 'general', offers: 1 },
  ];
  for (const { id, ...record } of expected) {
    t.match((await station.closedRecord(id)).record, {
      ...record,
      answered: false,
      missed: true,
      missedCause: 'abandoned',
      endedBy: 'citizen',
    });
  }
  await nothingIsLeft(t);
});

t.test('who cannot be served is told so and let go, and is kept as a missed call', async (t) => {
  await seat.act('break', { reason: 'rest' });
  await station.editSite('queues.yaml', [
    ['timeout: 10m', 'timeout: 10s'],
    ['nobodyAfter: 60s', 'nobodyAfter: 3s'],
    ['limit: 200', 'limit: 1'],
  ]);
  const waits = await arrives('0301');
  await untilStage(waits.id, 'waiting');
  const tooMany = await arrives('0302');
  const timeoutMs = 30_000;
  const tellsBoth = [
    station.hears(tooMany.call, 'exit.overload', { sinceMs: tooMany.calledAtMs, timeoutMs }),
    station.hears(waits.call, 'exit.timeout', { sinceMs: waits.calledAtMs, timeoutMs }),
  ];
  await untilStage(waits.id, 'leaving', timeoutMs);
  for (const one of seats) await one.act('sign-out');
  const alone = await arrives('0303');
  await Promise.all(tellsBoth);
  await station.hears(alone.call, 'exit.nobody', { sinceMs: alone.calledAtMs, timeoutMs });
  await Promise.all([waits, tooMany, alone].map(({ call }) => call.untilEnded()));

  const { body } = await station.api('GET', '/api/v1/contacts?missed=true');
  t.equal((body['contacts'] as unknown[]).length >= 5, true);
  const exits = [
    [waits, 'timeout', 'queueTimeout'],
    [tooMany, 'overload', 'overload'],
    [alone, 'nobody', 'nobody'],
  ] as const;
  for (const [{ id, call }, missedCause, endReason] of exits) {
    t.match(call.end, { by: 'remote' });
    const { record } = await station.closedRecord(id);
    t.match(record, {
      missed: true,
      missedCause,
      endReason,
      endedBy: 'system',
      answered: false,
      abandonedDuring: null,
    });
  }
  await nothingIsLeft(t);
});
