import type { IncomingMessage, ServerResponse } from "node:http";

/** The goals of one environment, which pages ask for (R1.10), and who has asked. */
export class SimulatedGoals {
  /** What is answered, exactly as it stands here. */
  body = "[]";
  /** What the answer's head says besides its type; its `ETag` counts. */
  headers: Readonly<Record<string, string>> = {};
  readonly #asked: IncomingMessage[] = [];

  /** Every request, oldest first. */
  get asked(): readonly IncomingMessage[] {
    return this.#asked;
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#asked.push(request);
    const { ETag: etag } = this.headers;
    if (etag !== undefined && request.headers["if-none-match"] === etag)
      response.writeHead(304, this.headers).end();
    else response.writeHead(200, { "Content-Type": "application/json", ...this.headers }).end(this.body);
  }
}
