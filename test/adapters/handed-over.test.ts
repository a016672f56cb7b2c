// 分中心转来: a call handed over by a sub-centre, in virtual time: straight to a person, tied to what it was, as far as anybody may see.
import t from 'tap';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import type { ToldByCentre } from '../../src/numbers/handed-over.js';
import { createCallerNumbers } from '../../src/adapters/memory/caller-numbers.js';
import { callerToldOf } from '../../src/engine/handed-over.js';
import { parseSite } from '../../src/site/parse-site.js';
import { createWorld, type World } from '../../src/sim/world.js';
import { openOffice, siteTexts, startMs } from './office.js';

const centre = '66661234';
const texts = new Map(siteTexts);
texts.set(
  'numbers.yaml',
  `${siteTexts.get('numbers.yaml') ?? ''}
- { number: '12399', name: 12333人力资源社会保障热线, shortName: 价格举报, kpiLine: '12399', tag: price, flow: '12345-menu', queue: general, pattern: subCentre, approval: 文号, target: { trunk: centre, number: '${centre}' } }
`,
);
texts.set(
  'trunks.yaml',
  `${siteTexts.get('trunks.yaml') ?? ''}
  - { id: centre, addresses: [192.0.2.9], contact: 'sip:192.0.2.9', subCentre: true }
`,
);
const parsed = parseSite(texts, { nowMs: startMs, overrides: { menu: true } });
if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
const worldSite = parsed.site;
const ani = '13000000001';
const none: ToldByCentre = { contact: '', entry: '', caller: '', heard: '', region: '' };

/** A world with a citizen in talk with the sub-centre, and nobody signed in here. */
async function atTheCentre(own?: World) {
  const world = own ?? createWorld({ site: worldSite, startMs });
  if (own === undefined) {
    await world.start();
    world.telephony.setReachable('d1002' as DeviceId, true);
    world.telephony.setHabit('d1002' as DeviceId, { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
  }
  world.telephony.setHabit(centre as DeviceId, { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
  const pass = (ms: number) => world.runUntil(world.clock.nowMs() + ms);
  const newest = () => {
    const contact = world.engine.contacts().at(-1);
    if (contact === undefined) throw new Error('no contact');
    return contact;
  };
  world.telephony.call({ ani, dnis: '12399', patienceMs: null });
  await pass(20_000);
  const earlier = newest();
  t.match(earlier.stage, { at: 'led', lead: { phase: 'talking' } });
  async function handOver(told: Partial<ToldByCentre> = {}, trunkId = 'centre') {
    const whole = { contact: earlier.id, entry: '12399', caller: '130****0001', heard: 'trans.sub' };
    const call = { ani: '6001', dnis: '12345', patienceMs: null, trunkId };
    world.telephony.call({ ...call, told: { ...none, ...whole, ...told } });
    // A free agent comes first: what the line says begins a moment later.
    await pass(400);
    return { id: newest().id, of: newest };
  }
  return { world, earlier, pass, handOver };
}

t.test('straight into the line of its entry: no menu, no second notice, the same caller', async (t) => {
  const { handOver, world, pass } = await atTheCentre();
  const { of } = await handOver({ region: encodeURIComponent('辛集市') });
  const contact = of();
  t.match(contact, {
    stage: { at: 'waiting' },
    noticeHeard: true,
    voice: { playing: { part: { prompt: { id: 'queue.busy' }, mustHear: false } } },
    arrival: {
      entryId: '12399',
      kpiLine: '12399',
      tag: 'price',
      callerMasked: '130****0001',
      callerShown: true,
    },
  });
  t.same(contact.arrival.handedOver, { noticeHeard: true, region: '辛集市' });
  world.signIn('1002' as AgentId, 'd1002' as DeviceId);
  await pass(4_000);
  t.equal(of().stage.at, 'talking', 'rung for at once');
  t.same(world.faults, []);
});

t.test('a masked number is the earlier caller’s, if it is his and he is at hand', async (t) => {
  const { earlier } = await atTheCentre();
  const callers = createCallerNumbers({ secret: 'a secret', homeAreaCode: '0311' });
  const known = callers.remember(ani, true);
  const before = { ...earlier, arrival: { ...earlier.arrival, ...known } };
  const masked = (text: string, of?: typeof earlier) =>
    callerToldOf(callers, { caller: { is: 'masked', masked: text } }, of);
  t.same(masked('130****0001', before), { ...known, callerShown: true });
  const stranger = { callerKey: '', callerMasked: '130****0001', callerShown: true };
  t.same(masked('130****0001'), stranger, 'not at hand');
  t.same(masked('130****0002', before), { ...stranger, callerMasked: '130****0002' }, 'somebody else');
  const told = callerToldOf(callers, { caller: { is: 'number', number: ani } }, undefined);
  t.same(told, { ...known, callerShown: true });
});

t.test('the notice that nobody tells of is played, and he is asked nothing all the same', async (t) => {
  const { handOver } = await atTheCentre();
  for (const heard of ['', 'queue.busy', 'centre.notice']) {
    const { of } = await handOver({ heard });
    t.match(of(), {
      stage: { at: 'waiting' },
      noticeHeard: false,
      voice: { playing: { part: { mustHear: true } } },
    });
  }
});

t.test('elsewhere its headers are anybody’s: it is a call as any other', async (t) => {
  const { handOver } = await atTheCentre();
  const { of } = await handOver({}, 'sim');
  const { arrival, noticeHeard } = of();
  t.notOk(noticeHeard);
  t.match(arrival, { entryId: '12345', callerMasked: '6001' });
  t.equal(arrival.cameFrom, undefined);
  t.equal(arrival.handedOver, undefined);
});

t.test('who withheld his number stays withheld; a broken header refuses nobody', async (t) => {
  const { handOver } = await atTheCentre();
  const withheld = await handOver({ caller: '' });
  t.match(withheld.of().arrival, { callerKey: '', callerMasked: '未显示号码', callerShown: false });
  const broken = await handOver({ contact: 'x', entry: '%', caller: '**', heard: ',', region: '%%' });
  t.match(broken.of().stage, { at: 'waiting' });
  t.match(broken.of().arrival, { entryId: '12345', callerMasked: '未显示号码' });
  t.equal(broken.of().arrival.cameFrom, undefined);
});

t.test('each leads to the other, for who may see both, and never to a confidential one', async (t) => {
  const { call, logIn, ...office } = await openOffice({ worldSite });
  const { world, earlier, handOver, pass } = await atTheCentre(office.world);
  const [hotline, own] = [(await logIn('hotline')).cookie, (await logIn('1002')).cookie];
  const story = async (id: string, cookie = hotline) => {
    const { payload } = await call(`GET /api/v1/contacts/${id}`, { cookie });
    return { payload, ...(JSON.parse(payload) as Readonly<Record<'earlier' | 'later' | 'record', unknown>>) };
  };
  world.signIn('1002' as AgentId, 'd1002' as DeviceId);
  const before = await handOver();
  await pass(4_000);
  t.match(await story(before.id), { earlier: { contactId: earlier.id }, later: [] });
  t.match(await story(earlier.id), { earlier: null, later: [{ contactId: before.id }] });
  const agents = await story(before.id, own);
  t.match(agents, { earlier: null, record: { contactId: before.id } }, 'an agent sees his own alone');
  t.notMatch(agents.payload, earlier.id, 'not even its id');
  const stranger = await handOver({ contact: '01934a5b-7c8d-7abc-8def-0123456789ab' });
  t.equal((await story(stranger.id)).earlier, null, 'an id that is not ours leads nowhere');

  world.engine.actOnContact(earlier.id, { type: 'Seal', kind: 'confidential', by: 'hotline', agentId: null });
  const after = await handOver();
  t.match(after.of(), { sealed: 'confidential', arrival: { callerMasked: '保密来电' } }, 'as before');
  for (const { id } of [before, after, earlier]) {
    const { payload, ...links } = await story(id);
    t.match(links, { earlier: null, later: [] });
    if (id !== earlier.id) t.notMatch(payload, earlier.id);
  }
  t.notMatch((await story(after.id)).payload, /130\*/);
  t.notMatch((await call('GET /api/v1/contacts', { cookie: hotline })).payload, 'cameFrom');
});
