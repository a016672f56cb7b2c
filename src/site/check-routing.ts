// Checks what queues and flows ask of agents against the agents there are.
import type { Finding } from '../contact/finding.js';
import {
  meets,
  requirementOf,
  requirementWords,
  skillsNamed,
  type Requirement,
  type SkillLevels,
} from '../contact/requirement.js';
import { unknownName } from '../ivr/parse-flow.js';
import type { SiteFiles } from './read-files.js';
import type { Queue } from './site.js';

/** What is wrong with queues, rings and the names of skills. */
export function checkRouting(site: SiteFiles): readonly Finding[] {
  const { queues, skills } = site;
  const reserved = [...skills.rows.values()].filter(({ row }) =>
    (requirementWords as readonly string[]).includes(row.id),
  );
  return [
    ...reserved.map(({ row, line }) => finding('error', skills.file, line, 'badId', reservedWord(row.id))),
    ...[...queues.rows.values()].flatMap(({ row, line }) => [
      ...unknownSkills(site, line, requirementOf(row.requires)),
      ...unheldBy(site, queues.file, line, row.requires),
      ...checkRings(site, row),
    ]),
  ];
}

/** A finding where nobody of the files meets a requirement of known skills. */
export function unheldBy(
  site: SiteFiles,
  file: string,
  line: number,
  requires: readonly string[],
): readonly Finding[] {
  const requirement = requirementOf(requires);
  const isKnown = [...skillsNamed(requirement)].every((skill) => site.skills.rows.has(skill));
  const isHeld = agentsOf(site).some((skills) => meets(skills, requirement));
  return !isKnown || isHeld ? [] : [finding('error', file, line, 'nobodyHolds', nobodyHolds(requires))];
}

function checkRings(site: SiteFiles, queue: Queue): readonly Finding[] {
  const agents = agentsOf(site);
  const own = requirementOf(queue.requires);
  return queue.rings.flatMap((ring, index) => {
    const requirement = requirementOf(ring.requires);
    const unknown = unknownSkills(site, ring.line, requirement);
    if (unknown.length > 0) return unknown;
    const warn = (why: Words) => [
      finding('warning', site.queues.file, ring.line, 'ringAddsNobody', ringAddsNobody(index + 1, why)),
    ];
    const held = agents.filter((skills) => meets(skills, requirement));
    if (held.length === 0) return warn(nobodyMeets(ring.requires));
    const earlier = queue.rings
      .slice(0, index)
      .filter((one) => alwaysOpenWith(one, ring))
      .map((one) => requirementOf(one.requires));
    const adds = held.some((skills) => ![own, ...earlier].some((one) => meets(skills, one)));
    if (!adds) return warn(allThere);
    const tooLate =
      ring.fewerThan === null && ring.placeAbove === null && (ring.afterMs ?? 0) >= queue.queueTimeoutMs;
    return tooLate ? warn(afterTimeout) : [];
  });
}

type RingOf = Queue['rings'][number];

/** Wherever `ring` is open, `earlier` is. */
function alwaysOpenWith(earlier: RingOf, ring: RingOf): boolean {
  const byTime = ring.afterMs === null || (earlier.afterMs !== null && earlier.afterMs <= ring.afterMs);
  const byCover =
    ring.fewerThan === null || (earlier.fewerThan !== null && earlier.fewerThan >= ring.fewerThan);
  const byPlace =
    ring.placeAbove === null || (earlier.placeAbove !== null && earlier.placeAbove <= ring.placeAbove);
  return byTime && byCover && byPlace;
}

function agentsOf({ agents, policies }: SiteFiles): readonly SkillLevels[] {
  return [...agents.rows.values()].map(
    ({ row }) =>
      new Map([...row.skills].map((skill) => [skill, row.levels.get(skill) ?? policies.routing.skillLevel])),
  );
}

function unknownSkills({ skills, queues }: SiteFiles, line: number, asked: Requirement): readonly Finding[] {
  return [...skillsNamed(asked)]
    .filter((skill) => !skills.rows.has(skill))
    .map((skill) =>
      finding('error', queues.file, line, 'unknownSkill', unknownName('技能', 'skill', skill, skills.file)),
    );
}

interface Words {
  readonly zh: string;
  readonly en: string;
}

function finding(level: Finding['level'], file: string, line: number, code: string, words: Words): Finding {
  return { level, file, line, code, ...words };
}

const nobodyHolds = (requires: readonly string[]): Words => ({
  zh: `没有一位话务员同时具备技能 ${requires.join('、')}。请在 agents.yaml 中添加,或减少要求。`,
  en: `No agent holds all of ${requires.join(', ')}: add them in agents.yaml or ask for less.`,
});

const ringAddsNobody = (ring: number, { zh, en }: Words): Words => ({
  zh: `第 ${String(ring)} 环永远不会增加任何人:${zh}。请改写或删除此环。`,
  en: `Ring ${String(ring)} can never add anyone: ${en}. Change or delete it.`,
});

const nobodyMeets = (requires: readonly string[]): Words => ({
  zh: `没有一位话务员具备 ${requires.join('、')}`,
  en: `no agent holds ${requires.join(', ')}`,
});

const allThere: Words = {
  zh: '它所要求的人,队列本身或先开的环已经包括',
  en: 'whoever meets it is in the queue already, or in a ring that opens no later',
};

const afterTimeout: Words = {
  zh: '它的时间不早于本队列的最长等候',
  en: "its time is not before the queue's longest wait",
};

const reservedWord = (word: string): Words => ({
  zh: `技能不能叫 ${word}:它是所需技能写法里的连接词。请改名。`,
  en: `No skill may be called ${word}: it joins skills in requirements. Rename it.`,
});
