import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { normaliseNumber } from '../../src/contact/ani.js';
import { maskNumber, withheldNumberText } from '../../src/contact/masking.js';

const home = '0311';

t.test('whatever form a carrier sends, one number has one form', (t) => {
  for (const [sent, number] of [
    ['13800138000', '13800138000'],
    ['013800138000', '13800138000'],
    ['+8613800138000', '13800138000'],
    ['008613800138000', '13800138000'],
    ['8613800138000', '13800138000'],
    ['+86013800138000', '13800138000'],
    ['sip:13800138000@10.0.0.1', '13800138000'],
    ['tel:+86-138-0013-8000;phone-context=+86', '13800138000'],
    ['138 0013 8000', '13800138000'],
    ['86123456', '031186123456'],
    ['6123456', '03116123456'],
    ['031186123456', '031186123456'],
    ['31186123456', '031186123456'],
    ['+8631186123456', '031186123456'],
    ['008631186123456', '031186123456'],
    ['8631186123456', '031186123456'],
    ['+86031186123456', '031186123456'],
    ['(0311) 8612-3456', '031186123456'],
    ['03127654321', '03127654321'],
    ['+863127654321', '03127654321'],
    ['01062345678', '01062345678'],
    ['1062345678', '01062345678'],
    ['+861062345678', '01062345678'],
    ['02887654321', '02887654321'],
    ['+862887654321', '02887654321'],
    ['95533', '95533'],
    ['96111', '96111'],
    ['12315', '12315'],
    ['+8612345', '12345'],
    ['110', '110'],
    ['4008123456', '4008123456'],
    ['+864008123456', '4008123456'],
    ['8008101234', '8008101234'],
    ['+85251234567', '+85251234567'],
    ['0085251234567', '+85251234567'],
    ['85251234567', '85251234567'],
    ['+14155550123', '+14155550123'],
    ['0014155550123', '+14155550123'],
    ['', ''],
    ['anonymous', ''],
    ['sip:anonymous@anonymous.invalid', ''],
    ['Restricted', ''],
    ['unknown', ''],
    ['0', ''],
    ['00000000', ''],
    ['+', ''],
    ['12345678901234567890', ''],
    ['+86 10 8888 0000', '01088880000'],
    ['tel:12315', '12315'],
    ['sips:031186123456@carrier.example:5061', '031186123456'],
    ['tel:031186123456;phone-context=0311', '031186123456'],
    ['+8613800138000@ims.example', '13800138000'],
    ['0-138-0013-8000', '13800138000'],
    ['00853 6612 3456', '+85366123456'],
    ['+886212345678', '+886212345678'],
    ['+85366123456', '+85366123456'],
    ['85366123456', '85366123456'],
    ['+8610086', '10086'],
    ['10086', '10086'],
    ['961890', '961890'],
    ['12110', '12110'],
    ['asterisk', ''],
    ['+86', ''],
    ['*22', ''],
    ['138x0138000', ''],
  ] as const)
    t.equal(normaliseNumber(sent, home), number, sent);
  t.end();
});

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''));

t.test('all six ways to write a mobile or a fixed line agree, and a second pass changes nothing', (t) => {
  const mobile = fc
    .tuple(fc.integer({ min: 13, max: 19 }), digits(9))
    .map(([head, rest]) => `${head}${rest}`);
  const fixed = fc
    .tuple(fc.constantFrom('10', '21', '311', '312', '991'), fc.integer({ min: 2, max: 8 }), digits(7))
    .map(([area, first, rest]) => `${area}${first}${rest}`);
  fc.assert(
    fc.property(fc.oneof(mobile, fixed), (national) => {
      const forms = ['+86', '0086', '86', '0', '+860', '00860'].map((prefix) =>
        normaliseNumber(prefix + national, home),
      );
      assert.equal(new Set(forms).size, 1, forms.join(' '));
      assert.equal(normaliseNumber(forms[0] ?? '', home), forms[0]);
    }),
  );
  t.end();
});

t.test('whatever comes in, the masked form of what comes out hides a person', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer({ min: 7, max: 15 }).chain(digits)), (raw) => {
      const number = normaliseNumber(raw, home);
      const masked = maskNumber(number);
      assert.ok(
        number === '' ? masked === withheldNumberText : number.length <= 6 || masked.includes('****'),
      );
    }),
  );
  t.end();
});
