// Consults of experts as figures: what became of each, and of each department how soon it answers and how often it helps.
import type { ConsultOutcome } from '../contact/consult.js';
import type { ContactFact } from '../contact/contact-signals.js';

/** One consult of a contact. */
export interface ConsultRecord {
  readonly consultId: string;
  readonly soughtAtMs: number;
  /** The department asked for, or that of the expert who took it; null = a skill or a person was asked for and nobody took it. */
  readonly departmentId: string | null;
  readonly expertId: string | null;
  /** From the asking until an expert took it; null = nobody did. */
  readonly answerMs: number | null;
  readonly outcome: ConsultOutcome | null;
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
    const { departmentId = null } = fact;
    const begun = { consultId, soughtAtMs: atMs, departmentId, expertId: null, answerMs: null };
    return [...consults, { ...begun, outcome: null, talkMs: 0 }];
  }
  return consults.map((one) => (one.consultId === consultId ? changed(one, fact) : one));
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

function changed(one: ConsultRecord, fact: Exclude<ConsultFact, { type: 'ConsultSought' }>): ConsultRecord {
  switch (fact.type) {
    case 'ExpertAnswered': {
      const { expertId, departmentId, waitedMs } = fact;
      return { ...one, expertId, departmentId, answerMs: waitedMs };
    }
    case 'ConsultEnded':
      return { ...one, outcome: fact.outcome, talkMs: one.talkMs + fact.talkMs };
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

/** The figures of each department, in the order of their first consult. */
export function consultFigures(consults: readonly ConsultRecord[]): readonly ConsultFigures[] {
  const byDepartment = new Map<string | null, ConsultRecord[]>();
  for (const one of consults) {
    const own = byDepartment.get(one.departmentId) ?? [];
    byDepartment.set(one.departmentId, [...own, one]);
  }
  return [...byDepartment].map(([departmentId, own]) => {
    const answers = own.flatMap(({ answerMs }) => (answerMs === null ? [] : [answerMs]));
    const sumMs = answers.reduce((sum, one) => sum + one, 0);
    return {
      ...{ departmentId, sought: own.length, answered: answers.length },
      answerMs: answers.length === 0 ? null : Math.round(sumMs / answers.length),
      helped: own.filter(({ talkMs, outcome }) => talkMs > 0 || outcome === 'handedOver').length,
      handedOver: own.filter(({ outcome }) => outcome === 'handedOver').length,
    };
  });
}
