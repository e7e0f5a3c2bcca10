/** What the benchmark's processes say to each other over IPC. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export type ServerRequest =
  /** Collects garbage and says how much memory the process has. */
  | { readonly ask: "memory" }
  /** Sends one change to all clients. */
  | { readonly ask: "change" };

export type ServerReply =
  | { readonly port: number }
  | { readonly rssBytes: number }
  /** When the change was handed to the server's streams, by the machine's monotonic clock. */
  | { readonly changedAtMs: number };

export type ClientRequest =
  | { readonly ask: "connect"; readonly port: number; readonly streams: number }
  /** Begins to wait for a change at every stream. */
  | { readonly ask: "arm" }
  /** When every stream had the change. */
  | { readonly ask: "arrival" }
  | { readonly ask: "disconnect" };

export interface ClientReply {
  /** When the middle and the last stream had the change, by the machine's monotonic clock. */
  readonly middleAtMs: number;
  readonly lastAtMs: number;
}

/** What the clients show; only the edge asks for it. */
export const SDK_KEY = "sdk-00000000-0000-4000-8000-000000000000";

/** The machine's monotonic clock, the same in all processes. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A process of the benchmark, asked one thing at a time. */
export class BenchProcess<Request extends { readonly ask: string }, Reply> {
  readonly #child: ChildProcess;

  constructor(script: URL, args: readonly string[] = []) {
    this.#child = fork(script, args, { execArgv: ["--expose-gc"] });
  }

  /** What the process says next. Rejects when it ends instead. */
  async next<R extends Reply>(): Promise<R> {
    const gone = new AbortController();
    const exit = once(this.#child, "exit", { signal: gone.signal }).then(([code]) => {
      throw new Error(`a process of the benchmark ended with ${code}`);
    });
    try {
      const [reply] = await Promise.race([once(this.#child, "message", { signal: gone.signal }), exit]);
      return reply;
    } finally {
      exit.catch(() => undefined);
      gone.abort();
    }
  }

  async ask<R extends Reply>(request: Request): Promise<R> {
    const reply = this.next<R>();
    this.#child.send(request);
    return await reply;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await exit;
  }
}
