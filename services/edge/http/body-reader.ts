import type { IncomingMessage } from "node:http";

/** What a body may cost. */
export interface BodyLimits {
  /** A body of just this size is read. */
  readonly maxBytes: number;
  /** From the end of the request's head to the end of its body. */
  readonly maxMs: number;
  /** Limit for all large bodies that are being received. */
  readonly maxLargeBytes: number;
}

/** Smaller ones are bounded by the number of connections, and not worth being counted. */
const LARGE_BYTES = 64 * 1024;

/** A request's body, or why there is none to work with. */
export type ReadBody =
  | { readonly kind: "read"; readonly body: Buffer }
  /** The client broke off. */
  | { readonly kind: "broken" }
  | { readonly kind: "too_large" }
  | { readonly kind: "too_slow" }
  /** It was the largest when all together became too much. */
  | { readonly kind: "congested" };

/**
 * Reads the bodies of requests, from Node itself: a `Request` around them costs as much as all the rest of taking
 * events in.
 */
export class BodyReader {
  readonly #limits: BodyLimits;
  /** Only large ones: a set through which every request passes costs the garbage collector dearly. */
  readonly #large = new Set<Reading>();
  /** Those that began in this round of the event loop. */
  #begun: Reading[] = [];

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Never rejects. What comes after any other outcome than `read` is not looked at any more. */
  read(incoming: IncomingMessage): Promise<ReadBody> {
    const { maxBytes } = this.#limits;
    if (Number(incoming.headers["content-length"]) > maxBytes) return Promise.resolve({ kind: "too_large" });
    return new Promise((resolve) => {
      const reading = new Reading(incoming, resolve, () => {
        if (reading.bytes > maxBytes) reading.end({ kind: "too_large" });
        else if (reading.bytes > LARGE_BYTES) this.#grown(reading);
      });
      if (this.#begun.push(reading) === 1) setImmediate(this.#endRound);
    });
  }

  /** Most bodies come along with their heads. Only those that did not need a deadline: timers are not for nothing. */
  readonly #endRound = (): void => {
    const begun = this.#begun;
    this.#begun = [];
    for (const reading of begun) reading.endWithin(this.#limits.maxMs);
  };

  /** Whoever sends the largest body is cut when all together become too much: those with small ones do not feel it. */
  #grown(reading: Reading): void {
    for (const one of this.#large) if (one.ended) this.#large.delete(one);
    this.#large.add(reading);
    const all = [...this.#large];
    if (all.reduce((sum, { bytes }) => sum + bytes, 0) <= this.#limits.maxLargeBytes) return;
    all.reduce((one, other) => (other.bytes > one.bytes ? other : one)).end({ kind: "congested" });
  }
}

/** One body on its way. */
class Reading {
  bytes = 0;
  readonly #settle: (outcome: ReadBody) => void;
  readonly #grown: () => void;
  #deadline: NodeJS.Timeout | undefined;
  #chunks: Buffer[] = [];
  #ended = false;

  constructor(incoming: IncomingMessage, settle: (outcome: ReadBody) => void, grown: () => void) {
    this.#settle = settle;
    this.#grown = grown;
    // Without a listener of its errors, Node only closes a request that broke off.
    incoming.on("data", this.#take).on("end", this.#whole).on("close", this.#brokenOff);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Ends it as too slow in `ms`, unless it has ended by then. */
  endWithin(ms: number): void {
    if (!this.#ended) this.#deadline = setTimeout(() => this.end({ kind: "too_slow" }), ms);
  }

  /** Only the first outcome counts. What still comes is thrown away. */
  end(outcome: ReadBody): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    this.#chunks = [];
    this.#settle(outcome);
  }

  readonly #take = (chunk: Buffer): void => {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.bytes += chunk.byteLength;
    this.#grown();
  };

  readonly #whole = (): void => {
    const [first] = this.#chunks;
    const body =
      first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.bytes);
    this.end({ kind: "read", body });
  };

  readonly #brokenOff = (): void => this.end({ kind: "broken" });
}
