import { foldName } from "./names.ts";

/** `; did you mean "port"?`, or nothing if no candidate is near enough to what was written. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  const nearest = nearestName(written, candidates, Math.max(1, Math.floor(written.length / 3)));
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
}

/** The candidate from which the fewest letters differ, and no more than `mistakes`. */
export function nearestName(
  written: string,
  candidates: Iterable<string>,
  mistakes: number,
): string | undefined {
  let nearest: string | undefined;
  let allowed = mistakes;
  for (const candidate of candidates) {
    const distance = editDistance(foldName(written), foldName(candidate));
    if (distance > allowed) continue;
    nearest = candidate;
    allowed = distance - 1;
  }
  return nearest;
}

/** How many letters must be added, removed, replaced, or swapped with their neighbour, to turn one into the other. */
function editDistance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
