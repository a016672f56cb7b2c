// What a call asks of an agent: skills with least levels, joined by and, or and parentheses.
import type { SkillName } from './ids.js';

/** What an agent can do, each skill with its level. */
export type SkillLevels = ReadonlyMap<SkillName, number>;

/** Levels go from 1, has begun, to 10, nobody better. */
export const skillLevelBounds = { min: 1, max: 10 } as const;

/** The tree of a requirement. More skill never takes an agent out: there is no "not" and no "at most". */
export type Requirement =
  | { readonly is: 'skill'; readonly skill: SkillName; readonly level: number }
  | { readonly is: 'and' | 'or'; readonly of: readonly Requirement[] };

/** A requirement as it was read, or what it stumbled over: a word, or the end of the text (`''`). */
export type ReadRequirement =
  { readonly ok: true; readonly requirement: Requirement } | { readonly ok: false; readonly at: string };

/** Words of the language, which no skill may be called. */
export const requirementWords = ['and', 'or', '且', '或'] as const;

const tokenForm = /\s*(>=|≥|[()（）]|[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9._-]{0,63}|\S)/gu;
const nameForm = /^[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9._-]{0,63}$/u;
const meaningOfWord: ReadonlyMap<string, string> = new Map([
  ['且', 'and'],
  ['或', 'or'],
  ['（', '('],
  ['）', ')'],
  ['≥', '>='],
]);
/** Deeper than anybody writes, far from what a stack bears. */
const deepest = 20;

/** Reads `tax >= 3 and (lang.zh or lang.yue >= 5)`; 且, 或 and ≥ mean the same. `and` binds closer than `or`. */
export function readRequirement(text: string): ReadRequirement {
  const tokens = [...text.matchAll(tokenForm)].map(([, token = '']) => meaningOfWord.get(token) ?? token);
  const reader = { tokens, at: 0 };
  const requirement = readJoined(reader, 'or', 0);
  if (requirement === undefined || reader.at < tokens.length)
    return { ok: false, at: tokens[reader.at] ?? '' };
  return { ok: true, requirement };
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

function readJoined(reader: Reader, word: 'and' | 'or', depth: number): Requirement | undefined {
  const of: Requirement[] = [];
  do {
    const part = word === 'or' ? readJoined(reader, 'and', depth) : readOne(reader, depth);
    if (part === undefined) return undefined;
    of.push(part);
  } while (took(reader, word));
  return joined(word, of);
}

function readOne(reader: Reader, depth: number): Requirement | undefined {
  if (took(reader, '(')) {
    const inner = depth < deepest ? readJoined(reader, 'or', depth + 1) : undefined;
    return inner !== undefined && took(reader, ')') ? inner : undefined;
  }
  const skill = reader.tokens[reader.at] ?? '';
  if (!nameForm.test(skill) || (requirementWords as readonly string[]).includes(skill)) return undefined;
  reader.at += 1;
  if (!took(reader, '>=')) return { is: 'skill', skill: skill as SkillName, level: skillLevelBounds.min };
  const level = Number(reader.tokens[reader.at]);
  if (!Number.isInteger(level) || level < skillLevelBounds.min || level > skillLevelBounds.max)
    return undefined;
  reader.at += 1;
  return { is: 'skill', skill: skill as SkillName, level };
}

function took(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.at] !== token) return false;
  reader.at += 1;
  return true;
}

/** One node of these, without a node of the same kind in it, or one of one part, or the same part twice. */
function joined(is: 'and' | 'or', parts: readonly Requirement[]): Requirement {
  const flat = parts.flatMap((part) => (part.is === is ? part.of : [part]));
  const of = [...new Map(flat.map((part) => [requirementText(part), part])).values()];
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { is, of };
}

/** All of these. Of none: anybody. */
export function allOf(parts: readonly Requirement[]): Requirement {
  return joined('and', parts);
}

/** Any of these. */
export function anyOf(parts: readonly Requirement[]): Requirement {
  return joined('or', parts);
}

/** The one text of a requirement: equal trees, equal texts. {@link readRequirement} reads it back. */
export function requirementText(requirement: Requirement): string {
  if (requirement.is === 'skill') {
    const { skill, level } = requirement;
    return level > skillLevelBounds.min ? `${skill} >= ${String(level)}` : skill;
  }
  const inner = requirement.of.map((part) =>
    requirement.is === 'and' && part.is === 'or' ? `(${requirementText(part)})` : requirementText(part),
  );
  return inner.join(` ${requirement.is} `);
}

/** A requirement as contacts carry it: texts that must all hold, plain names of skills in the simple case. */
export function clausesOf(requirement: Requirement): readonly string[] {
  return (requirement.is === 'and' ? requirement.of : [requirement]).map(requirementText);
}

/** Trees by their clauses, which never change: a site's are asked for at every call. */
const treeOf = new WeakMap<readonly string[], Requirement>();

/** The tree of such clauses. One that cannot be read is a skill nobody has, so that the call finds its spoken exit. */
export function requirementOf(clauses: readonly string[]): Requirement {
  const known = treeOf.get(clauses);
  if (known !== undefined) return known;
  const tree = allOf(
    clauses.map((clause) => {
      const read = readRequirement(clause);
      return read.ok ? read.requirement : { is: 'skill', skill: clause as SkillName, level: 10 };
    }),
  );
  treeOf.set(clauses, tree);
  return tree;
}

/** Whether somebody with these skills may take the call. */
export function meets(levels: SkillLevels, requirement: Requirement): boolean {
  if (requirement.is === 'skill') return (levels.get(requirement.skill) ?? 0) >= requirement.level;
  return requirement.is === 'and'
    ? requirement.of.every((part) => meets(levels, part))
    : requirement.of.some((part) => meets(levels, part));
}

/**
 * How well somebody who meets the requirement fits it: the levels of the skills asked for, added up; of alternatives the
 * best that he meets.
 */
export function fitOf(levels: SkillLevels, requirement: Requirement): number {
  if (requirement.is === 'skill') return levels.get(requirement.skill) ?? 0;
  if (requirement.is === 'and') return requirement.of.reduce((sum, part) => sum + fitOf(levels, part), 0);
  const met = requirement.of.filter((part) => meets(levels, part));
  return met.reduce((best, part) => Math.max(best, fitOf(levels, part)), 0);
}

/** The clauses that keep him from it. */
export function lackedBy(levels: SkillLevels, requirement: Requirement): readonly string[] {
  const parts = requirement.is === 'and' ? requirement.of : [requirement];
  return parts.filter((part) => !meets(levels, part)).map(requirementText);
}

/** Every skill it names. */
export function skillsNamed(requirement: Requirement): ReadonlySet<SkillName> {
  if (requirement.is === 'skill') return new Set([requirement.skill]);
  return new Set(requirement.of.flatMap((part) => [...skillsNamed(part)]));
}
