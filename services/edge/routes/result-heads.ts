import type { Question } from "./question.ts";

/** The heads of answers with results, as Node sends them fastest: names and values in turn. */
export interface ResultHeads {
  readonly ok: readonly string[];
  readonly unchanged: readonly string[];
}

/**
 * Results may be kept, but only by the client itself, as they are about one person, and only to be asked for anew
 * with their tag each time. Android's client keeps nothing without such a header; and with any time to live a
 * client that polls because something has changed would get what it had.
 */
const CACHING = "private, no-cache";

/** By what all answers of one kind have in common, then by LaunchDarkly's id of the environment. */
const made = new WeakMap<Question["common"], Map<string | undefined, ResultHeads>>();

/** Made once for all answers of a kind: putting the dozen headers together costs as much as finding the route. */
export function resultHeads({ common, selected }: Question): ResultHeads {
  const envId = selected.headers["X-Ld-Envid"];
  const known = made.get(common) ?? new Map<string | undefined, ResultHeads>();
  made.set(common, known);
  const heads = known.get(envId) ?? newHeads(common, envId);
  known.set(envId, heads);
  return heads;
}

function newHeads(common: Question["common"], envId: string | undefined): ResultHeads {
  const unchanged = {
    ...common,
    ...(envId !== undefined && { "X-Ld-Envid": envId }),
    "Cache-Control": CACHING,
  };
  return {
    ok: Object.entries({ ...unchanged, "Content-Type": "application/json" }).flat(),
    unchanged: Object.entries(unchanged).flat(),
  };
}
