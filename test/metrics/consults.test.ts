// Consults as figures: one row each, and per department.
import t from 'tap';
import type { ConsultId } from '../../src/contact/ids.js';
import {
  consultFigures,
  consultsIn,
  helpRate,
  isOfConsult,
  type ConsultFact,
} from '../../src/metrics/consults.js';
import type { AgentId } from '../../src/contact/ids.js';

const agentId = '1001' as AgentId;
const of = (id: string) => ({ consultId: id as ConsultId });
const told = (id: string) => ({ ...of(id), expertId: '8001', departmentId: 'fund' });
const at = (atMs: number, fact: ConsultFact) => ({ atMs, fact });
const facts = [
  at(0, { type: 'ConsultSought', ...of('a'), agentId, note: '', departmentId: 'fund' }),
  at(4_000, { type: 'ExpertAnswered', ...told('a'), rangMs: 3_000, waitedMs: 4_000 }),
  at(60_000, {
    type: 'ConsultEnded',
    ...of('a'),
    agentId,
    outcome: 'handedOver',
    expertId: '8001',
    talkMs: 50_000,
  }),
  at(90_000, { type: 'ExpertReleased', ...told('a'), by: 'expert', talkMs: 30_000, causeCode: 16 }),
  at(100_000, { type: 'ConsultSought', ...of('b'), agentId, note: '', departmentId: 'fund' }),
  at(130_000, { type: 'ConsultEnded', ...of('b'), agentId, outcome: 'nobody', talkMs: 0 }),
  at(140_000, { type: 'ConsultSought', ...of('c'), agentId, note: '', skill: 'fund' }),
  at(150_000, { type: 'ExpertAnswered', ...told('c'), rangMs: 3_000, waitedMs: 10_000 }),
  at(160_000, { type: 'ConsultSought', ...of('d'), agentId, note: '', skill: 'tax' }),
];

t.test('one row a consult, the talk after a hand-over included', async (t) => {
  const rows = consultsIn(facts);
  t.match(rows[0], {
    departmentId: 'fund',
    expertId: '8001',
    answerMs: 4_000,
    outcome: 'handedOver',
    talkMs: 80_000,
  });
  t.match(rows[1], { expertId: null, answerMs: null, outcome: 'nobody' });
  t.match(rows[2], { departmentId: 'fund' }, 'asked for by skill, it is the department of who took it');
  t.same(
    consultsIn(facts.slice(1)).map(({ consultId }) => consultId),
    ['b', 'c', 'd'],
    'what began before is left out',
  );
  t.ok(isOfConsult({ type: 'ConsultEnded' }));
  t.notOk(isOfConsult({ type: 'ContactEnded' }));
});

t.test('per department: how soon it answers, how often it helps, what it takes over', async (t) => {
  const [fund, none] = consultFigures(consultsIn(facts));
  t.same(fund, { departmentId: 'fund', sought: 3, answered: 2, answerMs: 7_000, helped: 1, handedOver: 1 });
  t.same(none, { departmentId: null, sought: 1, answered: 0, answerMs: null, helped: 0, handedOver: 0 });
  t.equal(helpRate({ helped: 1, sought: 4 }), 0.25);
  t.equal(helpRate({ helped: 0, sought: 0 }), null);
});
