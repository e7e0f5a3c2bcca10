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
  let atFirst: Snapshot | undefined;
  let hasData = false;
  while (!signal.aborted) {
    const seen = await look(store);
    atFirst ??= seen;
    hasData ||= seen?.inited ?? false;
    if (seen !== undefined && atFirst !== undefined) {
      if (isRefused(seen, atFirst)) return { kind: "refused", hasData };
      if (isStarted(seen, atFirst)) return { kind: "started" };
    }
    if (timeoutMs > 0 && clock.monotonic() - began >= timeoutMs) return { kind: "late", hasData };
    await clock.sleep(LOOK_MS, signal);
  }
  return undefined;
}

// What an ingestor left behind that ran before us says nothing about now, and its successor leaves it standing until
// it knows better. So both ask for what is newer than what stood there at first.

/** The holder gives its word only when it has LaunchDarkly's data and Redis has them, too. */
function isStarted(seen: Snapshot, atFirst: Snapshot): boolean {
  return seen.upstream?.state === "VALID" && seen.inited && seen.seenAt > atFirst.seenAt;
}

function isRefused(seen: Snapshot, atFirst: Snapshot): boolean {
  const { upstream } = seen;
  return upstream?.state === "OFF" && upstream.lastError?.time !== atFirst.upstream?.lastError?.time;
}

async function look(store: Pick<EnvironmentStore, "snapshot">): Promise<Snapshot | undefined> {
  try {
    return await store.snapshot();
  } catch {
    return undefined; // The ingestor beside us says in its log that Redis is away.
  }
}
