import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DEADLINE_MS = 20_000;

/** How a command ended, and what it said. */
export interface CommandEnd {
  /** Its exit code; `null` if it did not end by itself within 20 s and was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ld-relay` with these arguments and waits for its end; for what should end by itself. */
export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["services/cli.ts", ...args],
      {
        cwd: PROJECT_ROOT,
        env: { ...process.env, ...env },
        timeout: DEADLINE_MS,
        killSignal: "SIGKILL",
      },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
