// 专席: seats of their own, each with a queue of the site's.

/** Protection of minors, dialect, foreign languages. */
export const seatKinds = ['minor', 'dialect', 'foreign'] as const;
export type SeatKind = (typeof seatKinds)[number];
