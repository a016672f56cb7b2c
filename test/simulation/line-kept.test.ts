// Whom somebody else did not serve keeps the place of his first moment, before those who came to the line meanwhile.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { createWorld } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import { busyStartMs } from './busy-hotline.js';

const centre = '66661234';
const files = new Map(await readSiteFiles('ivr-flows'));
files.set(
  'numbers.yaml',
  `${files.get('numbers.yaml') ?? ''}
- { number: '12399', name: 价格举报, shortName: 价格举报, kpiLine: '12399', tag: price, flow: '12345', queue: general, pattern: subCentre, approval: 文号, target: { trunk: centre, number: '${centre}' } }
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
if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
const { site } = parsed;

/** A world with one agent who picks up once he has signed in. */
async function world() {
  const made = createWorld({ site, startMs: busyStartMs });
  await made.start();
  const device = 'd1002' as DeviceId;
  made.telephony.setReachable(device, true);
  made.telephony.setHabit(device, { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
  return {
    made,
    call: (ani: string, dnis: string) => made.telephony.call({ ani, dnis, patienceMs: null }),
    pass: (ms: number) => made.runUntil(made.clock.nowMs() + ms),
    signIn: () => made.signIn('1002' as AgentId, device),
    talking: () => made.engine.contacts().find(({ stage }) => stage.at === 'talking')?.arrival.callerKey,
  };
}

t.test('not served at the sub-centre, he is before those who called after him', async (t) => {
  const { made, call, pass, signIn, talking } = await world();
  made.telephony.setHabit(centre as DeviceId, { does: 'refuse', afterMs: 5_000, causeCode: 17 });
  call('031100000001', '12399');
  await pass(2_000);
  call('031100000002', '12345');
  await pass(30_000);
  t.same(
    made.engine.contacts().map(({ stage }) => stage.at),
    ['waiting', 'waiting'],
  );
  signIn();
  await pass(20_000);
  t.equal(talking(), 'key-031100000001');
  t.same(made.faults, []);
});
