// What a caller of a number hears on a day, where his call is led away first.
import t from 'tap';
import { exampleCall, hearingOf } from '../../src/site/hearing.js';
import { siteOf, smallSite } from './small-site.js';

const trunks = `trunks:
  - { id: centre, contact: 'sip:192.0.2.10:5060' }
`;
const row = (more: string) => `- { number: '12345', name: 热线, flow: main, queue: general }
- { number: '12333', name: 人社, pattern: subCentre, approval: 文, flow: main, queue: general${more} }
`;
const heardBy = (number: string, more = '') => {
  const site = siteOf(smallSite({ 'trunks.yaml': trunks, 'numbers.yaml': row(more) }));
  const { heard, ledTo, otherwise, queueName } = hearingOf(site, exampleCall(site, number, '2026-06-10'));
  const ids = (words: typeof heard) => words.map(({ promptId }) => promptId);
  return { heard: ids(heard), ledTo, otherwise: ids(otherwise), queueName };
};

t.test('a number with a target: where it leads, and what is heard where nobody takes it there', async (t) => {
  const target = ", target: { trunk: centre, number: '6001' }";
  t.match(heardBy('12333', target), {
    ...{ heard: ['trans.sub'], ledTo: '6001', otherwise: ['trans.sub.back'] },
  });
  const without = heardBy('12333');
  t.match(without, { heard: ['greet.main'], ledTo: null, otherwise: [] });
  t.equal(heardBy('12333', target).queueName, without.queueName, 'he comes back to the same line');
  t.match(heardBy('12345', target), { heard: ['greet.main'], ledTo: null, otherwise: [] });
});
