import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";

/** A program of a test, running as a real process. */
export interface NodeProgram {
  readonly child: ChildProcess;
  /** What it has written to stdout so far. */
  stdout(): string;
  /** What it has written to stderr so far. */
  stderr(): string;
  /** Resolves when stdout contains `text`; fails with all output if that takes too long. */
  says(text: string): Promise<void>;
  /** How it ended, once all its output is read. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts `program` with this process's own node, in a process group of its own. The test ends it. */
export function startNodeProgram(program: URL, ...args: readonly string[]): NodeProgram {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], { stdio: "pipe", detached: true });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    says: (text) =>
      vi.waitFor(
        () => {
          if (!stdout.includes(text)) throw new Error(`"${text}" is not in the output:\n${stdout}${stderr}`);
        },
        { timeout: 15_000, interval: 20 },
      ),
    ended: once(child, "close").then(([code, signal]) => ({ code, signal })),
  };
}
