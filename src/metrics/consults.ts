// Consults as figures: what became of each, how soon each department answers and how often it helps, and the hand-overs to each emergency line and utility.
import type { ConsultOutcome } from '../contact/consult.js';
import type { ContactFact } from '../contact/contact-signals.js';

/** One consult of a contact. */
export interface ConsultRecord {
  readonly consultId: string;
  readonly soughtAtMs: number;
  /** The department asked for, or that of the expert who took it; null = a skill or a person was asked for and nobody took it. */
  readonly departmentId: string | null;
  /** The emergency line or utility asked for; null = an expert was. */
  readonly targetId: string | null;
  readonly expertId: string | null;
  /** From the asking until an expert took it; null = nobody did. */
  readonly answerMs: number | null;
  readonly outcome: ConsultOutcome | null;
  /** From the asking until the citizen was theirs; null = he was not. */
  readonly handedOverMs: number | null;
  /** With the expert, the citizen's talk after a hand-over included. */
  readonly talkMs: number;
}

/** Facts that the figures are made of. */
export const consultFactTypes = [
  'ConsultSought',
  'ExpertAnswered',
  'ConsultEnded',
  'ExpertReleased',
] as const;
export type ConsultFact = Extract<ContactFact, { type: (typeof consultFactTypes)[number] }>;

/** Whether a fact is one of them. */
export function isOfConsult(fact: { readonly type: string }): fact is ConsultFact {
  return consultFactTypes.some((type) => type === fact.type);
}

/** The consults of a contact after one more fact. */
export function consultsAfter(
  consults: readonly ConsultRecord[],
  fact: ConsultFact,
  atMs: number,
): readonly ConsultRecord[] {
  const { consultId } = fact;
  if (fact.type === 'ConsultSought') {
    const { departmentId = null, targetId = null } = fact;
    const begun = { consultId, soughtAtMs: atMs, departmentId, targetId, expertId: null, answerMs: null };
    return [...consults, { ...begun, outcome: null, handedOverMs: null, talkMs: 0 }];
  }
  return consults.map((one) => (one.consultId === consultId ? changed(one, fact, atMs) : one));
}

/** The consults of some time, by their facts in order; what was sought before it is left out. */
export function consultsIn(
  facts: readonly { readonly atMs: number; readonly fact: ConsultFact }[],
): readonly ConsultRecord[] {
  const byId = new Map<string, readonly ConsultRecord[]>();
  for (const { atMs, fact } of facts)
    byId.set(fact.consultId, consultsAfter(byId.get(fact.consultId) ?? [], fact, atMs));
  return [...byId.values()].flat();
}

function changed(
  one: ConsultRecord,
  fact: Exclude<ConsultFact, { type: 'ConsultSought' }>,
  atMs: number,
): ConsultRecord {
  switch (fact.type) {
    case 'ExpertAnswered': {
      const { expertId, departmentId, waitedMs } = fact;
      return { ...one, expertId, departmentId, answerMs: waitedMs };
    }
    case 'ConsultEnded': {
      const { outcome, talkMs } = fact;
      const handedOverMs = outcome === 'handedOver' ? atMs - one.soughtAtMs : null;
      return { ...one, outcome, handedOverMs, talkMs: one.talkMs + talkMs };
    }
    case 'ExpertReleased':
      return { ...one, talkMs: one.talkMs + fact.talkMs };
  }
}

/** A department's figures over some time. */
export interface ConsultFigures {
  readonly departmentId: string | null;
  readonly sought: number;
  /** An expert took it. */
  readonly answered: number;
  /** Mean of those answered; null = none was. */
  readonly answerMs: number | null;
  /** An expert talked with the agent or the citizen. */
  readonly helped: number;
  readonly handedOver: number;
}

/** 专家帮助率: helped / sought. Null while nobody asked. */
export function helpRate({ helped, sought }: Pick<ConsultFigures, 'helped' | 'sought'>): number | null {
  return sought === 0 ? null : helped / sought;
}

/** The figures of each department, in the order of their first consult; targets are none. */
export function consultFigures(consults: readonly ConsultRecord[]): readonly ConsultFigures[] {
  const byDepartment = new Map<string | null, ConsultRecord[]>();
  for (const one of consults) {
    if (one.targetId !== null) continue;
    const own = byDepartment.get(one.departmentId) ?? [];
    byDepartment.set(one.departmentId, [...own, one]);
  }
  return [...byDepartment].map(([departmentId, own]) => {
    const answers = own.flatMap(({ answerMs }) => answerMs ?? []);
    return {
      ...{ departmentId, sought: own.length, answered: answers.length, answerMs: meanOf(answers) },
      helped: own.filter(({ talkMs, outcome }) => talkMs > 0 || outcome === 'handedOver').length,
      handedOver: own.filter(({ outcome }) => outcome === 'handedOver').length,
    };
  });
}

function meanOf(all: readonly number[]): number | null {
  return all.length === 0 ? null : Math.round(all.reduce((sum, one) => sum + one, 0) / all.length);
}

/** 移交 to one emergency line or utility over some time. */
export interface TargetFigures {
  readonly targetId: string;
  readonly sought: number;
  /** Somebody there answered. */
  readonly answered: number;
  /** The citizen is theirs. */
  readonly handedOver: number;
  /** Nobody there took it, or it was given back: the first receiver kept the citizen. */
  readonly kept: number;
  /** Means from the asking on: until answered, until taken over; null = none was. */
  readonly answerMs: number | null;
  readonly acceptMs: number | null;
}

/** The figures of each target, in the order of their first hand-over. */
export function targetFigures(consults: readonly ConsultRecord[]): readonly TargetFigures[] {
  const byTarget = new Map<string, ConsultRecord[]>();
  for (const one of consults)
    if (one.targetId !== null) byTarget.set(one.targetId, [...(byTarget.get(one.targetId) ?? []), one]);
  return [...byTarget].map(([targetId, own]) => {
    const answers = own.flatMap(({ answerMs }) => answerMs ?? []);
    const accepts = own.flatMap(({ handedOverMs }) => handedOverMs ?? []);
    return {
      ...{ targetId, sought: own.length, answered: answers.length, handedOver: accepts.length },
      kept: own.filter(
        ({ outcome }) => outcome !== null && outcome !== 'handedOver' && outcome !== 'callerGone',
      ).length,
      ...{ answerMs: meanOf(answers), acceptMs: meanOf(accepts) },
    };
  });
}
