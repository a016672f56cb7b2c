import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { maskNumber, withheldNumberText } from '../../src/contact/masking.js';
import { holdsNumber, withoutNumbers } from '../../src/contact/number-in-text.js';

t.test('the written forms', (t) => {
  for (const [number, masked] of [
    ['13800138000', '138****8000'],
    ['+8613800138000', '138****8000'],
    ['031186123456', '0311-****3456'],
    ['01062345678', '010-****5678'],
    ['02887654321', '028-****4321'],
    ['03127654321', '0312-****4321'],
    ['+85251234567', '+852 ****4567'],
    ['+14155550123', '+1 ****0123'],
    ['+442071838750', '+44 ****8750'],
    ['12345', '12345'],
    ['12315', '12315'],
    ['110', '110'],
    ['86123456', '****3456'],
    ['4008123456', '****3456'],
    ['', withheldNumberText],
    [undefined, withheldNumberText],
    ['anonymous', withheldNumberText],
    ['138 0013 8000', withheldNumberText],
  ] as const)
    t.equal(maskNumber(number), masked, number ?? 'undefined');
  t.end();
});

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''));

t.test('a mobile mask depends on the first three and last four digits alone', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 30, max: 99 }),
      digits(4),
      digits(4),
      digits(4),
      (head, one, other, tail) => {
        const masked = maskNumber(`1${String(head)}${one}${tail}`);
        assert.equal(masked, maskNumber(`1${String(head)}${other}${tail}`));
        assert.equal(masked, `1${String(head)}****${tail}`);
      },
    ),
  );
  t.end();
});

t.test("a fixed line's mask never depends on its first local digits, nor on how many they are", (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom('010', '022', '0311', '0999'),
      digits(4),
      digits(3),
      digits(4),
      (area, one, other, tail) => {
        assert.equal(maskNumber(`${area}${one}${tail}`), `${area}-****${tail}`);
        assert.equal(maskNumber(`${area}${other}${tail}`), `${area}-****${tail}`);
      },
    ),
  );
  t.end();
});

t.test(
  'whatever comes in, at most the area or country code and four digits of a long number come out',
  (t) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .integer({ min: 4, max: 15 })
            .chain(digits)
            .map((rest) => `+${rest}`),
          fc.integer({ min: 7, max: 15 }).chain(digits),
        ),
        (number) => {
          const masked = maskNumber(number);
          if (/^\d{1,6}$/.test(number) || /^(?:\+86|0086)\d{1,6}$/.test(number)) return;
          assert.ok(
            masked === withheldNumberText ||
              /^(?:1[3-9]\d|0\d{2,3}-|\+\d{1,3} |)\*{4}(?:\d{4})?$/.test(masked),
            masked,
          );
        },
      ),
    );
    t.end();
  },
);

t.test('a text loses every number in it and keeps the rest', (t) => {
  t.equal(withoutNumbers('请回电１３８ ００１３ ８０００，和平路12号'), '请回电****00,和平路12号');
  t.equal(withoutNumbers('0311-86123456 或 +852 5123 4567'), '****56 或 ****67');
  t.equal(
    withoutNumbers('编号250912108115，１号楼。'),
    '编号250912108115，１号楼。',
    'no number, not a letter changed',
  );
  const piece = fc.constantFrom(
    '138',
    '0013',
    '8000',
    '+',
    '86',
    '0311',
    '-',
    ' ',
    '路',
    '，',
    '13800138000',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
      const text = pieces.join('');
      return holdsNumber(text) ? !holdsNumber(withoutNumbers(text)) : withoutNumbers(text) === text;
    }),
    { numRuns: 2_000 },
  );
  t.end();
});
