// Whether a number may be dialled: a table of numbers as carriers and swindlers know them, and what holds for every number there is.
import fc from 'fast-check';
import t from 'tap';
import {
  mayDial,
  mayHandOver,
  neverDialled,
  type DialRefusal,
  type DialRules,
} from '../../src/contact/dial-out.js';

/** As shipped for a site of area code 0311. */
const rules: DialRules = {
  mobiles: true,
  areas: ['0310', '0311', '0312', '0313', '0314', '0315', '0316', '0317', '0318', '0319', '0335'],
  homeArea: '0311',
  ranges: [{ prefix: '12', minDigits: 5, maxDigits: 5 }],
  refused: ['121', '1349', '1740', '1749'],
  own: new Set(['12345', '031112345', '8631112345']),
  targets: new Set(['110', '96069', '031166600110', '16012345', '0085212345', '12345']),
};
const none: DialRules = {
  mobiles: false,
  areas: [],
  homeArea: '0311',
  ranges: [],
  refused: [],
  own: new Set(),
  targets: new Set(),
};
const verdictOf = (number: string, by = rules): DialRefusal | 'ok' => {
  const verdict = mayDial(by, number);
  return verdict.ok ? 'ok' : verdict.because;
};

/** Number, verdict as shipped. */
const table: readonly (readonly [string, DialRefusal | 'ok'])[] = [
  // Citizens.
  ['13800138000', 'ok'],
  ['013800138000', 'ok'],
  ['15512345678', 'ok'],
  ['16212345678', 'ok'],
  ['16512345678', 'ok'],
  ['16612345678', 'ok'],
  ['16712345678', 'ok'],
  ['17012345678', 'ok'],
  ['19912345678', 'ok'],
  ['031186123456', 'ok'],
  ['03112345678', 'ok'],
  ['03357654321', 'ok'],
  ['86123456', 'ok'],
  ['6612345', 'ok'],
  // Offices and other hotlines.
  ['12333', 'ok'],
  ['12348', 'ok'],
  ['12368', 'ok'],
  ['031012345', 'ok'],
  ['031912328', 'ok'],
  ['6001', 'ok'],
  ['80012', 'ok'],
  // Ourselves.
  ['12345', 'own'],
  ['031112345', 'own'],
  ['8631112345', 'own'],
  // Emergency lines.
  ['110', 'emergency'],
  ['119', 'emergency'],
  ['120', 'emergency'],
  ['122', 'emergency'],
  ['12110', 'emergency'],
  ['0311110', 'emergency'],
  ['0310120', 'emergency'],
  // Other countries, in every writing.
  ['00852123456', 'foreign'],
  ['0085212345678', 'foreign'],
  ['0012125550100', 'foreign'],
  ['0000', 'foreign'],
  ['+85212345678', 'foreign'],
  ['+8613800138000', 'foreign'],
  ['+1900', 'foreign'],
  ['008613800138000', 'foreign'],
  // Premium services and what dials on.
  ['16812345', 'premium'],
  ['1681234567', 'premium'],
  ['16812345678', 'premium'],
  ['16012', 'premium'],
  ['16012345678', 'premium'],
  ['16312345678', 'premium'],
  ['1669999', 'premium'],
  ['031116812345', 'premium'],
  ['0101680001', 'premium'],
  ['11888', 'premium'],
  ['118114', 'premium'],
  ['17909', 'premium'],
  ['179090085212345', 'premium'],
  ['17909123456', 'premium'],
  ['17951138001380', 'premium'],
  ['96118', 'premium'],
  ['961890', 'premium'],
  ['031196118', 'premium'],
  ['0311961890', 'premium'],
  // Charged by the site's own word.
  ['12121', 'refused'],
  ['12117', 'refused'],
  ['031112121', 'refused'],
  ['13491234567', 'refused'],
  ['17401234567', 'refused'],
  ['17491234567', 'refused'],
  // Nobody allowed them.
  ['01086123456', 'unknown'],
  ['02086123456', 'unknown'],
  ['085186123456', 'unknown'],
  ['02012345', 'unknown'],
  ['4001234567', 'unknown'],
  ['8008100000', 'unknown'],
  ['95588', 'unknown'],
  ['10086', 'unknown'],
  ['100861', 'unknown'],
  ['114', 'unknown'],
  ['116114', 'unknown'],
  ['123456', 'unknown'],
  ['1234', 'unknown'],
  ['1380013800', 'unknown'],
  ['138001380001', 'unknown'],
  ['12800138000', 'unknown'],
  ['031112', 'unknown'],
  ['0311888', 'unknown'],
  ['031108612345', 'unknown'],
  ['0311861234567', 'unknown'],
  ['031186123456789', 'unknown'],
  ['861234567', 'unknown'],
  ['96123456', 'premium'],
  ['11123456', 'unknown'],
  // No numbers.
  ['', 'notANumber'],
  ['12', 'notANumber'],
  ['12345678901234567', 'notANumber'],
  ['1380013800x', 'notANumber'],
  ['138 0013 8000', 'notANumber'],
  ['13800138000#', 'notANumber'],
  ['13800138000w1', 'notANumber'],
  ['12333@evil.example', 'notANumber'],
  ['12333&PJSIP/1001', 'notANumber'],
  ['12333/n', 'notANumber'],
  ['１２３３３', 'notANumber'],
  ['12333\n', 'notANumber'],
  ['*72', 'notANumber'],
];

t.test('every number of the table', async (t) => {
  t.ok(table.length >= 60, `${String(table.length)} numbers`);
  t.equal(new Set(table.map(([number]) => number)).size, table.length, 'each once');
  for (const [number, expected] of table) t.equal(verdictOf(number), expected, JSON.stringify(number));
});

t.test('without a word of the site only internal numbers are dialled', async (t) => {
  for (const [number, expected] of table.filter(([, one]) => one === 'ok'))
    t.equal(verdictOf(number, none), /^[2-8]\d{2,5}$/.test(number) ? expected : 'unknown', number);
});

t.test(
  'a site may allow a tariffed number by more than its first two figures, and nothing that is never dialled',
  async (t) => {
    const range = (prefix: string, minDigits = 3, maxDigits = 16): DialRules => ({
      ...none,
      ranges: [{ prefix, minDigits, maxDigits }],
    });
    t.equal(verdictOf('96119', range('96119')), 'ok');
    t.equal(verdictOf('96119', range('96')), 'premium');
    t.equal(verdictOf('4001234567', range('400', 10, 10)), 'ok');
    t.equal(verdictOf('40012345678', range('400', 10, 10)), 'unknown');
    t.equal(
      verdictOf('12121', { ...range('12'), refused: ['121'] }),
      'refused',
      'what is refused goes first',
    );
    const wide = fc.record({
      mobiles: fc.boolean(),
      areas: fc.array(fc.constantFrom('0311', '010', '0852')),
      ranges: fc.array(
        fc.record({
          prefix: fc.stringMatching(/^\d{1,6}$/),
          minDigits: fc.integer({ min: 1, max: 5 }),
          maxDigits: fc.integer({ min: 5, max: 20 }),
        }),
      ),
      homeArea: fc.constant('0311'),
      refused: fc.constant([]),
      own: fc.constant(new Set<string>()),
      targets: fc.constant(new Set(['110', '119'])),
    });
    const never = table.filter(([, one]) => ['emergency', 'foreign', 'notANumber'].includes(one));
    fc.assert(
      fc.property(wide, fc.constantFrom(...never), (by, [number]) => !mayDial(by, number).ok),
      { numRuns: 1_000 },
    );
  },
);

t.test(
  'whatever the number: the same verdict by every door, and nothing foreign or premium among the allowed',
  async (t) => {
    const digits = fc.stringMatching(/^\d{0,18}$/);
    const anything = fc.oneof(
      digits,
      fc.string(),
      fc.stringMatching(/^(?:00|16[08]|179|96|0311|1[3-9])\d{0,12}$/),
    );
    fc.assert(
      fc.property(anything, (number) => {
        const verdict = mayDial(rules, number);
        if (!verdict.ok) return true;
        const local = number.replace(/^0(?:10|2\d|[3-9]\d\d)/, '');
        const safe = neverDialled(number) === null && /^\d{3,16}$/.test(number) && !number.startsWith('00');
        return safe && !/^(?:16[08]|118|179|96)/.test(local) && verdict.number === number;
      }),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(digits, fc.constantFrom('00', '+'), (number, how) => verdictOf(how + number) === 'foreign'),
    );
    t.pass('held');
  },
);

t.test(
  'a number of an emergency line or a utility is dialled for a hand-over alone, in full, and never a premium, foreign or own one',
  async (t) => {
    for (const number of ['110', '96069', '031166600110'])
      t.same(mayHandOver(rules, number), { ok: true, number }, number);
    t.same(mayDial(rules, '110'), { ok: false, because: 'emergency' }, 'by nobody else');
    t.same(mayDial(rules, '96069'), { ok: false, because: 'premium' });
    for (const [number, because] of [
      ...([
        ['119', 'unknown'] as const,
        ['1100', 'unknown'] as const,
        ['16012345', 'premium'] as const,
      ] as const),
      ...([
        ['0085212345', 'foreign'] as const,
        ['12345', 'own'] as const,
        ['', 'notANumber'] as const,
      ] as const),
    ])
      t.same(mayHandOver(rules, number), { ok: false, because }, number);
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[0-9]{0,17}$/), (number) => {
        const verdict = mayHandOver(rules, number);
        return !verdict.ok || rules.targets.has(number);
      }),
      { numRuns: 2_000 },
    );
  },
);
