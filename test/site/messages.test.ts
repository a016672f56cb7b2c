// messages.yaml: the shipped texts are one message each, slips are named with their line, and slots are filled whole or not at all.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { messageText } from '../../src/site/message-text.js';
import { parseMessages, serviceMessages } from '../../src/site/parse-messages.js';
import { forbiddenWords } from '../web/forbidden-words.js';
import { errorsIn, siteOf, smallSite } from './small-site.js';

const shipped = readFileSync('ivr-flows/messages.yaml', 'utf8');
const changed = (from: string, to: string) => {
  t.ok(shipped.includes(from), from);
  return parseMessages('messages.yaml', shipped.replace(from, to)).findings.map(
    ({ level, file, line, code }) => `${level} ${file}:${String(line)} ${code ?? ''}`,
  );
};

t.test('the shipped messages have no finding, every one the service sends is there', async (t) => {
  const { messages, findings } = parseMessages('messages.yaml', shipped);
  t.same(findings, []);
  const ids = messages.map(({ id }) => id);
  const [own, routes] = [
    ids.filter((id) => !id.startsWith('sms.scope.')),
    ids.filter((id) => id.startsWith('sms.scope.')),
  ];
  t.same(own.toSorted(), Object.keys(serviceMessages).toSorted());
  t.equal(routes.length, 6, 'those of the legal routes besides');
  const duty = messages.find(({ id }) => id === 'sms.duty');
  t.same(duty?.slots, ['what', 't']);
  const scope = messages.find(({ id }) => id === 'sms.scope');
  t.same(scope?.slots, [], 'the number in force stands in the file');
  t.equal(scope?.text, '【12345热线】您反映的事项应当通过诉讼解决，可拨打人民法院12368咨询。');
});

t.test('each slip is found at its line', async (t) => {
  t.same(changed('按您的预约回电未能接通，', '按您的预约回电未能接通，'.repeat(6)), [
    'warning messages.yaml:13 tooLong',
  ]);
  t.same(changed('{code}。', '{kode}。'), [
    'error messages.yaml:19 unknownSlot',
    'error messages.yaml:20 unusedSlot',
    'error messages.yaml:19 unknownSlot',
  ]);
  t.same(changed('编号{no}，', '编号，'), ['error messages.yaml:20 unusedSlot']);
  t.same(changed('{n}人', '{n人'), ['error messages.yaml:34 badSlot', 'error messages.yaml:35 unusedSlot']);
  t.same(changed('请评价', '尊敬的用户，请评价'), ['error messages.yaml:23 refusedWord']);
  t.same(changed('sms.survey', 'sms.other'), ['error messages.yaml:5 missingMessage']);
  t.same(
    changed('sms.survey', 'sms.case'),
    ['error messages.yaml:22 duplicate', 'error messages.yaml:23 unknownKey']
      .slice(0, 1)
      .concat('error messages.yaml:5 missingMessage'),
  );
  t.same(changed('【12345热线】', '12345热线'), ['error messages.yaml:4 badSignature']);
  t.same(changed('    when: 最后一次回电未接通。', '    wenn: x'), ['error messages.yaml:17 unknownKey']);
  for (const word of forbiddenWords)
    t.same(changed('请评价', `${word}请评价`), ['error messages.yaml:23 refusedWord'], word);
});

t.test('a site without its messages is refused; a message of the office’s own is taken', async (t) => {
  t.same(errorsIn(smallSite({ 'messages.yaml': null })), ['messages.yaml:1 missingFile']);
  const site = siteOf(smallSite());
  t.equal(site.messages.get('sms.missed')?.text, '【热线】您好。');
  const own = `${shipped}  - { id: office.visit, text: '{day}上门核实。', slots: { day: 12月1日 } }\n`;
  const { messages, findings } = parseMessages('messages.yaml', own);
  t.same(findings, []);
  t.same(messages.at(-1), { id: 'office.visit', text: '【12345热线】{day}上门核实。', slots: ['day'] });
});

t.test('slots are filled whole, with nothing that is a number, or not at all', async (t) => {
  const template = { id: 'x', text: '【热线】编号{no}，查询码{code}。', slots: ['no', 'code'] };
  const fill = (slots: Readonly<Record<string, string>>) => messageText(template, slots);
  t.equal(fill({ no: '250912108115', code: '824136' }), '【热线】编号250912108115，查询码824136。');
  t.equal(fill({ no: '1' }), undefined);
  t.equal(fill({ no: '1', code: '2', more: '3' }), undefined);
  t.equal(fill({ no: '1', toString: '2' }), undefined);
  t.equal(fill({ no: '13800138000', code: '1' }), undefined, 'a number is in no message');
  t.equal(fill({ no: '1', code: '' }), undefined);
  t.equal(fill({ no: '{code}', code: '1' }), undefined);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('no', 'code', 'x'), fc.string()), (slots) => {
      const text = fill(slots);
      return text === undefined || (text.startsWith('【热线】编号') && !/[{}\n]/.test(text));
    }),
  );
});
