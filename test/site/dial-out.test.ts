// dial-out.yaml: what it says, what is amiss in it, and that every number which the files dial is held against it.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { parseSite } from '../../src/site/parse-site.js';
import { errorsIn, noonMs, siteOf, smallSite } from './small-site.js';

const trunks = (more = "outboundNumbers: ['12345', '031112345']") =>
  `trunks:\n  - { id: carrier, contact: 'sip:192.0.2.10', ${more} }\n  - { id: deaf }\n`;
const shown = "shown: { callBack: '12345', visit: '12345', verify: '031112345', other: '12345' }\n";
const whole = `mobiles: true\nareas: ['0311']\nnumbers:\n  - { prefix: '12', digits: 5 }\ntrunk: carrier\n${shown}`;
const texts = (dialOut: string, carrier = trunks()) =>
  smallSite({ 'trunks.yaml': carrier, 'dial-out.yaml': dialOut });

t.test('it says what may be dialled, by which trunk agents call, and what is shown for what', async (t) => {
  const site = siteOf(texts(whole));
  t.match(site.callOut, {
    trunkId: 'carrier',
    shown: { callBack: '12345', verify: '031112345' },
    ringMs: 45_000,
  });
  t.match(site.mayDial('13800138000'), { ok: true });
  t.match(site.mayDial('12345'), { ok: false, because: 'own' }, 'its own number');
  t.match(site.mayDial('031112345'), { ok: false, because: 'own' }, 'in every form in which it is delivered');
  t.match(site.redial, { withinMs: 300_000, waitMs: 10_000 });
  t.equal(siteOf(texts(`${whole}redialWithin: 0s\n`)).redial, undefined);
  const without = siteOf(smallSite());
  t.equal(without.callOut, null, 'without the file agents call nobody');
  t.match(without.mayDial('13800138000'), { ok: false, because: 'unknown' });
  t.equal(without.redial, undefined);
});

t.test(
  'as shipped: citizens and offices of the province may be dialled, and agents call nobody yet',
  async (t) => {
    const parsed = parseSite(new Map(await readSiteFiles('ivr-flows')), { nowMs: noonMs });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
    const { site } = parsed;
    t.equal(site.callOut, null);
    for (const number of ['13800138000', '031186123456', '033586123456', '12333', '031012345'])
      t.match(site.mayDial(number), { ok: true }, number);
    for (const number of [
      '0085212345678',
      '16812345',
      '96118',
      '031196118',
      '95588',
      '01086123456',
      '110',
      '12121',
      '13491234567',
    ])
      t.match(site.mayDial(number), { ok: false }, number);
  },
);

t.test('what is amiss is told with its line, and keeps the service from starting', async (t) => {
  const cases: readonly (readonly [string, string, string?])[] = [
    [whole, 'dial-out.yaml:5 noOutboundNumber', trunks('maxLines: 2')],
    [whole, 'dial-out.yaml:6 unknownOutboundNumber', trunks("outboundNumbers: ['12345']")],
    [whole.replace('trunk: carrier', 'trunk: deaf'), 'dial-out.yaml:5 trunkNotDialling'],
    [whole.replace('trunk: carrier', 'trunk: none'), 'dial-out.yaml:5 unknownTrunk'],
    [whole, 'trunks.yaml:2 notAllowed', trunks("outboundNumbers: ['+8612345']")],
    ['trunk: carrier\n', 'dial-out.yaml:1 missing'],
    ["trunk: carrier\nshown: { callBack: '12345' }\n", 'dial-out.yaml:2 missing'],
    [`${whole}ring: 5m\n`, 'dial-out.yaml:7 badDuration'],
    ['mobile: true\n', 'dial-out.yaml:1 unknownKey'],
    ["areas: ['311']\n", 'dial-out.yaml:1 badAreaCode'],
    ["refused: ['x']\n", 'dial-out.yaml:1 badPrefix'],
    ["numbers:\n  - { prefix: '00', digits: 14 }\n", 'dial-out.yaml:2 notDialled'],
    ["numbers:\n  - { prefix: '1', digits: 11 }\n", 'dial-out.yaml:2 notDialled'],
    ["numbers:\n  - { prefix: '168', digits: 8 }\n", 'dial-out.yaml:2 notDialled'],
    ["numbers:\n  - { prefix: '96', digits: 5 }\n", 'dial-out.yaml:2 notDialled'],
    ["numbers:\n  - { prefix: '110', digits: 3 }\n", 'dial-out.yaml:2 notDialled'],
    ["numbers:\n  - { prefix: '179', digits: 5, upTo: 16 }\n", 'dial-out.yaml:2 notDialled'],
    ["numbers:\n  - { prefix: '400', digits: 10, upTo: 9 }\n", 'dial-out.yaml:2 notANumber'],
  ];
  for (const [dialOut, expected, carrier] of cases) {
    const errors = errorsIn(texts(dialOut, carrier));
    t.ok(errors.includes(expected), `${expected} in ${errors.join(', ')}`);
  }
  t.same(errorsIn(texts(whole)), []);
  t.same(errorsIn(texts("numbers:\n  - { prefix: '96119', digits: 5 }\n")), []);
});

t.test('numbers, flows and duty phones that lead where nobody may dial are errors', async (t) => {
  const led = (number: string) =>
    `- { number: '12345', name: 热线, flow: main, queue: general, delivered_as: ['031112345'] }\n- { number: '12333', name: 人社, pattern: subCentre, approval: 文, flow: main, queue: general, target: { trunk: carrier, number: '${number}' } }\n`;
  const flow = (number: string) => `start: line
nodes:
  line: { enqueue: general, say: [{ prompt: greet.main, mustHear: true }], onTimeout: led, onNobody: sorry, onOverload: sorry }
  led: { lead: { trunk: carrier, number: '${number}' }, say: [trans.sub], otherwise: sorry }
  sorry: { hangup: queueTimeout, say: [exit.timeout] }
`;
  const duty = (number: string) => `dutyPhones: [{ trunk: carrier, number: '${number}' }]\n${trunks()}`;
  const errors = (changed: Readonly<Record<string, string>>) =>
    errorsIn(smallSite({ 'trunks.yaml': trunks(), 'dial-out.yaml': whole, ...changed })).filter((one) =>
      /dialNotAllowed|notDialled/.test(one),
    );
  for (const [number, code] of [
    ['13800138000', null],
    ['6001', null],
    ['95588', 'dialNotAllowed'],
    ['02086123456', 'dialNotAllowed'],
    ['96118', 'dialNotAllowed'],
    ['12345', 'dialNotAllowed'],
    ['16812345', 'notDialled'],
    ['0085212345678', 'notDialled'],
    ['031116812345', 'notDialled'],
    ['17909123456', 'notDialled'],
  ] as const) {
    t.same(errors({ 'numbers.yaml': led(number) }), code === null ? [] : [`numbers.yaml:2 ${code}`], number);
    t.same(
      errors({ 'flows/main.yaml': flow(number) }),
      code === null ? [] : [`flows/main.yaml:4 ${code}`],
      number,
    );
    t.same(
      errors({ 'trunks.yaml': duty(number) }),
      code === null ? [] : ['trunks.yaml:1 dialNotAllowed'],
      number,
    );
  }
});
