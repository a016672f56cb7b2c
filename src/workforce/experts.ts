// 专家座席: the people behind the merged departments, and how each of them is reached.
import type { AgentId, SkillName } from '../contact/ids.js';
import { dutyGaps, onDutyUntilMs, type DutyHours, type DutyView } from './duty.js';
import type { Span } from './spans.js';

/** How the experts of a department are sought: one after the other, or all at once. */
export const huntings = ['oneByOne', 'allAtOnce'] as const;
export type Hunting = (typeof huntings)[number];

/** A department that answers for its field. */
export interface Department {
  readonly id: string;
  /** As citizens hear it: 正在为您联系{公积金}专家座席. */
  readonly name: string;
  /** For pages in English. */
  readonly en: string;
  readonly hunting: Hunting;
  /** When somebody should be on duty; empty = nothing is promised. */
  readonly cover: readonly DutyHours[];
}

/** Where an expert is called: at the phone he signed in at, or at a number outside, which no citizen ever sees. */
export type ExpertPhone = { readonly agentId: AgentId } | { readonly number: string };

/** One of them. */
export interface Expert {
  readonly id: string;
  readonly name: string;
  readonly departmentId: string;
  readonly phone: ExpertPhone;
  /** With levels, as an agent's. */
  readonly skills: ReadonlyMap<SkillName, number>;
}

/** An expert on duty, and until when at least, epoch ms. */
export interface OnDuty {
  readonly expert: Expert;
  readonly untilMs: number;
}

/** Who of these is on duty, in their order. */
export function expertsOnDuty(view: DutyView, experts: readonly Expert[], nowMs: number): readonly OnDuty[] {
  return experts.flatMap((expert) => {
    const untilMs = onDutyUntilMs(view, expert.id, nowMs);
    return untilMs === null ? [] : [{ expert, untilMs }];
  });
}

/** When a department has nobody although it should. */
export function departmentGaps(
  view: DutyView,
  department: Department,
  experts: readonly Expert[],
  window: Span,
): readonly Span[] {
  const ids = experts.flatMap(({ id, departmentId }) => (departmentId === department.id ? [id] : []));
  return dutyGaps(view, department.cover, ids, window);
}
