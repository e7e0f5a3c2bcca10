import type { Clock } from "../../../shared/base/clock.ts";
import type { EnvironmentStore, RelayStatus } from "../../../shared/bus/environment-store.ts";

/** How far an environment has come, as Redis shows it: whichever ingestor of the deployment leads it. */
export type StartOutcome =
  /** Redis holds what LaunchDarkly has sent since this process began. */
  | { readonly kind: "started" }
  /** The prefix is another environment's, so that what Redis shows says nothing about this one. */
  | { readonly kind: "foreign" }
  /** LaunchDarkly refuses the key. */
  | { readonly kind: "refused"; readonly hasData: boolean }
  /** Neither within the time. */
  | { readonly kind: "late"; readonly hasData: boolean };

/** Between two reads of Redis, in milliseconds. */
const READ_EVERY_MS = 200;

/**
 * Waits until an environment has started, or is refused, for `timeoutMs` at the longest (0: without end).
 * `undefined` when `signal` aborts first. Redis being away is waited for like anything else.
 */
export async function awaitStart(
  store: Pick<EnvironmentStore, "status" | "snapshot">,
  isForeign: () => boolean,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<StartOutcome | undefined> {
  const began = clock.monotonic();
  const beganAt = clock.now();
  let atFirst: RelayStatus | undefined;
  while (!signal.aborted) {
    const seen = await answerOf(store.status());
    atFirst ??= seen;
    if (seen !== undefined && atFirst !== undefined && !isForeign()) {
      if (isRefused(seen, atFirst, beganAt)) return { kind: "refused", hasData: await hasData(store) };
      if (isStarted(seen, atFirst)) return { kind: "started" };
    }
    if (timeoutMs > 0 && clock.monotonic() - began >= timeoutMs)
      return isForeign() ? { kind: "foreign" } : { kind: "late", hasData: await hasData(store) };
    await clock.sleep(READ_EVERY_MS, signal);
  }
  return undefined;
}

// What an ingestor left behind that ran before us says nothing about now, and its successor leaves it standing for a
// moment. So both ask for what is newer than what stood there at first.

/** The holder gives its word only when it has LaunchDarkly's data and Redis has them, too. */
function isStarted(seen: RelayStatus, atFirst: RelayStatus): boolean {
  return seen.upstream?.state === "VALID" && seen.seenAt > atFirst.seenAt;
}

/** Refused now: by what is newer than the first read, or, if that came late, than this process's own beginning. */
function isRefused({ upstream }: RelayStatus, atFirst: RelayStatus, beganAt: number): boolean {
  const time = upstream?.lastError?.time ?? 0;
  return upstream?.state === "OFF" && (time >= beganAt || time !== atFirst.upstream?.lastError?.time);
}

/** Data that nobody has claimed are not served. */
async function hasData(store: Pick<EnvironmentStore, "snapshot">): Promise<boolean> {
  const snapshot = await answerOf(store.snapshot());
  return snapshot?.inited === true && snapshot.claim !== undefined;
}

/** `undefined` while Redis is away, which the ingestor beside us says in the log. */
async function answerOf<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch {
    return undefined;
  }
}
