/** What the benchmark's processes say to each other over IPC. */

export type ClientRequest =
  /** Opens connections that are ready to ask. */
  | { readonly ask: "connect"; readonly port: number; readonly connections: number }
  /** Asks on every connection, one request after the other, for so long, and answers when the last is through. */
  | { readonly ask: "load"; readonly contexts: Contexts; readonly forMs: number }
  /** Asks once on every connection, all at the same time. */
  | { readonly ask: "burst" };

/** Whether each request asks for somebody else, or for one of a few who come again and again. */
export type Contexts = "distinct" | "returning";

export interface ClientReply {
  readonly answered: number;
}

export type ServerRequest =
  | { readonly ask: "cpu" }
  /** Begins to watch how long the event loop stands still. */
  | { readonly ask: "watch" }
  | { readonly ask: "stall" };

export type ServerReply =
  /** Where it listens, once it can be used. */
  | { readonly port: number }
  /** The time that its process has computed. */
  | { readonly cpuMs: number }
  /** The longest that the event loop stood still since `watch`. */
  | { readonly stallMs: number };

export const SDK_KEY = "sdk-00000000-0000-4000-8000-000000000000";
export const ENVIRONMENT_ID = "5f0000000000000000000000";

/** Says that a server of the benchmark can be used, and answers the parent. */
export function serveBench(port: number): void {
  const reply = (message: ServerReply): void => {
    process.send?.(message);
  };
  let watch: StallWatch | undefined;
  process.on("message", ({ ask }: ServerRequest) => {
    switch (ask) {
      case "cpu": {
        const { user, system } = process.cpuUsage();
        return reply({ cpuMs: (user + system) / 1000 });
      }
      case "watch":
        watch = new StallWatch();
        return reply({ stallMs: 0 });
      case "stall":
        return reply({ stallMs: watch?.end() ?? 0 });
    }
  });
  reply({ port });
}

/** Looks at the clock in every turn of the event loop. */
class StallWatch {
  #last = performance.now();
  #longestMs = 0;
  #ended = false;

  constructor() {
    setImmediate(this.#look);
  }

  end(): number {
    this.#ended = true;
    return this.#longestMs;
  }

  readonly #look = (): void => {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#last);
    this.#last = now;
    if (!this.#ended) setImmediate(this.#look);
  };
}
