// 溢出: out of a line that is too long, or after too long in it, to another queue with the turn kept, a sub-centre or a message; nobody is lost.
import fc from 'fast-check';
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { foldContact } from '../../src/metrics/contact-record.js';
import { createRandom, exponentialMs } from '../../src/sim/random.js';
import { createWorld, type World } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import { busyStartMs } from './busy-hotline.js';

const centre = '66661234';
/** Of the shipped site: the one is for the queue general alone, the other for enterprise too. */
const [generalist, both] = ['1007', '1002'] as const;
const notice = '{ prompt: greet.main, mustHear: true }';
const exits = `onTimeout: sorry
    onNobody: sorry
    onOverload: sorry`;
const ends = `  sorry:
    hangup: queueTimeout
    say: [exit.timeout]
  record:
    voicemail: 30s
    say: [msg.record]
    next: saved
    otherwise: sorry
  saved:
    hangup: voicemail
    say: [msg.saved]
`;

/** 12345 waits in general and leaves it by `rule`; 12399 is in the queue enterprise from the first. */
async function siteWith(rule: string, next = 'business', more = '', limit?: number) {
  const files = new Map(await readSiteFiles('ivr-flows'));
  if (limit !== undefined) {
    const queues = files.get('queues.yaml') ?? '';
    files.set('queues.yaml', queues.replace(/^ {2}limit: 200$/m, `  limit: ${String(limit)}`));
  }
  const business = `  business:
    enqueue: enterprise
    ${exits}
    ${more}
`;
  const led = `  centre:
    lead: { trunk: centre, number: '${centre}' }
    say: [{ prompt: trans.sub, slots: { name: 税务局 } }]
    otherwise: business
`;
  files.set(
    'flows/12345.yaml',
    `start: line
nodes:
  line:
    enqueue: general
    say: [${notice}]
    overflow: { ${rule}, next: ${next} }
    ${exits}
${next === 'record' ? '' : business}${next === 'centre' ? led : ''}${next === 'record' || more.includes('record') ? ends : ends.replace(/  record:[^]*$/, '')}`,
  );
  files.set(
    'flows/business.yaml',
    `start: line
nodes:
  line:
    enqueue: enterprise
    say: [${notice}]
    ${exits}
${ends.replace(/  record:[^]*$/, '')}`,
  );
  files.set(
    'numbers.yaml',
    `${files.get('numbers.yaml') ?? ''}
- { number: '12399', name: 价格举报, shortName: 价格举报, kpiLine: '12399', tag: price, flow: business, queue: enterprise }
`,
  );
  files.set(
    'trunks.yaml',
    `${files.get('trunks.yaml') ?? ''}
  - id: centre
    match: [192.0.2.9]
    contact: sip:192.0.2.9
`,
  );
  const parsed = parseSite(files, { nowMs: busyStartMs });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings.filter(({ level }) => level === 'error')));
  return parsed.site;
}

async function worldOf(site: Awaited<ReturnType<typeof siteWith>>) {
  const made = createWorld({ site, startMs: busyStartMs });
  await made.start();
  const deviceOf = (agentId: string) => `d${agentId}` as DeviceId;
  return {
    made,
    call: (ani: string, dnis = '12345', patienceMs: number | null = null) =>
      made.telephony.call({ ani, dnis, patienceMs }),
    pass: (ms: number) => made.runUntil(made.clock.nowMs() + ms),
    signIn(agentId: string, talkMs = 600_000, onBreak = false) {
      const device = deviceOf(agentId);
      made.telephony.setReachable(device, true);
      made.telephony.setHabit(device, { does: 'answer', afterMs: 1_000, talkMs });
      made.signIn(agentId as AgentId, device);
      if (onBreak)
        made.engine.actOnAgent(agentId as AgentId, { type: 'GoBreak', reason: 'rest', by: 'agent' });
    },
    goReady: (agentId: string) =>
      made.engine.actOnAgent(agentId as AgentId, { type: 'GoReady', by: 'agent' }),
  };
}

const factsOf = (made: World) =>
  made.journal.flatMap(({ stream, id, atMs, seq, facts }) =>
    stream === 'contact'
      ? facts.map((fact, at) => ({ id, atMs, seq: seq + at, fact: fact as ContactFact }))
      : [],
  );
const ofType = <Type extends ContactFact['type']>(made: World, type: Type) =>
  factsOf(made).flatMap(({ id, atMs, fact }) =>
    fact.type === type ? [{ id, atMs, fact: fact as Extract<ContactFact, { type: Type }> }] : [],
  );
const recordsOf = (made: World) => {
  const ids = [...new Set(factsOf(made).map(({ id }) => id))];
  return ids.map((id) =>
    foldContact(
      id,
      factsOf(made).filter((one) => one.id === id),
    )!,
  );
};

t.test(
  'too far back he is in the other queue at once, with the turn and the place of his first moment',
  async (t) => {
    const { made, call, pass, signIn, goReady } = await worldOf(await siteWith('placeAbove: 2'));
    signIn(both, 600_000, true);
    for (const ani of ['031100000001', '031100000002', '031100000003']) {
      call(ani);
      await pass(1_000);
    }
    call('031100000004', '12399');
    await pass(1_000);
    const because = { by: 'place', place: 3, above: 2 } as const;
    t.match(ofType(made, 'QueueExited'), [{ fact: { queueId: 'general', exit: 'overflow', because } }]);
    t.match(ofType(made, 'ContactQueued')[3], {
      fact: { queueId: 'enterprise', overflowed: { from: 'general', because } },
    });
    made.engine.actOnAgent(both as AgentId, { type: 'GoReady', by: 'agent' });
    goReady(both);
    await pass(8_000);
    t.match(
      made.engine.contacts().find(({ stage }) => stage.at === 'talking')?.arrival.callerKey,
      'key-031100000001',
    );
    const turns = made.engine.contacts().flatMap(({ place }) => place?.turn ?? []);
    t.same(
      turns,
      [...turns].sort((one, other) => one - other),
      'turns are those of their coming',
    );
    t.equal(new Set(turns).size, turns.length);
    t.same(made.faults, []);
  },
);

t.test('after so long in line: before those of the other queue who were queued later', async (t) => {
  const { made, call, pass, signIn, goReady } = await worldOf(await siteWith('after: 30s'));
  signIn(both, 600_000, true);
  call('031100000001');
  await pass(10_000);
  call('031100000002', '12399');
  await pass(25_000);
  t.match(ofType(made, 'QueueExited'), [{ fact: { because: { by: 'waited' } } }]);
  const [first] = made.engine.contacts();
  t.equal(first?.place?.request.queueId, 'enterprise');
  t.equal(
    first?.place?.queuedAtMs,
    ofType(made, 'ContactQueued')[0]?.atMs,
    'his wait counts from the first line',
  );
  goReady(both);
  await pass(20_000);
  const [connected] = ofType(made, 'AgentConnected');
  t.equal(connected?.id, first?.id);
  t.equal(connected?.fact.queuedMs, (connected?.atMs ?? 0) - (first?.place?.queuedAtMs ?? 0));
  t.match(ofType(made, 'OfferMade')[0]?.fact.decision, {
    queueId: 'enterprise',
    overflowed: { from: 'general', because: { by: 'waited' } },
  });
  const record = recordsOf(made).find(({ contactId }) => contactId === first?.id);
  t.match(record, { answered: true, queueId: 'enterprise', queuedWaitMs: connected?.fact.queuedMs });
  t.same(made.faults, []);
});

t.test('a wait that is expected to be too long is not begun; one that is not known is', async (t) => {
  const { made, call, pass, signIn } = await worldOf(await siteWith('waitAbove: 60s'));
  call('031100000001');
  await pass(2_000);
  t.same(ofType(made, 'QueueExited'), [], 'with nobody there nothing is known');
  signIn(generalist);
  await pass(10_000);
  for (const ani of ['031100000002', '031100000003', '031100000004']) {
    call(ani);
    await pass(1_000);
  }
  const left = ofType(made, 'QueueExited');
  t.ok(left.length > 0);
  for (const { fact } of left) {
    const because = fact.because ?? { by: 'waited', waitedMs: 0 };
    t.ok(because.by === 'expectedWait' && because.expectedMs > 60_000 && because.aboveMs === 60_000);
  }
});

t.test(
  'to a sub-centre: answered there it counts from his first moment; not answered he is in line with his turn',
  async (t) => {
    for (const answers of [true, false]) {
      const { made, call, pass, signIn } = await worldOf(await siteWith('after: 20s', 'centre'));
      signIn(generalist, 600_000, true);
      signIn(both, 600_000, true);
      made.telephony.setHabit(
        centre as DeviceId,
        answers
          ? { does: 'answer', afterMs: 3_000, talkMs: 30_000 }
          : { does: 'refuse', afterMs: 3_000, causeCode: 17 },
      );
      call('031100000001');
      await pass(120_000);
      t.match(ofType(made, 'CentreDialled'), [{ fact: { trunkId: 'centre', number: centre } }]);
      const [record] = recordsOf(made);
      if (answers) {
        t.match(record, {
          answered: true,
          missed: false,
          excluded: null,
          ledTo: centre,
          centreOutcome: 'released',
        });
        t.ok(
          (record?.waitMs ?? 0) > 23_000 && (record?.waitMs ?? 0) < 40_000,
          `waited ${String(record?.waitMs)}`,
        );
        t.ok((record?.talkMs ?? 0) > 25_000, 'their talk is part of the mean');
      } else {
        const [contact] = made.engine.contacts();
        t.equal(contact?.place?.request.queueId, 'enterprise');
        t.equal(contact?.place?.queuedAtMs, ofType(made, 'ContactQueued')[0]?.atMs);
        t.match(ofType(made, 'ContactQueued')[1]?.fact, { overflowed: { from: 'general' } });
      }
      t.same(made.faults, []);
    }
  },
);

t.test('a caller in line with somebody ringing is not taken from him', async (t) => {
  const { made, call, pass, signIn } = await worldOf(await siteWith('after: 10s'));
  signIn(both, 600_000, true);
  call('031100000001');
  await pass(7_000);
  made.telephony.setHabit(`d${both}` as DeviceId, { does: 'answer', afterMs: 6_000, talkMs: 60_000 });
  made.engine.actOnAgent(both as AgentId, { type: 'GoReady', by: 'agent' });
  await pass(20_000);
  t.same(ofType(made, 'QueueExited'), []);
  t.equal(ofType(made, 'AgentConnected').length, 1);
});

t.test('full is full: whom the queue does not take goes by its way out and overflows nowhere', async (t) => {
  const { made, call, pass, signIn } = await worldOf(await siteWith('placeAbove: 1', 'business', '', 1));
  signIn(both, 600_000, true);
  call('031100000001');
  await pass(1_000);
  call('031100000002');
  await pass(1_000);
  t.match(ofType(made, 'QueueExited'), [{ fact: { queueId: 'general', exit: 'overload' } }]);
});

t.test('to a message after so long: among the missed calls it is one of too long a wait', async (t) => {
  const { made, call, pass, signIn } = await worldOf(await siteWith('after: 20s', 'record'));
  signIn(generalist, 600_000, true);
  call('031100000001');
  await pass(120_000);
  t.match(recordsOf(made)[0], { missed: true, missedCause: 'timeout', answered: false });
});

t.test('to a message: it is recorded, and the missed call tells why he had to leave the line', async (t) => {
  const { made, call, pass, signIn } = await worldOf(await siteWith('placeAbove: 1', 'record'));
  signIn(generalist, 600_000, true);
  call('031100000001');
  await pass(1_000);
  call('031100000002');
  await pass(90_000);
  const record = recordsOf(made)[1];
  t.match(record, { missed: true, missedCause: 'overload', answered: false });
  t.ok((record?.voicemailMs ?? 0) > 0);
});

t.test(
  'whatever happens: every call ends once, none overflows twice from one queue, none is overtaken beyond the bound',
  async () => {
    const site = await siteWith(
      'placeAbove: 6, after: 40s',
      'business',
      'overflow: { placeAbove: 8, after: 60s, next: record }',
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
        const { made, call, pass, signIn } = await worldOf(site);
        const random = createRandom(seed);
        for (const agentId of [generalist, both]) signIn(agentId, 20_000 + exponentialMs(random, 40_000));
        const calls = 40;
        for (let n = 0; n < calls; n += 1) {
          const dnis = random() < 0.3 ? '12399' : '12345';
          call(`0311000${String(10_000 + n)}`, dnis, random() < 0.3 ? exponentialMs(random, 60_000) : null);
          await pass(exponentialMs(random, 12_000));
        }
        await pass(3_600_000);
        if (made.faults.length > 0) return false;
        const ended = ofType(made, 'ContactEnded').map(({ id }) => id);
        const left = ofType(made, 'QueueExited').filter(({ fact }) => fact.exit === 'overflow');
        const once = left.map(({ id, fact }) => `${id} ${fact.queueId}`);
        return (
          ended.length === calls &&
          new Set(ended).size === calls &&
          new Set(once).size === once.length &&
          overtakings(made).length === 0
        );
      }),
      { numRuns: 12 },
    );
  },
);

/** Calls of one priority: whoever an agent goes to, nobody whose turn is before and whom he could have taken stood in a line. */
function overtakings(made: World): readonly string[] {
  const able: Readonly<Record<string, readonly string[]>> = {
    general: [generalist, both],
    enterprise: [both],
  };
  const turnOf = new Map<string, number>();
  const queueOf = new Map<string, string>();
  const lines = new Map<string, number>();
  const wrong: string[] = [];
  for (const { id, atMs, fact } of factsOf(made)) {
    if (fact.type === 'ContactQueued') {
      if (!turnOf.has(id)) turnOf.set(id, turnOf.size);
      queueOf.set(id, fact.queueId);
      lines.set(id, atMs);
    } else if (fact.type === 'QueueExited' || fact.type === 'ContactEnded') lines.delete(id);
    else if (fact.type === 'OfferEnded') lines.set(id, atMs);
    else if (fact.type === 'OfferMade') {
      lines.delete(id);
      for (const [other, sinceMs] of lines) {
        const isBefore = (turnOf.get(other) ?? 0) < (turnOf.get(id) ?? 0) && sinceMs < atMs;
        if (isBefore && able[queueOf.get(other) ?? '']?.includes(fact.agentId))
          wrong.push(`${other} by ${id}`);
      }
    }
  }
  return wrong;
}
