import { inspect } from "node:util";
import { withDeadline } from "../../shared/base/deadline.ts";
import { describeError } from "../../shared/base/errors.ts";

/** How long to wait, and how often to look. */
export interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

type Truthy<T> = Exclude<T, undefined | null | false | 0 | "">;
type Hit<T> = { readonly done: true; readonly value: T };
type Miss = { readonly done: false; readonly why: string; readonly cause?: unknown };
type Look<T> = Hit<T> | Miss;

/**
 * Waits until `condition` returns something truthy, and returns it. An exception means "not yet". Rejects after
 * `timeoutMs` (30 s unless told: a busy machine may need ten to start a process) with an error that names `what` and
 * says what the last look found; a look that hangs does not outlast the deadline.
 */
export function eventually<T>(
  what: string,
  condition: () => T | Promise<T>,
  patience: Patience = {},
): Promise<Truthy<T>> {
  return waitUntil(what, patience, async () => {
    const value = await condition();
    return value
      ? { done: true, value: value as Truthy<T> }
      : { done: false, why: `the last value was ${inspect(value)}` };
  });
}

/** As {@link eventually}, for assertions: waits until `assertions` runs through without an exception. */
export function eventuallyPasses(
  what: string,
  assertions: () => void | Promise<void>,
  patience: Patience = {},
): Promise<void> {
  return waitUntil(what, patience, async () => {
    await assertions();
    return { done: true, value: undefined };
  });
}

async function waitUntil<T>(
  what: string,
  { timeoutMs = 30_000, everyMs = 20 }: Patience,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let miss: Miss = { done: false, why: "no look came to an end" };
  for (let left = timeoutMs; left > 0; left = deadline - performance.now()) {
    // A look that outlasts the deadline tells nothing: the one before it counts.
    const outcome = await withDeadline(attempt(look), left, "the last look").catch(() => miss);
    if (outcome.done) return outcome.value;
    miss = outcome;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}: ${miss.why}`, { cause: miss.cause });
}

async function attempt<T>(look: () => Promise<Look<T>>): Promise<Look<T>> {
  try {
    return await look();
  } catch (cause) {
    return { done: false, why: describeError(cause), cause };
  }
}
