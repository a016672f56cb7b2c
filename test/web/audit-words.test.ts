// The audit's details in words: fields, acts, codes and changes, in both languages, and nothing raw of what is known today.
import t from 'tap';
import { aboutText, detailText } from '../../src/web/audit/audit-words.js';
import { en } from '../../src/web/words/en.js';
import { zh } from '../../src/web/words/zh.js';

const edit = {
  act: 'site.edit',
  details: { what: 'change', fields: 'name,until', 'until.from': null, 'until.to': '2026-12-31' },
};

t.test('an edit says what was done to which fields, and from what to what', async (t) => {
  t.equal(detailText(edit, zh), '修改 · 名称 · 到期日 无 → 2026-12-31');
  t.equal(detailText(edit, en), 'Changed · name · last day none → 2026-12-31');
  const role = { 'role.from': null, 'role.to': 'supervisor', 'autoAnswer.from': true, 'autoAnswer.to': null };
  const promoted = { act: 'site.edit', details: { what: 'change', fields: 'autoAnswer,role', ...role } };
  t.equal(detailText(promoted, zh), '修改 · 角色 话务员 → 班长 · 话机自动应答 是 → 否');
  const added = { act: 'site.edit', details: { what: 'add', fields: 'id,name,en' } };
  t.equal(detailText(added, zh), '新增 · 名称 / 英文名称');
});

t.test('what an act was done to, codes, acts, instants and names of details are words', async (t) => {
  t.equal(aboutText({ about: 'teams east' }, zh), '班组 east');
  t.equal(aboutText({ about: 'contacts' }, zh), '来电');
  t.equal(aboutText({ about: 'hotline' }, zh), 'hotline');
  const said = (act: string, details: Readonly<Record<string, string | number | boolean | null>>) =>
    detailText({ act, details }, zh);
  t.equal(
    said('session.failed', { from: '10.0.0.7', code: 'LOGIN_FAILED' }),
    '来自 10.0.0.7 · 原因 账号或密码有误',
  );
  t.equal(said('agent.act', { act: 'GoBreak', reason: '会议' }), '操作 强制示忙 · 理由 会议');
  t.equal(said('agent.act', { act: 'EndWrapUp' }), '操作 强制结束话后');
  t.equal(said('agent.act', { act: 'SignIn' }), '操作 签入');
  t.equal(said('device.card', { agentId: '1004' }), '工号 1004');
  t.equal(said('account.role', { role: 'quality' }), '质检员');
  t.equal(said('audit.read', { act: 'export', from: null, to: null }), '操作 导出');
  t.equal(
    said('export', { format: 'csv', fromMs: Date.parse('2026-11-23T00:00:00+08:00'), by: 'hour' }),
    '格式 csv · 起 2026-11-23 00:00:00 · 统计粒度 小时',
  );
  t.equal(said('site.menu', { on: true }), '启用 是');
});
