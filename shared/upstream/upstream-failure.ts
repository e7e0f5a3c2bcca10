import type { BackoffPolicy } from "../base/backoff.ts";
import type { UpstreamError } from "../model/upstream-state.ts";

/** Why a connection to LaunchDarkly ended. */
export type UpstreamFailure =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "invalid-data"; readonly message: string }
  | { readonly kind: "network"; readonly message: string };

/** The first delay and the ceiling of ordinary trouble (R3). */
export const RETRY_BACKOFF: BackoffPolicy = { firstMs: 1000, maxMs: 30_000, jitter: 0.5 };
/** Refused keys are probed again, because keys come back, but slowly. */
export const PROBE_BACKOFF: BackoffPolicy = { firstMs: 30_000, maxMs: 600_000, jitter: 0.5 };

/**
 * Whether LaunchDarkly's answer stands for this key: every 4xx but 400, 408 and 429 (R3).
 * Everything else may be better at the next attempt.
 */
export function isPermanent(failure: UpstreamFailure): boolean {
  if (failure.kind !== "status") return false;
  const { status } = failure;
  return status >= 400 && status < 500 && status !== 400 && status !== 408 && status !== 429;
}

export function errorKind(failure: UpstreamFailure): UpstreamError["kind"] {
  if (failure.kind === "status") return "ERROR_RESPONSE";
  return failure.kind === "invalid-data" ? "INVALID_DATA" : "NETWORK_ERROR";
}

export function describeFailure(failure: UpstreamFailure): string {
  return failure.kind === "status" ? `LaunchDarkly answered ${failure.status}` : failure.message;
}
