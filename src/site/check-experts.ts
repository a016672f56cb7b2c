// Holds departments, experts and their roster against each other and against agents and skills.
import { mayDial, neverDialled } from '../contact/dial-out.js';
import type { Finding } from '../contact/finding.js';
import { unknownName } from '../ivr/parse-flow.js';
import { checkTarget } from './check-target.js';
import { dialRulesOf } from './parse-dial-out.js';
import { expertFiles, type SiteFiles } from './read-files.js';

type Known = Pick<
  SiteFiles,
  | ('departments' | 'experts' | 'duty' | 'agents' | 'skills' | 'policies')
  | ('dialsOut' | 'dialOut' | 'numbers' | 'targets')
>;

/** Every name has its row, every agent is one expert at most, every department promises no more than it has. */
export function checkExperts(site: Known): readonly Finding[] {
  return [
    ...checkRows(site),
    ...checkOutside(site),
    ...checkPhones(site),
    ...checkDuty(site),
    ...checkDepartments(site),
  ];
}

function checkRows({ departments, experts, agents, skills }: Known): readonly Finding[] {
  const seen = new Map<string, number>();
  return [...experts.rows.values()].flatMap(({ row, line }) => {
    const { departmentId, phone } = row;
    const agentId = 'agentId' in phone ? phone.agentId : '';
    const earlier = seen.get(agentId);
    if (agentId !== '' && earlier === undefined) seen.set(agentId, line);
    return [
      ...(departmentId === '' || departments.rows.has(departmentId)
        ? []
        : [found(experts.file, line, 'unknownDepartment', unknownDepartment(departmentId))]),
      ...(agentId === '' || agents.rows.has(agentId)
        ? []
        : [found(experts.file, line, 'unknownAgent', unknownName('话务员', 'agent', agentId, agents.file))]),
      ...(agentId === '' || earlier === undefined
        ? []
        : [found(experts.file, line, 'agentTwice', agentTwice(agentId, earlier))]),
      ...[...row.skills.keys()]
        .filter((skill) => !skills.rows.has(skill))
        .map((skill) =>
          found(experts.file, line, 'unknownSkill', unknownName('技能', 'skill', skill, skills.file)),
        ),
    ];
  });
}

/** Experts outside are called over the trunk that policies.yaml names. */
function checkOutside({ experts, policies, dialsOut }: Known): readonly Finding[] {
  const outside = [...experts.rows.values()].find(({ row }) => 'number' in row.phone);
  if (outside === undefined) return [];
  const { line } = outside;
  const { consultTrunkId: trunkId } = policies;
  if (trunkId === '')
    return [{ ...found(experts.file, line, 'noConsultTrunk', noConsultTrunk), level: 'warning' }];
  return checkTarget(dialsOut, { trunkId }).map(({ code, ...words }) =>
    found(experts.file, line, code, words),
  );
}

/** Their numbers are dialled like any other; what is no number was told where it was read. */
function checkPhones(site: Known): readonly Finding[] {
  const { experts } = site;
  const rules = dialRulesOf(site);
  return [...experts.rows.values()].flatMap(({ row: { phone }, line }) =>
    !('number' in phone) || neverDialled(phone.number) !== null || mayDial(rules, phone.number).ok
      ? []
      : [found(experts.file, line, 'dialNotAllowed', dialNotAllowed(phone.number))],
  );
}

const dialNotAllowed = (number: string) => ({
  zh: `专家的电话 ${number} 不能拨打。请核对号码,或在 dial-out.yaml 中放开。`,
  en: `The expert's phone ${number} may not be dialled: check the number, or allow it in dial-out.yaml.`,
});

const noConsultTrunk = {
  zh: '有专家在外线,而 policies.yaml 的 consult 没有写 trunk。写明之前呼叫不到他们。',
  en: 'An expert is outside, and consult in policies.yaml names no trunk: until it does he cannot be called.',
};

function checkDuty({ duty, experts }: Known): readonly Finding[] {
  return duty.flatMap((row) => {
    const { expertId } = 'rule' in row ? row.rule : row.exception;
    if (expertId === '' || experts.rows.has(expertId)) return [];
    const words = unknownName('专家', 'expert', expertId, experts.file);
    return [found(expertFiles.duty, row.line, 'unknownExpert', words)];
  });
}

/** Hours that somebody should be there, and nobody who could. */
function checkDepartments({ departments, experts }: Known): readonly Finding[] {
  const staffed = new Set([...experts.rows.values()].map(({ row }) => row.departmentId));
  return [...departments.rows.values()].flatMap(({ row, line }) =>
    row.cover.length === 0 || staffed.has(row.id)
      ? []
      : [found(departments.file, line, 'noExperts', noExperts(row.id))],
  );
}

function found(file: string, line: number, code: string, words: { zh: string; en: string }): Finding {
  return { level: 'error', file, line, code, ...words };
}

const unknownDepartment = (id: string) => unknownName('部门', 'department', id, expertFiles.departments);

const agentTwice = (agentId: string, line: number) => ({
  zh: `话务员 ${agentId} 已是第 ${String(line)} 行的专家。一名话务员只写一行,请删去其一。`,
  en: `Agent ${agentId} is the expert of line ${String(line)} already: one row each, take one away.`,
});

const noExperts = (id: string) => ({
  zh: `部门 ${id} 写了须有人值班的时段(cover),但 ${expertFiles.experts} 中没有它的专家。请补上专家或删去 cover。`,
  en: `Department ${id} promises hours (cover), but ${expertFiles.experts} has none of its experts: add one or take cover away.`,
});
