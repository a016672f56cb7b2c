// 评价 after the talk: the five official grades, the reasons of those who were not content, and who is asked at all.
/** The five grades of 好差评 in their official order, as flows name them: 非常满意 is 5, 非常不满意 1. */
export const surveyGrades = {
  verySatisfied: 5,
  satisfied: 4,
  fairlySatisfied: 3,
  dissatisfied: 2,
  veryDissatisfied: 1,
} as const;
export type SurveyGrade = (typeof surveyGrades)[keyof typeof surveyGrades];

/** 满意率 counts this grade and those above; below it the citizen is asked why. */
export const satisfiedFrom: SurveyGrade = 3;

/** 态度, 答复不清, 等候过久, 其他. */
export const surveyReasons = ['attitude', 'unclear', 'waiting', 'other'] as const;
export type SurveyReason = (typeof surveyReasons)[number];

/** What one key says. */
export type SurveyAnswer =
  | { readonly is: 'grade'; readonly grade: SurveyGrade }
  | { readonly is: 'reason'; readonly reason: SurveyReason };

/** Who is asked (policies.yaml, section survey). */
export interface SurveyPolicy {
  readonly enabled: boolean;
  /** After a shorter talk nobody is asked. */
  readonly minTalkMs: number;
  /** However it goes, the survey is over after this. */
  readonly limitMs: number;
  /** 不纳入满意率: entries' tags and dispositions; such a contact is never asked and counted apart. */
  readonly exempt: {
    readonly tags: readonly string[];
    readonly categories: readonly string[];
    readonly outcomes: readonly string[];
  };
}

/** What of a contact may put it outside. */
interface Noted {
  /** A sealed contact's caller is asked nothing. */
  readonly sealed?: 'confidential' | 'minor' | undefined;
  readonly tag: string;
  readonly category?: string;
  readonly outcome?: string;
}

/** Why a contact is exempt: the tag or the disposition's word; null = it is not. */
export function exemptBy({ sealed, tag, category, outcome }: Noted, { exempt }: SurveyPolicy): string | null {
  if (sealed !== undefined) return sealed;
  if (exempt.tags.includes(tag)) return tag;
  if (category !== undefined && exempt.categories.includes(category)) return category;
  return outcome !== undefined && exempt.outcomes.includes(outcome) ? outcome : null;
}

/** What an agent's hang-up leads to now: the survey, or the goodbye, with or without a note that this contact is exempt. */
export function surveyVerdict(
  noted: Noted,
  talkMs: number,
  policy: SurveyPolicy,
): { readonly is: 'asked' | 'off' } | { readonly is: 'exempt'; readonly reason: string } {
  if (!policy.enabled || talkMs < policy.minTalkMs) return { is: 'off' };
  const reason = exemptBy(noted, policy);
  return reason === null ? { is: 'asked' } : { is: 'exempt', reason };
}
