/** What benchmarks make of their samples. */

/** The middle one; `NaN` of nothing. */
export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** The smallest number that at least this share of all is not above; `NaN` of nothing. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Prints whether what was measured keeps its bound, and returns it. */
export function verdict(
  what: string,
  measured: number,
  bound: "at most" | "at least",
  limit: number,
): boolean {
  const passed = bound === "at most" ? measured <= limit : measured >= limit;
  console.log(`${passed ? "pass" : "FAIL"}: ${measured.toFixed(2)} ${what}, ${bound} ${limit.toFixed(2)}`);
  return passed;
}
