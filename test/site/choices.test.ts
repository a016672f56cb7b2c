// The queues that agents would rather serve, as the files say it: their own list, their team's, and what is refused.
import t from 'tap';
import type { AgentId } from '../../src/contact/ids.js';
import { planAgentImport } from '../../src/site/import-agents.js';
import { readSiteTexts } from '../../src/site/read-files.js';
import { errorsIn, siteOf, smallSite } from './small-site.js';

const queues = `- { id: general, name: 综合, requires: [general] }
- { id: plain, name: 不录音, recorded: false }
- { id: tax, name: 税务, requires: 'tax >= 6', rings: [{ requires: law, after: 30s }] }
`;
const skills = `- { id: general, name: 综合 }
- { id: tax, name: 税务 }
- { id: law, name: 法规 }
`;
const agent = (id: string, more: string) => `- { id: '${id}', name: 演示, team: east, ${more} }\n`;
const texts = (agents: string, team = '') =>
  smallSite({
    'queues.yaml': queues,
    'skills.yaml': skills,
    'teams.yaml': `- { id: east, name: 一班${team} }\n`,
    'agents.yaml': agents,
  });
const expert = agent('1002', 'skills: [general, tax: 8]');

t.test('his own list counts before that of his team, of which he keeps what he can take', async (t) => {
  const agents = `${agent('1001', 'skills: [general], prefers: [plain]')}${expert}${agent('1003', 'skills: [general, law]')}${agent('1004', 'skills: [general], prefers: []')}`;
  const { choices } = siteOf(texts(agents, ', prefers: [tax, general]'));
  const of = (id: string) => choices.get(id as AgentId);
  t.same(of('1001'), ['plain']);
  t.same(of('1002'), ['tax', 'general']);
  t.same(of('1003'), ['tax', 'general'], 'a ring lets him take its calls');
  t.equal(of('1004'), undefined, 'an empty list: none of the team’s');
  t.equal(siteOf(texts(expert)).choices.size, 0);
});

t.test('unknown queues, and queues that nobody of them can ever take, are refused', async (t) => {
  const unknown = agent('1001', 'skills: [general], prefers: [away]');
  t.same(errorsIn(texts(`${unknown}${expert}`)), ['agents.yaml:1 unknownQueue']);
  const never = agent('1001', 'skills: [general, tax: 3], prefers: [general, tax]');
  t.same(errorsIn(texts(`${never}${expert}`)), ['agents.yaml:1 neverTakes']);
  t.same(errorsIn(texts(expert, ', prefers: [away]')), ['teams.yaml:1 unknownQueue']);
  const plain = agent('1001', 'skills: [general]');
  const west = expert.replace('team: east', 'team: west');
  const two = smallSite({
    ...Object.fromEntries(texts(`${plain}${west}`)),
    'teams.yaml': '- { id: east, name: 一班, prefers: [tax] }\n- { id: west, name: 二班 }\n',
  });
  t.same(errorsIn(two), ['teams.yaml:1 neverTakes']);
});

t.test('a table of agents says nothing of choices: they stay', (t) => {
  const agents = `${agent('1001', 'skills: [general], prefers: [plain]')}${agent('1002', 'skills: [general], prefers: []')}`;
  const known = readSiteTexts(texts(agents), undefined);
  const plan = planAgentImport(
    [
      ['工号', '姓名', '班组', '技能'],
      ['1001', '改名', '一班', '综合'],
      ['1002', '演示', '一班', '综合'],
      ['1003', '新人', '一班', '综合'],
    ],
    known,
  );
  t.ok('rows' in plan);
  if (!('rows' in plan)) return t.end();
  t.same(
    plan.rows.map(({ verdict }) => verdict),
    ['change', 'same', 'new'],
  );
  t.same(
    plan.edits.flatMap(({ id, fields }) => (fields === null ? [] : [[id, fields['prefers']]])),
    [
      ['1001', ['plain']],
      ['1003', undefined],
    ],
  );
  t.end();
});
