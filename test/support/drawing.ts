/** A source of randomness that draws the given numbers in turn. */
export function drawing(...numbers: number[]): () => number {
  let drawn = 0;
  return () => numbers[drawn++ % numbers.length] ?? 0;
}
