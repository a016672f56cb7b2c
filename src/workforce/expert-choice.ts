// Which experts are asked next, and how long a consult will probably wait for one. Pure.
import type { SkillName } from '../contact/ids.js';
import type { ExpertWish } from '../contact/consult.js';
import type { Department, Expert } from './experts.js';

/** An expert on duty as he is now. `away`: no phone of his can be rung. */
export interface ExpertNow {
  readonly expert: Expert;
  readonly standing: 'free' | 'busy' | 'away';
  /** Since when he has not been called, epoch ms; 0 = not since the service was started. */
  readonly idleSinceMs: number;
}

/** Who is asked, and what is left to hope for. */
export interface ExpertChoice {
  /** The first to be rung, or all of them where the department seeks all at once. */
  readonly chosen: readonly Expert[];
  /** Somebody who has not been tried may yet become free. */
  readonly mayCome: boolean;
}

/** Ready for this wish at all, were he free. */
export function isWanted({ id, departmentId, skills }: Expert, wish: ExpertWish): boolean {
  if ('targetId' in wish) return false;
  if ('expertId' in wish) return id === wish.expertId;
  if ('departmentId' in wish) return departmentId === wish.departmentId;
  return (skills.get(wish.skill as SkillName) ?? 0) > 0;
}

/**
 * The best of those on duty who are free: by their level where a skill is asked for, then who has been idle longest, then as their file
 * has them.
 */
export function chooseExperts(
  wish: ExpertWish,
  onDuty: readonly ExpertNow[],
  {
    tried,
    departments,
  }: { readonly tried: readonly string[]; readonly departments: ReadonlyMap<string, Department> },
): ExpertChoice {
  const wanted = onDuty.filter(({ expert }) => isWanted(expert, wish) && !tried.includes(expert.id));
  const free = wanted
    .filter(({ standing }) => standing === 'free')
    .map((one, at) => ({ ...one, at }))
    .sort(
      (a, b) =>
        levelOf(b.expert, wish) - levelOf(a.expert, wish) || a.idleSinceMs - b.idleSinceMs || a.at - b.at,
    )
    .map(({ expert }) => expert);
  const isAllAtOnce = 'departmentId' in wish && departments.get(wish.departmentId)?.hunting === 'allAtOnce';
  return {
    chosen: isAllAtOnce ? free : free.slice(0, 1),
    mayCome: wanted.some(({ standing }) => standing === 'busy'),
  };
}

function levelOf({ skills }: Expert, wish: ExpertWish): number {
  return 'skill' in wish ? (skills.get(wish.skill as SkillName) ?? 0) : 0;
}

/** A consult that waits, as the forecast needs it. */
export interface ConsultAhead {
  /** Consults before it that want one of the same experts. */
  readonly ahead: number;
  /** Experts on duty who could take it. */
  readonly experts: number;
  /** How long experts are in a consult, on average. */
  readonly meanMs: number;
}

/**
 * The expected wait of a consult: with `c` experts all busy one becomes free every `meanMs / c` on average (each is as far from his end as
 * if he had just begun, the exponential assumption), and as many must come free as stand ahead, and one more. Null where nobody is there.
 */
export function consultWaitMs({ ahead, experts, meanMs }: ConsultAhead): number | null {
  return experts === 0 ? null : Math.round(((ahead + 1) * meanMs) / experts);
}
