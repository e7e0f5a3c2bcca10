import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { SamePortServer } from "../../simulator/same-port-server.ts";

/** What the sink answers to some payloads. */
export interface SinkAnswer {
  readonly status: number;
  readonly delayMs: number;
}

const TAKEN: SinkAnswer = { status: 202, delayMs: 0 };

/** LaunchDarkly's events service as measurements need it: it keeps of each payload when it came, and nothing else. */
export class EventSink {
  readonly #server: SamePortServer;
  readonly #answers: ReadonlyMap<string, SinkAnswer>;
  readonly #arrivals = new Map<string, number>();
  readonly #posts = new Map<string, number>();

  private constructor(server: SamePortServer, answers: ReadonlyMap<string, SinkAnswer>) {
    this.#server = server;
    this.#answers = answers;
  }

  /** Opens one on a free port of 127.0.0.1; `answers` says, by SDK key or by path, who is not answered 202 at once. */
  static async open(answers: ReadonlyMap<string, SinkAnswer> = new Map()): Promise<EventSink> {
    const server = await SamePortServer.open((request, response) => void sink.#take(request, response));
    const sink = new EventSink(server, answers);
    return sink;
  }

  /** For `eventsUri`. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** When each payload that was taken came first, by its id, in milliseconds of `performance.now()`. */
  get arrivals(): ReadonlyMap<string, number> {
    return this.#arrivals;
  }

  /** How many POSTs came under this SDK key, or to this path, however they were answered. */
  posts(sdkKeyOrPath: string): number {
    return this.#posts.get(sdkKeyOrPath) ?? 0;
  }

  /** Refuses connections until {@link resume}. */
  pause(): Promise<void> {
    return this.#server.pause();
  }

  resume(): Promise<void> {
    return this.#server.resume();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    const { authorization = "", "x-launchdarkly-payload-id": id } = request.headers;
    const path = request.url ?? "";
    for (const what of [authorization, path]) this.#posts.set(what, this.posts(what) + 1);
    const { status, delayMs } = this.#answers.get(authorization) ?? this.#answers.get(path) ?? TAKEN;
    request.resume();
    if (delayMs > 0) await sleep(delayMs);
    if (status < 300 && typeof id === "string" && !this.#arrivals.has(id)) this.#arrivals.set(id, at);
    response.writeHead(status, { "content-length": 0 }).end();
  }
}
