// Skills with levels, requirements and rings in the files: what they come to, and what is found wrong with them.
import t from 'tap';
import { clausesOf, requirementOf } from '../../src/contact/requirement.js';
import { formatFinding } from '../../src/contact/finding.js';
import { planAgentImport } from '../../src/site/import-agents.js';
import { parseSite } from '../../src/site/parse-site.js';
import { readSiteTexts } from '../../src/site/read-files.js';
import { agentFields, agentRowOf } from '../../src/site/site-rows.js';
import { errorsIn, noonMs, siteOf, smallSite } from './small-site.js';

const agents = "- { id: '1001', name: 演示, team: east, skills: [general, tax: 8] }\n";
const queue = (more: string) => `- { id: general, name: 综合, requires: [general]${more} }\n`;
const warningsIn = (queues: string) => {
  const parsed = parseSite(smallSite({ 'queues.yaml': queues, 'agents.yaml': agents }), { nowMs: noonMs });
  const findings = parsed.ok ? parsed.site.warnings : parsed.findings;
  return findings.filter(({ file }) => file === 'queues.yaml').map((one) => formatFinding(one, 'en'));
};

t.test('levels: stated, or the site’s; written back as they were', (t) => {
  const site = siteOf(
    smallSite({ 'agents.yaml': agents, 'policies.yaml': "mainEntry: '12345'\nrouting: { skillLevel: 4 }\n" }),
  );
  t.same(
    [...(site.skillLevels.get('1001' as never) ?? [])],
    [
      ['general', 4],
      ['tax', 8],
    ],
  );
  const row = agentRowOf(site, '1001');
  t.same(row && agentFields(row).skills, ['general', { tax: 8 }]);
  t.same(errorsIn(smallSite({ 'agents.yaml': agents.replace('8', '11') })), ['agents.yaml:1 badId']);
  t.end();
});

t.test('a requirement in words; the old list means all of them', (t) => {
  const asked = (requires: string) =>
    siteOf(
      smallSite({
        'queues.yaml': `- { id: general, name: 综合, requires: ${requires} }\n`,
        'agents.yaml': agents,
      }),
    ).queues.get('general' as never)?.requires;
  t.same(asked('[general, tax]'), ['general', 'tax']);
  t.same(asked('tax >= 3 and general'), ['tax >= 3', 'general']);
  t.same(asked("'(tax >= 9 or general) and tax'"), ['tax >= 9 or general', 'tax']);
  t.same(clausesOf(requirementOf(['tax >= 9 or general', 'tax'])), ['tax >= 9 or general', 'tax']);
  t.end();
});

t.test('what is wrong with a requirement, with its line', (t) => {
  const found = (requires: string) =>
    errorsIn(smallSite({ 'queues.yaml': `- id: general\n  name: 综合\n  requires: ${requires}\n` }));
  t.same(found('tax >='), ['queues.yaml:3 badRequirement']);
  t.same(found('general or golf'), ['queues.yaml:1 unknownSkill']);
  t.same(found('general >= 6'), ['flows/main.yaml:3 nobodyHolds', 'queues.yaml:1 nobodyHolds']);
  t.same(found('general >= 5'), []);
  t.end();
});

t.test('a ring that can never add anyone is pointed out; one that can is not', (t) => {
  const ring = (text: string) => warningsIn(queue(`, timeout: 60s, rings: [{ ${text} }]`));
  t.same(ring('requires: tax >= 3, after: 30s'), [
    'queues.yaml:1: Ring 1 can never add anyone: whoever meets it is in the queue already, or in a ring that opens no later. Change or delete it.',
  ]);
  t.match(ring('requires: tax >= 9, nobody: true'), [/Ring 1 can never add anyone: no agent holds tax >= 9/]);
  t.match(ring('requires: golf, nobody: true'), [/golf/]);
  t.match(ring('requires: tax'), [/does not say when it opens/]);
  const experts =
    "- { id: '1001', name: 演示, team: east, skills: [general: 9] }\n- { id: '1002', name: 演示, team: east, skills: [general: 2] }\n";
  const parsed = (rings: string) =>
    parseSite(
      smallSite({
        'agents.yaml': experts,
        'queues.yaml': `- { id: general, name: 综合, requires: general >= 5, timeout: 60s, rings: [${rings}] }\n`,
      }),
      { nowMs: noonMs },
    );
  const codes = (rings: string) => {
    const result = parsed(rings);
    return result.ok
      ? result.site.warnings.filter(({ code }) => code === 'ringAddsNobody').length
      : 'refused';
  };
  t.equal(codes('{ requires: general, after: 30s }'), 0);
  t.equal(codes('{ requires: general, after: 60s }'), 1, 'after the longest wait');
  t.equal(
    codes('{ requires: general, after: 30s }, { requires: general, after: 40s }'),
    1,
    'all there already',
  );
  t.equal(
    codes('{ requires: general, after: 30s }, { requires: general, nobody: true }'),
    0,
    'may open sooner',
  );
  t.end();
});

t.test('a table of agents carries levels; a skill without one keeps its own', (t) => {
  const known = readSiteTexts(smallSite({ 'agents.yaml': agents }), undefined);
  const skillsAfter = (cell: string) => {
    const plan = planAgentImport(
      [
        ['工号', '姓名', '班组', '技能'],
        ['1001', '演示', '一班', cell],
      ],
      known,
    );
    if ('fault' in plan) return plan.fault.en;
    const [row] = plan.rows;
    return row?.verdict === 'change' ? plan.edits[0]?.fields?.['skills'] : [row?.verdict, row?.column];
  };
  t.same(skillsAfter('综合、税务'), ['same', null], 'tax stays at 8');
  t.same(skillsAfter('综合:3、税务:8'), [{ general: 3 }, { tax: 8 }]);
  t.same(skillsAfter('税务'), [{ tax: 8 }]);
  t.same(skillsAfter('综合:11'), ['error', 'skills']);
  t.end();
});
