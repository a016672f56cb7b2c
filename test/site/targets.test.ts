// emergency.yaml: what it says, and every slip by its line.
import t from 'tap';
import { errorsIn, siteOf, smallSite } from './small-site.js';

const targets = `- id: police
  name: '110'
  en: Police
  key: '1'
  kind: emergency
  numbers:
    - { number: '110', trunk: out }
    - { number: '031166600110', trunk: out }
  webhook: { url: 'https://110.example/in', secret: police }
- { id: heat, name: 供热服务电话, key: '7', numbers: [{ number: '96069', trunk: out }], accept: agent, ring: 20s }
`;
const trunks = `trunks:
  - { id: out, kind: address, addresses: ['127.0.0.3'], contact: 'sip:127.0.0.3' }
  - { id: in, kind: address, addresses: ['127.0.0.2'] }
`;
const files = (changes: Readonly<Record<string, string>> = {}) =>
  new Map([...smallSite(), ['emergency.yaml', targets], ['trunks.yaml', trunks], ...Object.entries(changes)]);

t.test('numbers in their order, what is told to whom, and what may be dialled for it alone', async (t) => {
  const site = siteOf(files());
  t.match(site.targets.get('police'), {
    ...{ name: '110', en: 'Police', key: '1', kind: 'emergency', accept: 'answer', acceptAfterMs: 10_000 },
    numbers: [
      { number: '110', trunkId: 'out' },
      { number: '031166600110', trunkId: 'out' },
    ],
    ...{ tellsCaller: true, tellsConfidential: true, ringMs: 15_000, atOnce: 10 },
    webhook: { url: 'https://110.example/in', secret: 'police' },
  });
  t.match(site.targets.get('heat'), {
    ...{ kind: 'utility', accept: 'agent', ringMs: 20_000, tellsCaller: false, tellsConfidential: false },
    webhook: null,
  });
  t.same(site.mayHandOver('110'), { ok: true, number: '110' });
  t.same(site.mayDial('110'), { ok: false, because: 'emergency' }, 'no agent and no flow dials it');
  t.same(site.mayHandOver('119'), { ok: false, because: 'unknown' });
  t.equal(siteOf(smallSite()).targets.size, 0, 'without the file nobody is handed over');
});

t.test('every slip is told by its line', async (t) => {
  const told: readonly (readonly [from: string, to: string, finding: string])[] = [
    ["key: '7'", "key: '1'", 'emergency.yaml:10 keyTwice'],
    ["key: '7'", "key: '17'", 'emergency.yaml:10 badKey'],
    ['kind: emergency', 'kind: urgent', 'emergency.yaml:5 notAllowed'],
    ["numbers: [{ number: '96069', trunk: out }]", 'numbers: []', 'emergency.yaml:10 badNumbers'],
    ["'96069', trunk: out", "'96069', trunk: nowhere", 'emergency.yaml:10 unknownTrunk'],
    ["'031166600110', trunk: out", "'031166600110', trunk: in", 'emergency.yaml:8 trunkNotDialling'],
    ["'031166600110'", "'16012345'", 'emergency.yaml:8 dialNotAllowed'],
    ["'031166600110'", "'0085212345'", 'emergency.yaml:8 dialNotAllowed'],
    ["'031166600110'", "'12345'", 'emergency.yaml:8 dialNotAllowed'],
    ["'96069'", "'96/069'", 'emergency.yaml:10 badText'],
    ["'https://110.example/in'", "'http://110.example/in'", 'emergency.yaml:9 badUrl'],
    ["'https://110.example/in'", "'https://a:b@110.example/in'", 'emergency.yaml:9 badUrl'],
    ['secret: police', "secret: '../key'", 'emergency.yaml:9 badText'],
    ['secret: police', "secret: 'Key_1'", 'emergency.yaml:9 badSecretName'],
    ['accept: agent', 'accept: nobody', 'emergency.yaml:10 notAllowed'],
    ['ring: 20s', 'ring: 2s', 'emergency.yaml:10 badDuration'],
    ['ring: 20s', 'rings: 20s', 'emergency.yaml:10 unknownKey'],
    ['id: heat', 'id: police', 'emergency.yaml:10 duplicate'],
  ];
  for (const [from, to, finding] of told) {
    t.ok(targets.includes(from), from);
    t.same(errorsIn(files({ 'emergency.yaml': targets.replace(from, to) })), [finding], to);
  }
});
