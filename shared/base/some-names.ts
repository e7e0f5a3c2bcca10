/** So many names may stand in one line; the others are counted. */
const MAX_NAMES = 10;

/** Names for a log line or a sentence, sorted, and never too many of them: `["a", "b", "and 990 more"]`. */
export function someNames(names: Iterable<string>, max = MAX_NAMES): string[] {
  const all = [...names].sort();
  return all.length <= max ? all : [...all.slice(0, max), `and ${all.length - max} more`];
}
