import type { Health } from "../../shared/lifecycle/health.ts";
import type { RoleParts, RunningRole } from "../../shared/lifecycle/role.ts";

/** What a process has for its roles. */
export interface ProcessParts extends Omit<RoleParts, "redis"> {
  readonly health: Health;
}

/** Ends the process for a reason of a role's own. */
export type EndProcess = (decision: { readonly reason: string; readonly exitCode: 0 | 1 }) => void;

/** Starts what a process does beside what every process has. */
export type StartRole = (parts: ProcessParts, end: EndProcess) => Promise<RunningRole>;
