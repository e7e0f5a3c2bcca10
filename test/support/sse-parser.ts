import { StringDecoder } from "node:string_decoder";

/** One event as it was dispatched. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
  /** When its last byte came, in milliseconds on the clock of `performance.now()`. */
  readonly at: number;
}

/**
 * Turns bytes into events (WHATWG HTML, "Server-sent events"), and counts the comments between them. Lines end with
 * LF or CRLF; nobody sends a lone CR.
 */
export class SseParser {
  readonly events: SseEvent[] = [];
  comments = 0;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #event = "";
  #data: string[] = [];

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  #line(line: string): void {
    const colon = line.indexOf(":");
    if (line === "") this.#dispatch();
    else if (colon === 0) this.comments += 1;
    else this.#field(line, colon);
  }

  #field(line: string, colon: number): void {
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
  }

  /** "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string." */
  #dispatch(): void {
    if (this.#data.length > 0)
      this.events.push({
        event: this.#event === "" ? "message" : this.#event,
        data: this.#data.join("\n"),
        at: performance.now(),
      });
    this.#event = "";
    this.#data = [];
  }
}
