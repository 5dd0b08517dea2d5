/** Spans of time, taken from each other. (pure) */

export interface Span {
  from: number;
  to: number;
}

/** The spans without the others. */
export function minus(spans: readonly Span[], others: readonly Span[]): Span[] {
  return others.reduce<readonly Span[]>(
    (left, other) =>
      left.flatMap((it) =>
        other.to <= it.from || other.from >= it.to
          ? [it]
          : [
              { from: it.from, to: other.from },
              { from: other.to, to: it.to },
            ].filter(({ from, to }) => to > from),
      ),
    spans,
  ) as Span[];
}

/** The length of spans that do not overlap. */
export function total(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0);
}
