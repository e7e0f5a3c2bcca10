import { DEFAULT_KIND, type EvaluationContext } from "./evaluation-context.ts";

/**
 * What secure mode signs: the bare key of a single user, else `kind:key` of every kind, in the order of their names
 * (S3).
 */
export function canonicalKey({ kinds }: EvaluationContext): string {
  const [only] = kinds;
  if (kinds.length === 1 && only?.kind === DEFAULT_KIND) return only.key;
  return kinds.map(({ kind, key }) => `${kind}:${escaped(key)}`).join(":");
}

function escaped(key: string): string {
  return key.replaceAll("%", "%25").replaceAll(":", "%3A");
}
