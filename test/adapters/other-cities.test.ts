// 转外地12345: what the file says and what is amiss in it; the act over HTTP and by a code, on the very engine in virtual time.
import t from 'tap';
import type { StoryNames } from '../../src/web/lead/lead-data.js';
import { storyLine, type StoryFact } from '../../src/web/lead/story.js';
import type { LightMyRequestResponse } from 'fastify';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { parseSite } from '../../src/site/parse-site.js';
import { promptPlaces } from '../../src/site/prompt-places.js';
import { openOffice, siteOf, siteTexts, startMs } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const handan = '031012345' as DeviceId;
const trunk = "trunks:\n  - { id: province, kind: address, contact: 'sip:192.0.2.10:5060' }\n";
const textsWith = (cities: string, trunks = trunk) => {
  const text = siteTexts.get('trunks.yaml')?.replace('trunks:\n', trunks) ?? '';
  return new Map([...siteTexts, ['trunks.yaml', text], ['other-cities.yaml', cities]]);
};
const row = (more = '') => `- { areaCode: '0310', trunk: province${more} }\n`;
const site = siteOf(false, textsWith(row()));

t.test('a row says how a city is reached: its area code and 12345, if nothing else is written', async (t) => {
  t.same([...site.otherCities], [['0310', { trunkId: 'province', number: '031012345', showsCaller: false }]]);
  const other = siteOf(false, textsWith(row(", number: '03108881234', showsCaller: true")));
  t.same(other.otherCities.get('0310'), { trunkId: 'province', number: '03108881234', showsCaller: true });
  t.same([...siteOf(false).otherCities], [], 'as shipped nobody is led anywhere');
  t.match(promptPlaces(site)('scope.region').routes, [{ name: '其他城市事项' }], 'the prompts are in use');
  t.same(promptPlaces(siteOf(false))('scope.region').routes, []);
});

t.test('what is amiss is told with its line, in both languages', async (t) => {
  const findingsOf = (cities: string, trunks?: string) => {
    const parsed = parseSite(textsWith(cities, trunks), { nowMs: startMs });
    return (parsed.ok ? parsed.site.warnings : parsed.findings).filter(
      ({ file }) => file === 'other-cities.yaml',
    );
  };
  const cases: readonly (readonly [string, string, string?])[] = [
    [`${row()}- { areaCode: '0999', trunk: province }\n`, 'unknownCity 2'],
    ["- areaCode: '0999'\n  trunk: province\n", 'unknownCity 1'],
    ["- areaCode: '0311'\n  trunk: province\n", 'ownCity 1'],
    ["- areaCode: '310'\n  trunk: province\n", 'badAreaCode 1'],
    ["- areaCode: '0310'\n", 'missing 1'],
    ["- areaCode: '0310'\n  trunk: none\n", 'unknownTrunk 2'],
    ["- areaCode: '0310'\n  trunk: carrier\n", 'trunkNotDialling 2'],
    [`${row()}${row()}`, 'duplicate 2'],
    [row(", number: '110'"), 'notDialled 1'],
    [row(", number: '00852123456'"), 'notDialled 1'],
    [row(", number: '031012345678901234'"), 'notDialled 1'],
    [row(", number: '0310888'"), 'dialNotAllowed 1'],
    [row(", number: '031096118'"), 'dialNotAllowed 1'],
    [row(", number: '02012345'"), 'dialNotAllowed 1'],
    [row(', numbers: []'), 'unknownKey 1'],
    ['0310: province\n', 'notAList 1'],
  ];
  for (const [cities, expected, trunks] of cases) {
    const findings = findingsOf(cities, trunks);
    t.match(
      findings.map(({ code, line }) => `${String(code)} ${String(line)}`),
      [expected],
      cities,
    );
    t.ok(
      findings.every(({ zh, en, level }) => level === 'error' && zh !== '' && en !== '' && zh !== en),
      expected,
    );
  }
  const silent = new Map([
    ...textsWith(row()),
    ['prompts/7-scope.yaml', siteTexts.get('prompts/7-scope.yaml')?.replaceAll("'0310': 邯郸市,", '') ?? ''],
  ]);
  const parsed = parseSite(silent, { nowMs: startMs });
  t.same(
    (parsed.ok ? [] : parsed.findings)
      .filter(({ file }) => file === 'other-cities.yaml')
      .map(({ code }) => code),
    ['notSpoken', 'notSpoken'],
    'on the way there, and on the way back',
  );
});

async function inTalk() {
  const office = await openOffice({ site, worldSite: site });
  const id = await office.talk();
  const own = (await office.logIn('1001')).cookie ?? '';
  const { world, call } = office;
  const later = (ms: number) => world.runUntil(world.clock.nowMs() + ms);
  const seek = async (areaCode: string, cookie = own) =>
    json(await call(`POST /api/v1/contacts/${id}/city`, { cookie, body: { areaCode } }));
  const facts = (type: string) =>
    world.journal.flatMap((entry) => entry.facts as { type: string }[]).filter((fact) => fact.type === type);
  const agent = (agentId = '1001') => world.engine.agents().find(({ id }) => id === agentId)?.activity.is;
  const stage = () => world.engine.contacts().find((one) => one.id === id)?.stage;
  return { ...office, id, own, later, seek, facts, agent, stage };
}

t.test('led there: the agent wraps up, the contact stays his and tells how it went', async (t) => {
  const { world, call, logIn, id, own, later, seek, facts, agent, stage } = await inTalk();
  world.telephony.setHabit(handan, { does: 'answer', afterMs: 3_000, talkMs: 60_000 });
  const routes = json(await call('GET /api/v1/legal-routes', { cookie: own }))['routes'] as {
    kind: string;
    cities: { areaCode: string; led: boolean }[];
  }[];
  t.same(
    routes.flatMap(({ cities }) => cities.filter(({ led }) => led).map(({ areaCode }) => areaCode)),
    ['0310'],
  );
  const [other, hotline] = await Promise.all(
    ['1002', 'hotline'].map(async (name) => (await logIn(name)).cookie ?? ''),
  );
  t.equal((await seek('0310', other))['code'], 'CONTACT_NOT_YOURS');
  t.equal((await seek('0310', hotline))['code'], 'FORBIDDEN');
  t.equal((await seek('031012345'))['code'], 'REQUEST_INVALID', 'no number is dialled that somebody writes');
  t.equal((await seek('0312'))['code'], 'CITY_UNKNOWN');
  t.match(await seek('0310'), { contactId: id, stage: 'led' });
  await later(2_000);
  t.equal(agent(), 'wrapup');
  const { channels } = await world.telephony.snapshot();
  t.notOk(
    channels.some(({ deviceId }) => deviceId === 'd1001'),
    'his phone is free',
  );
  await later(10_000);
  t.match(stage(), { at: 'led', lead: { phase: 'talking' } });
  await later(120_000);
  t.match(stage(), { at: 'ended' }, 'over; his note may still be written');
  t.equal(facts('CityLeft').length, 1);
  t.match(facts('CityLeft'), [{ outcome: 'released' }]);
  const { record, journal, names } = json(
    await call(`GET /api/v1/contacts/${id}`, { cookie: own }),
  ) as unknown as {
    record: object;
    journal: StoryFact[];
    names: StoryNames;
  };
  t.match(record, {
    ...{ answered: true, excluded: null, cityLedTo: '0310', cityOutcome: 'released', outcome: 'transfer' },
    ...{ scopeKind: 'region', recordingFailed: false },
  });
  const told = journal.map(({ type }) => type).filter((type) => type.startsWith('City'));
  t.same(told, ['CitySought', 'CityDialled', 'CityConnected', 'CityLeft']);
  const sought = journal.find(({ type }) => type === 'CitySought');
  t.match(sought && storyLine(sought), {
    ...{ word: 'story.CitySought', slots: { city: { city: '0310' } } },
  });
  t.match(
    names.cities.find((city) => city.id === '0310'),
    { name: '邯郸市' },
  );
  const file = await call('GET /api/v1/contacts?format=csv', { cookie: hotline ?? '' });
  const [head = [], line = []] = file.body.split('\r\n').map((row) => row.split(','));
  t.equal(line[head.indexOf('转接外地 12345')], '邯郸市');
  t.same(world.faults, []);
});

t.test('not taken there: back with the same agent, though another one is free', async (t) => {
  const { world, later, seek, facts, agent, stage } = await inTalk();
  world.telephony.setHabit(handan, { does: 'refuse', afterMs: 2_000, causeCode: 17 });
  world.signIn('1002' as AgentId, 'd1002' as DeviceId);
  await seek('0310');
  await later(20_000);
  t.match(stage(), { at: 'talking', talk: { agentId: '1001' } });
  t.match(facts('CityLeft'), [{ outcome: 'busy' }]);
  t.match(facts('ContactRequeued'), [{ preferAgentId: '1001' }]);
  t.equal(agent('1002'), 'ready');
  t.equal(facts('AgentConnected').length, 2);
  t.same(world.faults, []);
});

t.test('kept free for him longer than his wrap-up lasts; gone, he is first in line', async (t) => {
  const quick = siteOf(
    false,
    new Map([
      ...textsWith(row()),
      ['policies.yaml', siteTexts.get('policies.yaml')?.replace('wrapUp: 60s', 'wrapUp: 5s') ?? ''],
    ]),
  );
  const open = async () => {
    const office = await openOffice({ site: quick, worldSite: quick });
    const id = await office.talk();
    const own = (await office.logIn('1001')).cookie ?? '';
    await office.call(`POST /api/v1/contacts/${id}/city`, { cookie: own, body: { areaCode: '0310' } });
    return { ...office, id, own };
  };
  const kept = await open();
  await kept.world.runUntil(kept.world.clock.nowMs() + 20_000);
  t.equal(kept.world.engine.agents().find(({ id }) => id === '1001')?.activity.is, 'wrapup');
  kept.world.telephony.call({ ani: '13000000002', dnis: '12345', patienceMs: null });
  await kept.world.runUntil(kept.world.clock.nowMs() + 20_000);
  const stageOf = ({ world, id }: typeof kept) =>
    world.engine.contacts().find((contact) => contact.id === id)?.stage;
  t.match(stageOf(kept), { at: 'talking', talk: { agentId: '1001' } }, 'before whoever came meanwhile');

  const left = await open();
  await left.world.runUntil(left.world.clock.nowMs() + 10_000);
  await left.call('POST /api/v1/agents/1001/sign-out', { cookie: left.own });
  left.world.telephony.call({ ani: '13000000002', dnis: '12345', patienceMs: null });
  await left.world.runUntil(left.world.clock.nowMs() + 20_000);
  t.match(stageOf(left)?.at, 'waiting');
  left.world.signIn('1002' as AgentId, 'd1002' as DeviceId);
  await left.world.runUntil(left.world.clock.nowMs() + 5_000);
  t.match(stageOf(left), { at: 'talking', talk: { agentId: '1002' } }, 'first in line, and waits for nobody');
  t.same([...kept.world.faults, ...left.world.faults], []);
});

t.test(
  'killed on the way there: led on by the next engine, back to his agent if nobody answers',
  async (t) => {
    for (const afterMs of [1_000, 8_000]) {
      const { world, later, seek, stage } = await inTalk();
      await seek('0310');
      await later(afterMs);
      t.match(stage(), { at: 'led', lead: { phase: afterMs === 1_000 ? 'told' : 'dialled' } });
      world.kill();
      await later(500);
      await world.start();
      await later(40_000);
      t.match(stage(), { at: 'talking', talk: { agentId: '1001' } }, `killed after ${String(afterMs)} ms`);
      t.same(world.faults, []);
    }
  },
);
