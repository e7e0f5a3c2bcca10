import type { Clock } from "../../shared/base/clock.ts";
import type { EdgeEnvironments } from "./environments/edge-environments.ts";
import { missingReason } from "./readiness.ts";

/** Ends the process, and says why. */
export type EndProcess = (end: { readonly exitCode: 1; readonly reason: string }) => void;

/**
 * `[Main] exitOnError` of an edge: ends the process when an environment has no data after `initTimeoutMs` (0: there is
 * no such time). What is lost later ends nothing, because an edge serves on from memory.
 */
export async function exitOnError(
  environments: EdgeEnvironments,
  initTimeoutMs: number,
  clock: Clock,
  end: EndProcess,
  signal: AbortSignal,
): Promise<void> {
  if (initTimeoutMs === 0) return;
  await clock.sleep(initTimeoutMs, signal);
  if (signal.aborted) return;
  const missing = [...environments].filter(({ hasData }) => !hasData);
  if (missing.length > 0) end({ exitCode: 1, reason: `exitOnError: ${missingReason(missing).reason}` });
}
