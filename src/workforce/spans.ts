// Stretches of time, and what is left of them when others are added or taken away.

/** From an instant to another, the second excluded; epoch ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The same instants in the fewest stretches, the earliest first. Empty stretches vanish. */
export function unionOf(spans: readonly Span[]): readonly Span[] {
  const sorted = spans.filter(({ fromMs, toMs }) => fromMs < toMs).sort((a, b) => a.fromMs - b.fromMs);
  const union: Span[] = [];
  for (const span of sorted) {
    const last = union.at(-1);
    if (last === undefined || span.fromMs > last.toMs) union.push(span);
    else if (span.toMs > last.toMs) union[union.length - 1] = { fromMs: last.fromMs, toMs: span.toMs };
  }
  return union;
}

/** What of `spans` lies in none of `taken`; as {@link unionOf}. */
export function without(spans: readonly Span[], taken: readonly Span[]): readonly Span[] {
  return unionOf(taken).reduce(
    (left, { fromMs, toMs }) =>
      left.flatMap((span) =>
        [
          { fromMs: span.fromMs, toMs: Math.min(span.toMs, fromMs) },
          { fromMs: Math.max(span.fromMs, toMs), toMs: span.toMs },
        ].filter((part) => part.fromMs < part.toMs),
      ),
    unionOf(spans),
  );
}

/** What of `spans` lies within `window`; as {@link unionOf}. */
export function within(spans: readonly Span[], window: Span): readonly Span[] {
  return unionOf(
    spans.map(({ fromMs, toMs }) => ({
      fromMs: Math.max(fromMs, window.fromMs),
      toMs: Math.min(toMs, window.toMs),
    })),
  );
}

/** The stretch that holds this instant. */
export function spanAt(spans: readonly Span[], atMs: number): Span | undefined {
  return spans.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
}
