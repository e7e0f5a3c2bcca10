/** The value in the middle; of an even number, halfway between the two in the middle. Throws for no values at all. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const below = sorted[Math.floor((sorted.length - 1) / 2)];
  const above = sorted[Math.floor(sorted.length / 2)];
  if (below === undefined || above === undefined) throw new RangeError("no values have no median");
  return (below + above) / 2;
}

/** With one decimal while that tells something: `0.8 ms`, `12.3 ms`, `812 ms`. */
export function millisecondsText(ms: number): string {
  return `${ms < 99.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
