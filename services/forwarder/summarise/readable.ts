/** As deep as the JSON readers of Go go. */
const MAX_DEPTH = 10_000;
/** How a number that is too large for a double begins to look like one. */
const LARGE_NUMBER = /\d[eE]\+?\d{3}|\d{309}/;

/**
 * Whether what reads JSON can be expected to read this: there are valid texts that many readers refuse as a whole, with
 * numbers beyond a double, or nested without end.
 */
export function isReadable(json: string): boolean {
  if (json.length > 2 * MAX_DEPTH || LARGE_NUMBER.test(json)) return isTame(JSON.parse(json));
  return true;
}

/** Level by level, because a recursion would itself fail on what is to be found. */
function isTame(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (
      depth > MAX_DEPTH ||
      level.includes(Number.POSITIVE_INFINITY) ||
      level.includes(Number.NEGATIVE_INFINITY)
    )
      return false;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return true;
}
