// Deadlines as data: a state carries its own, the engine arms the earliest and tells which one came due.

/** Instants (epoch ms) by timer name; a name absent is not armed. */
export type Deadlines<Timer extends string> = Readonly<Partial<Record<Timer, number>>>;

/** The timer that comes due first, ties broken by name so that a replay agrees; `undefined` when none is armed. */
export function earliestDeadline<Timer extends string>(
  deadlines: Deadlines<Timer>,
): { readonly timer: Timer; readonly atMs: number } | undefined {
  let earliest: { timer: Timer; atMs: number } | undefined;
  for (const timer of (Object.keys(deadlines) as Timer[]).sort()) {
    const atMs = deadlines[timer];
    if (atMs !== undefined && (earliest === undefined || atMs < earliest.atMs)) earliest = { timer, atMs };
  }
  return earliest;
}

/** The deadlines without these timers. */
export function withoutTimers<Timer extends string>(
  deadlines: Deadlines<Timer>,
  ...timers: readonly Timer[]
): Deadlines<Timer> {
  const left: Partial<Record<Timer, number>> = { ...deadlines };
  for (const timer of timers) delete left[timer];
  return left;
}
