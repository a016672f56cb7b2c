// The words an agent may note of a contact: kinds of request and outcomes, as keys of the vocabulary.

/** Kinds of request (language: `kind.*`): 咨询 求助 投诉 举报 意见建议 表扬. */
export const dispositionCategories = [
  'consult',
  'help',
  'complaint',
  'report',
  'suggestion',
  'praise',
] as const;
export type DispositionCategory = (typeof dispositionCategories)[number];

/**
 * Outcomes (language: `out.*`): 当场答复 转办 不予受理 已转接 并入原诉求 无声 误拨 骚扰, and two that a telephone's few keys
 * need: 无效 (`invalid`: silent, wrong or nuisance, not told apart) and 其他 (`other`).
 */
export const dispositionOutcomes = [
  'direct',
  'dispatch',
  'scope',
  'transfer',
  'repeat',
  'silent',
  'wrong',
  'abuse',
  'invalid',
  'other',
] as const;
export type DispositionOutcome = (typeof dispositionOutcomes)[number];
