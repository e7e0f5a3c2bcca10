import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { DeadlineError, withDeadline } from "../../shared/base/deadline.ts";
import { atProcessEnd } from "./at-process-end.ts";

/** How a process ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to start, and how. */
export interface Command {
  /** What errors call it. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Whether Ctrl-C in our terminal is for us alone, and not for it as well. */
  readonly ownGroup?: boolean;
}

/** How long after a process's end the rest of its output may take to arrive. */
const LAST_WORDS_MS = 1_000;

const running = new Set<ChildProcess>();
// Waited for, so that they leave no zombies where nobody collects orphans, as in most containers.
atProcessEnd(() =>
  Promise.all(
    [...running].map((child) => {
      child.kill("SIGKILL");
      return once(child, "exit");
    }),
  ),
);

/** Starts a real process. It does not outlive this one, unless this one is killed with SIGKILL. */
export async function startProcess(command: Command): Promise<RunningProcess> {
  const { name, file, args, cwd, env = process.env, ownGroup = false } = command;
  const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: ownGroup });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const started = new RunningProcess(name, child, [child.stdout, child.stderr]);
  try {
    await once(child, "spawn");
  } catch (error) {
    running.delete(child);
    throw new Error(`${name} cannot be started`, { cause: error });
  }
  return started;
}

/** A process that was started, and what it has said. */
export class RunningProcess {
  /** The lines of stdout and stderr, in the order in which they came. */
  readonly lines: string[] = [];
  /** Resolves after the process has ended and its output has been read. */
  readonly exited: Promise<Exit>;
  readonly #name: string;
  readonly #child: ChildProcess;

  constructor(name: string, child: ChildProcess, outputs: readonly Readable[]) {
    this.#name = name;
    this.#child = child;
    const read = outputs.map((output) => {
      const lines = createInterface(output).on("line", (line) => this.lines.push(line));
      return once(lines, "close");
    });
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        // A grandchild that inherited the output may hold it open for as long as it likes.
        const patience = new Promise((elapsed) => setTimeout(elapsed, LAST_WORDS_MS).unref());
        void Promise.race([Promise.all(read), patience]).then(() => resolve({ code, signal }));
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name} was never started`);
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends `signal`. Rejects, after a SIGKILL, if the process has not ended within `deadlineMs`. */
  async stop(deadlineMs = 15_000, signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    this.resume();
    this.#child.kill(signal);
    try {
      return await withDeadline(this.exited, deadlineMs, `the end of ${this.#name} after ${signal}`);
    } catch (error) {
      if (error instanceof DeadlineError) await this.kill();
      throw error;
    }
  }

  /** SIGKILL: the process gets no chance to tidy up. */
  kill(): Promise<Exit> {
    this.#child.kill("SIGKILL");
    return this.exited;
  }

  /** SIGSTOP: the process lives, its connections stay open, and it does nothing. */
  suspend(): void {
    this.#child.kill("SIGSTOP");
  }

  /** SIGCONT: the process goes on as if no time had passed. */
  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** What to show of the output in an error message. */
  lastWords(): string {
    return this.lines.slice(-20).join("\n");
  }
}
