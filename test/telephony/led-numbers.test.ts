// Numbers of every pattern that may have a target (部门自有座席、办公电话、分中心、公共事业), in every state: led there, back in line, or only told.
import t, { type Test } from 'tap';
import { ledPatterns } from '../../src/numbers/ledger-row.js';
import { headerOf } from '../phones/sip-message.js';
import { createPhone } from '../phones/phone.js';
import type { Call } from '../phones/call.js';
import { diallings, hearsWhole, turnNow, waysOf } from './number-calls.js';
import { ledNumbers, type LedCase } from './number-rows.js';
import { startStation, type JournaledFact, type Seat } from './station.js';
import { untilHears } from './sub-centre-station.js';

const sipPort = 16_915;
const hosts = { answers: '127.0.0.3', silent: '127.0.0.4' };
const ports = { answers: 16_918, silent: 16_919 };
const talkHz = { citizen: 500, there: 900 };

/** They are there before Asterisk asks whether the trunks live. */
const office = (where: keyof typeof hosts) =>
  createPhone({
    user: '6001',
    server: { host: '127.0.0.1', port: sipPort },
    bind: { host: hosts[where], port: ports[where] },
    toneHz: talkHz.there,
    onInvite: where === 'answers' ? { autoAnswerMs: 300 } : 'noAnswer',
  });
const [answers, silent] = await Promise.all([office('answers'), office('silent')]);
t.teardown(() => Promise.all([answers.close(), silent.close()]));

const trunk = (id: keyof typeof hosts) =>
  `  - id: ${id}\n    kind: address\n    addresses: ['${hosts[id]}']\n    contact: sip:${hosts[id]}:${String(ports[id])}\n    maxLines: 20\n    subCentre: true\n`;
const firstRow = "- number: '12300' # G\n";
const station = await startStation({
  portBase: 16_910,
  sipPort,
  rtpStart: 20_400,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['centreRing: 20s', 'centreRing: 6s'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
  files: {
    'trunks.yaml': [['trunks:\n', `trunks:\n${trunk('answers')}${trunk('silent')}`]],
    'numbers.yaml': [[firstRow, ledNumbers.rows.join('') + firstRow]],
    // Nobody is there until all of them stand in line.
    'queues.yaml': [['nobodyAfter: 60s', 'nobodyAfter: 5m']],
  },
});
t.teardown(() => station.close());

const phone = await station.citizen('0300', { toneHz: talkHz.citizen });
const turn = turnNow();
const atOnce = 8;

interface Led {
  readonly row: LedCase;
  readonly call: Call;
  readonly id: string;
  readonly what: string;
}

/** Calls every number of the list, in this turn's way, some at a time; each is told of as soon as it has arrived. */
async function callAll(rows: readonly LedCase[], then: (led: Led) => Promise<void>): Promise<void> {
  const todo = rows.entries();
  const lane = async () => {
    for (const [at, row] of todo) {
      const dialling = waysOf(row, at, turn)[0] ?? diallings(row)[0];
      const user = `03110000${String(1000 + ledNumbers.cases.indexOf(row))}`;
      const call = await phone.call(dialling.dialled, { headers: dialling.headers, from: { user } });
      const { id } = await station.until(`the arrival of ${row.number}`, async () =>
        (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
      );
      await then({ row, call, id, what: `${row.pattern}, ${row.state}, ${row.leads}, ${dialling.way}` });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

const factOf = (id: string, type: string): Promise<JournaledFact> =>
  station.until(
    `${type} of ${id}`,
    async () => (await station.facts(type)).find((fact) => fact.id === id),
    20_000,
  );

/** What its record says whatever became of it. */
const asLedger = ({ pattern, state, number, kpiLine }: LedCase) => ({
  ...{ entryId: number, kpiLine, numberPattern: pattern, numberState: state },
});

/** The hotline has moved on where the old number is no longer announced: told last of all. */
const farewellOf = ({ state }: LedCase) => (state === 'transfer' ? 'trans.after' : 'bye');

async function hearsFarewell({ row, call }: Led, sinceMs: number): Promise<void> {
  await station.hears(call, farewellOf(row), { sinceMs, timeoutMs: 20_000 });
  await call.untilEnded(15_000);
}

async function answeredThere(t: Test, led: Led): Promise<void> {
  const { row, call, id, what } = led;
  await hearsWhole(station, call, row.opening);
  await factOf(id, 'CentreConnected');
  await untilHears(t, call, talkHz.there, `${what}: he hears them`);
  const leg = answers.calls.find(({ invite }) => headerOf(invite, 'X-Yihao-Contact') === id);
  t.equal(leg && headerOf(leg.invite, 'X-Yihao-Entry'), row.number, `${what}: they see by which number`);
  if (leg) await untilHears(t, leg, talkHz.citizen, `${what}: they hear him`);
  const sinceMs = Date.now();
  await leg?.hangUp();
  await hearsFarewell(led, sinceMs);
  t.match(
    (await station.closedRecord(id)).record,
    {
      ...asLedger(row),
      ...{ ledTo: '6001', centreOutcome: 'released', excluded: 'subCentre', answered: false, missed: false },
    },
    what,
  );
}

/** Told, rung for as long as it may be, told so, and in our own line. */
async function backInLine(t: Test, { row, call, id, what }: Led): Promise<void> {
  await hearsWhole(station, call, row.opening);
  const left = await factOf(id, 'CentreLeft');
  t.equal(left['outcome'], 'noAnswer', what);
  await station.hears(call, row.back.promptId, {
    sinceMs: left.atMs,
    ...(row.back.slot !== undefined && { slot: row.back.slot }),
    timeoutMs: 20_000,
  });
  await factOf(id, 'ContactQueued');
  const arrived = await factOf(id, 'ContactArrived');
  const { body } = await station.api('GET', '/api/v1/live');
  const contacts = body['contacts'] as { contactId: string; queuedAtMs: number | null }[];
  t.equal(
    contacts.find(({ contactId }) => contactId === id)?.queuedAtMs,
    arrived['arrivedAtMs'],
    `${what}: his place counts from his arrival`,
  );
}

async function servedHere(t: Test, led: Led): Promise<void> {
  const { row, id, what } = led;
  const { agentId } = await factOf(id, 'AgentConnected');
  const sinceMs = Date.now();
  const agent = await station.apiAs(String(agentId));
  t.equal((await agent('POST', `/api/v1/contacts/${id}/release`)).status, 200, what);
  await hearsFarewell(led, sinceMs);
  t.match(
    (await station.closedRecord(id)).record,
    { ...asLedger(row), ...{ centreOutcome: 'noAnswer', excluded: null, answered: true } },
    what,
  );
}

const casesThat = (leads: LedCase['leads']) => ledNumbers.cases.filter((row) => row.leads === leads);

t.test('answered there: told who answers, joined, and the end is the state’s own', async (t) => {
  t.comment(
    `each row in the way of turn ${String(turn)}: YIHAO_TEST_WAY_TURN=${String(turn)} dials so again`,
  );
  await callAll(casesThat('answers'), (led) => answeredThere(t, led));
  t.equal(answers.history.length, casesThat('answers').length, 'each led once');
});

t.test('not answered there: told so, in our line by the time of his call, and served', async (t) => {
  const inLine: Led[] = [];
  const rows = casesThat('silent');
  await callAll(rows, async (led) => {
    await backInLine(t, led);
    inLine.push(led);
  });
  t.equal(silent.history.length, rows.length, 'each rung for once');
  const seats: readonly Seat[] = await Promise.all(
    ['1001', '1002', '1003', '1004', '1005', '1006'].map((agentId) => station.seat(agentId)),
  );
  await Promise.all(inLine.map((led) => servedHere(t, led)));
  await Promise.all(seats.map((seat) => seat.act('sign-out')));
});

t.test('told only, or vacant: nobody is called there', async (t) => {
  await callAll(casesThat('nowhere'), async ({ row, call, id, what }) => {
    await hearsWhole(station, call, row.opening);
    await call.hangUp();
    t.match(
      (await station.closedRecord(id)).record,
      { ...asLedger(row), ...{ excluded: 'promptOnly', answered: false, ledTo: null } },
      what,
    );
  });
  t.equal(answers.history.length + silent.history.length, 2 * casesThat('silent').length);
});

t.test('each pattern has its own line in the figures', async (t) => {
  for (const pattern of ledPatterns) {
    const of = (leads: LedCase['leads']) => casesThat(leads).filter((row) => row.pattern === pattern).length;
    const { body } = await station.api(
      'GET',
      `/api/v1/kpis?by=day&kpiLine=${casesThat('nowhere').find((row) => row.pattern === pattern)?.kpiLine ?? ''}`,
    );
    t.match(
      body['total'],
      {
        counts: {
          answered: of('silent'),
          excludedBy: { subCentre: of('answers'), promptOnly: of('nowhere') },
        },
      },
      pattern,
    );
  }
});

t.test('and no channel is left', async () => {
  await station.until('no channel and no bridge left', async () => {
    const [channels, bridges] = await Promise.all([station.channels(), station.bridges()]);
    return (
      (channels.every((name) => !/carrier|answers|silent/.test(name)) && bridges.length === 0) || undefined
    );
  });
});
