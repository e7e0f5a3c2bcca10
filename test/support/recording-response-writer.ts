import type { Head } from "../../services/edge/http/response/head.ts";
import type { Answer, ResponseWriter } from "../../services/edge/http/response/response-writer.ts";

/** Keeps what it is given to send, as if the client took all of it at once; it has no socket for a stream. */
export class RecordingResponseWriter implements ResponseWriter {
  answer: Answer | undefined;
  /** The head of a stream that was asked for. */
  streamHead: Head | undefined;

  get over(): boolean {
    return this.answer !== undefined || this.streamHead !== undefined;
  }

  countAs(): void {
    // The metrics of routes have tests of their own.
  }

  send(answer: Answer): boolean {
    // The body is in memory that is used again as soon as this returns.
    const body = answer.body && Buffer.from(answer.body);
    this.answer = body === undefined ? answer : { ...answer, body };
    return true;
  }

  stream(head: Head): undefined {
    this.streamHead = head;
  }
}
