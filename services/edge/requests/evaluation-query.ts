/** What a client-side SDK asks in the query of a request. */
export interface EvaluationQuery {
  /** Only `true` says so, not `1` or `True` (R1.6). */
  readonly withReasons: boolean;
  /** The hash for secure mode. */
  readonly hash: string | undefined;
  /** The payload filter; an empty one is none. */
  readonly filter: string | undefined;
}

const NOTHING: EvaluationQuery = { withReasons: false, hash: undefined, filter: undefined };

/** Reads the query of a request's address as Node gives it; of a name that comes twice the first counts. */
export function evaluationQuery(url: string): EvaluationQuery {
  const at = url.indexOf("?");
  if (at < 0) return NOTHING;
  const query = new URLSearchParams(url.slice(at + 1));
  return {
    withReasons: query.get("withReasons") === "true",
    hash: query.get("h") ?? undefined,
    filter: query.get("filter") || undefined,
  };
}
