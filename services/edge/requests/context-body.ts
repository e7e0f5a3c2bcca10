import type { IncomingMessage } from "node:http";
import { BodyReader } from "../http/body-reader.ts";
import { type ClientError, NOT_JSON, unread } from "./client-errors.ts";

/** How long a client may take to send its context. */
const MAX_BODY_MS = 30_000;
/** What all large contexts that are still coming in may take together. */
const MAX_LARGE_BYTES = 64 * 1024 * 1024;
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/** Reads contexts from the bodies of REPORT requests (R1.5). */
export class ContextBodies {
  readonly #bodies: BodyReader;

  constructor(maxBytes: number) {
    this.#bodies = new BodyReader({
      maxBytes,
      maxMs: MAX_BODY_MS,
      maxLargeBytes: Math.max(MAX_LARGE_BYTES, 4 * maxBytes),
    });
  }

  /** The text, or why there is none. Never rejects. */
  async read(incoming: IncomingMessage): Promise<string | ClientError> {
    // Also where the type is wrong, so that the connection can carry the next request.
    const read = await this.#bodies.read(incoming);
    if (read.kind !== "read") return unread(read.kind);
    return JSON_TYPE.test(incoming.headers["content-type"] ?? "") ? read.body.toString("utf8") : NOT_JSON;
  }
}
