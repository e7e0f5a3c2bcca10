import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { eventually } from "./eventually.ts";
import { type SseEvent, SseParser } from "./sse-parser.ts";

/** What to ask for, besides the address. */
export interface SseRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Opens a stream and resolves once the head of the answer is there, whatever its status. A plain client that never
 * reconnects, for assertions about what is on the wire.
 */
export function openSse(
  url: string,
  { method = "GET", headers = {}, body }: SseRequest = {},
): Promise<SseStream> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method,
      headers: { Accept: "text/event-stream", ...headers },
      agent: false,
    });
    asked.once("error", reject);
    asked.once("response", (response) => resolve(new SseStream(response)));
    asked.end(body);
  });
}

/** One open stream and everything that has come through it. */
export class SseStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #parser = new SseParser();
  readonly #chunks: Buffer[] = [];
  readonly #response: IncomingMessage;
  #closed = false;
  #failure: Error | undefined;

  constructor(response: IncomingMessage) {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    response.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#parser.push(chunk);
    });
    response.once("error", (error) => {
      this.#failure = error;
    });
    response.once("close", () => {
      this.#closed = true;
    });
  }

  /** Complete events so far, oldest first. */
  get events(): readonly SseEvent[] {
    return this.#parser.events;
  }

  /** How many comments (heartbeats) have come so far. */
  get comments(): number {
    return this.#parser.comments;
  }

  /** The body so far, without the chunks' framing. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Why the stream broke off; `undefined` while it is open and after a polite end. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /**
   * The first event, past or to come, that `matches`: a name, or a predicate. Rejects after `timeoutMs`, and as soon
   * as the stream has ended without it.
   */
  async waitFor(matches: string | ((event: SseEvent) => boolean), timeoutMs = 30_000): Promise<SseEvent> {
    const isIt = typeof matches === "string" ? (event: SseEvent) => event.event === matches : matches;
    const what = typeof matches === "string" ? `the event "${matches}"` : "a matching event";
    const found = await eventually(
      `${what} on the stream`,
      () => this.events.find(isIt) ?? (this.#closed ? "closed" : undefined),
      { timeoutMs, everyMs: 2 },
    );
    if (found === "closed")
      throw new Error(`the stream ended after ${this.events.length} events without ${what}`);
    return found;
  }

  /** Leaves, as a client does whose process ends. */
  close(): void {
    this.#response.destroy();
  }
}
