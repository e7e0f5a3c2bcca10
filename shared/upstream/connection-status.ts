import type { UpstreamState } from "../model/upstream-state.ts";
import { errorKind, isPermanent, type UpstreamFailure } from "./upstream-failure.ts";

/** How upstream's state, as `/status` shows it, moves: pure steps (R9.1). */

export function initializing(nowMs: number): UpstreamState {
  return { state: "INITIALIZING", since: nowMs };
}

/** LaunchDarkly has sent its data. */
export function afterPut(before: UpstreamState, nowMs: number): UpstreamState {
  return before.state === "VALID" ? before : { ...before, state: "VALID", since: nowMs };
}

/** A connection ended. Before the first data an interruption is still part of initialising. */
export function afterFailure(before: UpstreamState, failure: UpstreamFailure, nowMs: number): UpstreamState {
  const lastError = { kind: errorKind(failure), time: nowMs };
  const state = isPermanent(failure) ? "OFF" : before.state === "VALID" ? "INTERRUPTED" : before.state;
  return { ...before, state, since: state === before.state ? before.since : nowMs, lastError };
}
