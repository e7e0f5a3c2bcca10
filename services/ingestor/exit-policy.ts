import type { StartOutcome } from "./leadership/start-outcome.ts";

/** `[Main]` options that end the process. */
export interface ExitOptions {
  readonly exitOnError: boolean;
  readonly exitAlways: boolean;
  readonly ignoreConnectionErrors: boolean;
}

/** Why the process should end, and with which code. */
export interface ExitDecision {
  readonly exitCode: 0 | 1;
  readonly reason: string;
}

const REASONS: Readonly<Record<Exclude<StartOutcome["kind"], "started">, string>> = {
  late: "not started in time",
  refused: "key refused",
  foreign: "its prefix in Redis is another environment's",
};

/**
 * Whether the process ends once it is known how its environments started: never by default. `exitOnError` ends it
 * for a failed environment, unless `ignoreConnectionErrors` is set and Redis has data to serve meanwhile.
 * `exitAlways` is the one-shot that fills Redis (R3.1).
 */
export function exitDecision(
  outcomes: ReadonlyMap<string, StartOutcome | undefined>,
  { exitOnError, exitAlways, ignoreConnectionErrors }: ExitOptions,
): ExitDecision | undefined {
  const failures: string[] = [];
  for (const [name, outcome] of outcomes) {
    if (outcome === undefined || outcome.kind === "started") continue;
    if (ignoreConnectionErrors && outcome.kind !== "foreign" && outcome.hasData) continue;
    failures.push(`${name} (${REASONS[outcome.kind]})`);
  }
  if (failures.length > 0 && (exitOnError || exitAlways))
    return { exitCode: 1, reason: `one or more environments failed to initialize: ${failures.join(", ")}` };
  return exitAlways ? { exitCode: 0, reason: "exitAlways: all environments are in Redis" } : undefined;
}
