/**
 * The name among `names` that differs from `name` only in what people do not look at: case, and what stands between
 * words. Names of environments count exactly as they are written, so two such are two environments.
 */
export function similarName(name: string, names: Iterable<string>): string | undefined {
  const folded = foldEnvironmentName(name);
  for (const other of names) if (other !== name && foldEnvironmentName(other) === folded) return other;
  return undefined;
}

function foldEnvironmentName(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, "");
}
