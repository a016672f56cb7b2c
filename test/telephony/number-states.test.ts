// Every pattern of number in every state on real calls, told in every way that carriers have, and states that change at midnight.
import t from 'tap';
import { addDays, dayKeyAt, dayStartMs } from '../../src/contact/civil-time.js';
import { numberPatterns, numberStates, type NumberState } from '../../src/numbers/ledger-row.js';
import type { Call } from '../phones/call.js';
import type { Phone } from '../phones/phone.js';
import { hearsWhole, turnNow, wayCount, waysOf } from './number-calls.js';
import { allOfLedger, overMidnight, type LedgerCase, type MidnightRow } from './number-rows.js';
import { startStation } from './station.js';

/** The site's midnight that is crossed below; until then it is two days before, at noon. */
const midnightMs = dayStartMs(dayKeyAt(Date.now()));
const newDay = dayKeyAt(midnightMs);
const firstRow = "- number: '12300' # G\n";

const station = await startStation({
  portBase: 16_900,
  sipPort: 16_905,
  rtpStart: 26_800,
  policies: [['wrapUp: 60s', 'wrapUp: 1s']],
  files: {
    'numbers.yaml': [[firstRow, [...allOfLedger.rows, ...overMidnight(newDay).rows].join('') + firstRow]],
  },
  startsAtMs: dayStartMs(addDays(newDay, -2)) + 12 * 3_600_000,
});
t.teardown(() => station.close());

const turn = turnNow();

t.test('four turns dial every row in every way, and each turn every pattern and every state', async (t) => {
  const wayIn = (inTurn: number) =>
    allOfLedger.cases.map((row, at) => ({ row, way: waysOf(row, at, inTurn)[0]?.way }));
  const turns = Array.from({ length: wayCount }, (_, inTurn) => wayIn(inTurn));
  for (const [at, row] of allOfLedger.cases.entries())
    t.equal(new Set(turns.map((cells) => cells[at]?.way)).size, wayCount, row.number);
  const now = wayIn(turn);
  const waysWhere = (is: (row: LedgerCase) => boolean) =>
    new Set(now.filter(({ row }) => is(row)).map(({ way }) => way)).size;
  for (const pattern of numberPatterns)
    t.equal(
      waysWhere((row) => row.pattern === pattern),
      wayCount,
      pattern,
    );
  for (const state of numberStates)
    t.equal(
      waysWhere((row) => row.state === state),
      wayCount,
      state,
    );
});

/** YIHAO_TEST_EVERY_WAY=1 dials each cell in each way: four times the calls, for which a file's usual time is too short. */
const everyWay = process.env['YIHAO_TEST_EVERY_WAY'] === '1';
const waysEach = everyWay ? wayCount : 1;
/** To hear them all takes a good part of the machine: more at once would lose sound beside other tests. */
const atOnce = everyWay ? 5 : 9;

t.test(
  'every pattern in every state, and each of both told in every way: heard whole, journaled as what it is',
  async (t) => {
    const phone = await station.citizen('0100');
    t.comment(
      `each row in the way of turn ${String(turn)}: YIHAO_TEST_WAY_TURN=${String(turn)} dials so again`,
    );
    const waiting = allOfLedger.cases.flatMap((row, at) =>
      waysOf(row, at, turn)
        .slice(0, waysEach)
        .map((dialling, nth) => ({
          row,
          ...dialling,
          user: `03110000${String(1000 + 1000 * nth + at)}`,
        })),
    );
    const todo = waiting.values();
    const done: { readonly what: string; readonly row: LedgerCase; readonly call: Call }[] = [];
    const likenesses: number[] = [];
    const lane = async () => {
      for (const { way, row, dialled, headers, user } of todo) {
        const what = `${row.pattern}, ${row.state}, ${way}`;
        const call = await phone.call(dialled, { headers, from: { user } });
        await hearsWhole(station, call, row.opening).then(
          ({ score }) => likenesses.push(score),
          (error: unknown) => t.fail(`${what}: ${String(error)}`),
        );
        await call.hangUp();
        done.push({ what, row, call });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    t.equal(done.length, numberPatterns.length * numberStates.length * waysEach);
    t.comment(
      `${String(likenesses.length)} heard whole, the least alike ${Math.min(...likenesses).toFixed(3)}`,
    );
    const arrived = new Map((await station.facts('ContactArrived')).map((fact) => [fact['sipCallId'], fact]));
    for (const { what, row, call } of done)
      t.match(
        arrived.get(call.sipCallId),
        { entryId: row.number, numberPattern: row.pattern, numberState: row.state },
        what,
      );
  },
);

/** A call to one of the numbers that change, on one side of midnight. */
async function callAt(phone: Phone, row: MidnightRow, side: 'before' | 'after'): Promise<Call> {
  const user = `03110000${side === 'before' ? '2' : '3'}${row.number.slice(-3)}`;
  return phone.call(row.number, { from: { user } });
}

/** What stands in the journal of a call that came by this number in this state. */
function arrivalAs(number: string, state: NumberState | undefined) {
  return state === undefined
    ? { entryId: '12345', kpiLine: 'unknown', numberState: 'served' }
    : { entryId: number, kpiLine: number, numberState: state };
}

t.test(
  'states change at midnight, without a restart; calls under way end by the ledger they came under',
  async (t) => {
    const { changes } = overMidnight(newDay);
    const phone = await station.citizen('0200');
    await station.setClock(midnightMs - 3_600_000);
    const seats = await Promise.all(['1005', '1006'].map((agentId) => station.seat(agentId)));
    await station.setClock(midnightMs - 15_000);

    // One that ends as it always did, one that ends by telling the new number: the two agents talk with these.
    const talks = changes.filter(({ before }) => before === 'dual' || before === 'transfer').slice(0, 2);
    t.equal(talks.length, seats.length);
    const others = changes.filter((row) => !talks.includes(row));
    const before: { readonly row: MidnightRow; readonly call: Call }[] = [];
    for (const row of talks) {
      before.push({ row, call: await callAt(phone, row, 'before') });
      // Calls sent one upon another may overtake each other: each of these is in the queue before the next.
      await station.until(`${row.number} offered`, async () => {
        const offers = await station.facts('OfferMade');
        return offers.filter(({ atMs }) => atMs >= midnightMs - 16_000).length === before.length || undefined;
      });
    }
    for (const row of others) before.push({ row, call: await callAt(phone, row, 'before') });
    const allHeard = Promise.all(before.map(({ row, call }) => hearsWhole(station, call, row.opens.before)));

    await station.until('midnight', async () => station.nowMs() >= midnightMs || undefined, 25_000);
    const after: { readonly row: MidnightRow; readonly call: Call }[] = [];
    for (const row of changes) after.push({ row, call: await callAt(phone, row, 'after') });
    await Promise.all([
      allHeard,
      ...after.map(({ row, call }) => hearsWhole(station, call, row.opens.after)),
    ]);

    const arrivals = await station.facts('ContactArrived');
    for (const { side, list } of [
      { side: 'before', list: before },
      { side: 'after', list: after },
    ] as const)
      for (const { row, call } of list) {
        const arrived = arrivals.find(({ sipCallId }) => sipCallId === call.sipCallId);
        t.match(arrived, arrivalAs(row.number, row[side]), `${row.number} ${side} midnight`);
        t.equal(Number(arrived?.['arrivedAtMs']) < midnightMs, side === 'before', 'in time');
      }

    for (const { row, call } of before.slice(0, talks.length)) {
      const contact = arrivals.find(({ sipCallId }) => sipCallId === call.sipCallId);
      const joined = await station.until('a talk', async () =>
        (await station.facts('AgentConnected')).find(({ id }) => id === contact?.id),
      );
      const seat = seats.find(({ agentId }) => agentId === joined['agentId']);
      const sinceMs = Date.now();
      const agent = await station.apiAs(String(joined['agentId']));
      t.equal((await agent('POST', `/api/v1/contacts/${String(contact?.id)}/release`)).status, 200);
      await seat?.act('sign-out');
      const farewell = row.before === 'dual' ? 'bye' : 'trans.after';
      await station.hears(call, farewell, { sinceMs, timeoutMs: 15_000 });
      t.match((await station.closedRecord(String(contact?.id))).record, {
        ...{ entryId: row.number, answered: true, numberState: row.before },
      });
    }
    for (const { call } of [...before, ...after]) await call.hangUp();
  },
);

t.test('and no channel is left', async () => {
  await station.until(
    'no channel left',
    async () => (await station.channels()).every((name) => !name.includes('carrier')) || undefined,
  );
});
