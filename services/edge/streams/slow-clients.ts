/** Somebody who takes bytes at their own speed. */
export interface Reader {
  /** Bytes that wait for them in this process. */
  readonly unsentBytes: number;
  /** Bytes that they, or the kernel on their behalf, have taken so far; grows by whole writes. */
  readonly takenBytes: number;
}

interface Lag {
  readonly sinceMs: number;
  /** What `takenBytes` must reach for the lag to count as worked off. */
  readonly owedBytes: number;
}

/** Keeps an eye on readers that did not take everything at once: slow ones are waited for, stuck ones are not. */
export class SlowClients<R extends Reader> {
  readonly #deadlineMs: number;
  readonly #lags = new Map<R, Lag>();

  /** @param deadlineMs how long a reader may take for what was waiting for them at one moment */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /** To be called after each write. */
  watch(reader: R, nowMs: number): void {
    if (reader.unsentBytes > 0 && !this.#lags.has(reader)) this.#lags.set(reader, lagOf(reader, nowMs));
  }

  forget(reader: R): void {
    this.#lags.delete(reader);
  }

  /** Takes out those who have not taken in time what was waiting for them. */
  takeOverdue(nowMs: number): R[] {
    const overdue: R[] = [];
    for (const [reader, lag] of this.#lags) {
      if (reader.unsentBytes === 0) this.#lags.delete(reader);
      else if (reader.takenBytes >= lag.owedBytes) this.#lags.set(reader, lagOf(reader, nowMs));
      else if (nowMs - lag.sinceMs >= this.#deadlineMs) {
        this.#lags.delete(reader);
        overdue.push(reader);
      }
    }
    return overdue;
  }
}

function lagOf(reader: Reader, nowMs: number): Lag {
  return { sinceMs: nowMs, owedBytes: reader.takenBytes + reader.unsentBytes };
}
