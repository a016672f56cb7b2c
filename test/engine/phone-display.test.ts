// What the agent's phone shows: never more of the number than he may see.
import t from 'tap';
import { phoneDisplay } from '../../src/engine/phone-display.js';

t.test('entry and region for all, the number only for who may see it', async (t) => {
  t.same(phoneDisplay('价格举报', '0311-****0001', undefined), {
    name: '价格举报|0311',
    number: '0311-****0001',
  });
  t.same(phoneDisplay('价格举报', '0311-****0001', '031100000001'), {
    name: '价格举报|0311',
    number: '031100000001',
  });
  t.same(phoneDisplay('12345热线', '138****8000', undefined), { name: '12345热线', number: '138****8000' });
  t.same(phoneDisplay('12345热线', '+852 ****4567', undefined), {
    name: '12345热线',
    number: '+852****4567',
  });
  t.same(phoneDisplay('12345热线', '未显示号码', undefined), { name: '12345热线', number: 'anonymous' });
});
