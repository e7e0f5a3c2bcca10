import type { Clock } from "../../shared/base/clock.ts";
import type { EnvironmentStore, Snapshot } from "../../shared/bus/environment-store.ts";

/** How far an environment has come, as Redis shows it: whichever ingestor of the deployment leads it. */
export type StartOutcome =
  /** Redis holds what LaunchDarkly has sent since this process began. */
  | { readonly kind: "started" }
  /** LaunchDarkly refuses the key. */
  | { readonly kind: "refused"; readonly hasData: boolean }
  /** Neither within the time. */
  | { readonly kind: "late"; readonly hasData: boolean };

/** Between looks at Redis, in milliseconds. */
const LOOK_MS = 200;

/**
 * Waits until an environment has started, or is refused, for `timeoutMs` at the longest (0: without end).
 * `undefined` when `signal` aborts first. Redis being away is waited for like anything else.
 */
export async function awaitStart(
  store: Pick<EnvironmentStore, "snapshot">,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<StartOutcome | undefined> {
  const began = clock.monotonic();
  let first: { readonly aliveAt: number; readonly seenAt: number } | undefined;
  let hasData = false;
  while (!signal.aborted) {
    const seen = await look(store);
    hasData ||= seen?.inited ?? false;
    first ??= seen && { aliveAt: seen.upstream?.aliveAt ?? 0, seenAt: seen.seenAt };
    // What an ingestor left behind that ran before us says nothing about now: only what grows does. Upstream's
    // state is told before its data are written, so the holder's word is waited for, too.
    if (first !== undefined && seen?.upstream !== undefined) {
      const { state, aliveAt } = seen.upstream;
      const isNews = aliveAt > first.aliveAt;
      if (isNews && state === "OFF") return { kind: "refused", hasData };
      if (isNews && state === "VALID" && seen.seenAt > first.seenAt) return { kind: "started" };
    }
    if (timeoutMs > 0 && clock.monotonic() - began >= timeoutMs) return { kind: "late", hasData };
    await clock.sleep(LOOK_MS, signal);
  }
  return undefined;
}

async function look(store: Pick<EnvironmentStore, "snapshot">): Promise<Snapshot | undefined> {
  try {
    return await store.snapshot();
  } catch {
    return undefined; // The ingestor beside us says in its log that Redis is away.
  }
}
