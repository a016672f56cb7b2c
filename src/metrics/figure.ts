// One figure as reports show it: its formula, the counts behind it, and its text, cut off and never rounded up.

/** Raised whenever a formula of docs/glossary.md changes; every figure carries it. */
export const formulaVersion = 1;

/** The names of the formulas, as in docs/glossary.md. */
export type FormulaName =
  | 'answerRate'
  | 'answerRateWithoutShort'
  | 'worst24h'
  | 'within15OfOffered'
  | 'within15OfAnswered'
  | 'reached'
  | 'abandonRate'
  | 'surveyOffer'
  | 'surveyResponse'
  | 'satisfied'
  | 'asa'
  | 'aht'
  | 'averageTalk'
  | 'averageHold'
  | 'averageWrapUp'
  | 'outboundReach'
  | 'averageOutboundTalk';

/** A ratio of counts (a rate) or of milliseconds and a count (an average). `text` is `—` where the denominator is 0. */
export interface Figure {
  readonly formula: FormulaName;
  readonly formulaVersion: number;
  readonly numerator: number;
  readonly denominator: number;
  readonly text: string;
}

/** Shown where there is nothing to divide by: neither 0 % nor 100 %. */
export const noFigureText = '—';

/**
 * A rate with one decimal, cut off: 94.96 % gives `94.9%`, since 达标 must not come from rounding.
 * @param numerator a whole count, at most `denominator`
 */
export function rateText(numerator: number, denominator: number): string {
  if (denominator === 0) return noFigureText;
  const perMille = Math.floor((numerator * 1000) / denominator);
  // The quotient may have been rounded up to a whole number; counts decide, not the division.
  const cutOff = perMille * denominator > numerator * 1000 ? perMille - 1 : perMille;
  return `${String(Math.floor(cutOff / 10))}.${String(cutOff % 10)}%`;
}

/** A rate: `numerator` of `denominator` contacts. */
export function rateFigure(formula: FormulaName, numerator: number, denominator: number): Figure {
  return { formula, formulaVersion, numerator, denominator, text: rateText(numerator, denominator) };
}

/** An average of milliseconds over contacts, as seconds with one decimal, cut off. */
export function averageFigure(formula: FormulaName, totalMs: number, contacts: number): Figure {
  const tenths = contacts === 0 ? 0 : Math.floor(totalMs / (contacts * 100));
  const text = contacts === 0 ? noFigureText : `${String(Math.floor(tenths / 10))}.${String(tenths % 10)}秒`;
  return { formula, formulaVersion, numerator: totalMs, denominator: contacts, text };
}
