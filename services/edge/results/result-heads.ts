import { getOrMake } from "../../../shared/base/get-or-make.ts";
import { Head } from "../http/response/head.ts";
import type { EvaluationRequest } from "../requests/evaluation-request.ts";

/** The heads of answers with results. */
export interface ResultHeads {
  readonly ok: Head;
  readonly unchanged: Head;
}

/**
 * Results may be kept, but only by the client itself, as they are about one person, and only to be asked for anew
 * with their tag each time. Android's client keeps nothing without such a header; and with any time to live a
 * client that polls because something has changed would get what it had.
 */
const CACHING = "private, no-cache";

/** By what all answers of one kind have in common, then by LaunchDarkly's id of the environment. */
const made = new WeakMap<EvaluationRequest["common"], Map<string | undefined, ResultHeads>>();

/** Made once for all answers of a kind. */
export function resultHeads({ common, selected }: EvaluationRequest): ResultHeads {
  const envId = selected.headers["X-Ld-Envid"];
  const byEnvId = getOrMake(made, common, () => new Map());
  return getOrMake(byEnvId, envId, () => newHeads(common, envId));
}

function newHeads(common: EvaluationRequest["common"], envId: string | undefined): ResultHeads {
  const unchanged = {
    ...common,
    ...(envId !== undefined && { "X-Ld-Envid": envId }),
    "Cache-Control": CACHING,
  };
  return {
    ok: new Head({ ...unchanged, "Content-Type": "application/json" }),
    unchanged: new Head(unchanged),
  };
}
