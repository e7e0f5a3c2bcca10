import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A process of this machine. */
export interface Listed {
  readonly pid: number;
  /** The command with its arguments. */
  readonly commandLine: string;
}

/** The processes whose command line contains `text`, such as the path of a folder that is a test's own. */
export function processesWith(text: string): readonly Listed[] {
  // Small images have no `ps`, and macOS has no /proc.
  const all = existsSync("/proc/self/cmdline") ? fromProc() : fromPs();
  return all.filter(({ commandLine }) => commandLine.includes(text));
}

function fromProc(): Listed[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), commandLine: commandLineOf(pid) }));
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It has ended since it was listed.
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  }
}

function fromPs(): Listed[] {
  return execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => ({ pid: Number.parseInt(line, 10), commandLine: line.replace(/^\s*\d+\s/, "") }));
}
