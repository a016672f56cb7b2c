// The fact that somebody saw to a citizen whom no agent had answered, and the ways in which it can be done.

/**
 * How a citizen who missed us was reached: `calledBack` 已回拨; `calledAgain` he called again and has what he needs;
 * `notPossible` it was tried, or he showed no number: he leaves the list, and no figure counts him as reached.
 */
export const reachedWays = ['calledBack', 'calledAgain', 'notPossible'] as const;
export type ReachedWay = (typeof reachedWays)[number];

/** The fact that somebody saw to a citizen; journaled in the site's stream, since the contact itself is long over. */
export interface ReachedFact {
  readonly type: 'ContactReached';
  readonly contactId: string;
  readonly how: ReachedWay;
  /** 工号 or account. */
  readonly by: string;
  readonly note: string;
}

/** The last such fact of a contact. */
export interface ReachedMark extends Omit<ReachedFact, 'type'> {
  readonly atMs: number;
}
