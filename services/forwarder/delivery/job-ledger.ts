import type { EventPayload } from "../../../shared/queue/event-payload.ts";

/** The result of one attempt for a payload. */
export type PayloadEnd =
  /** It leaves the job: delivered, or a dead letter. */
  | { readonly kind: "gone" }
  /** It stays in the job. */
  | { readonly kind: "again"; readonly delayMs: number }
  /** It was not tried, because its destination is not accepting events. */
  | { readonly kind: "held" }
  /** It was refused, and its destination is parked. */
  | { readonly kind: "parked" };

/** What is left of a job after an attempt. */
export interface LeftOver {
  readonly again: readonly EventPayload[];
  /** When to retry those. */
  readonly delayMs: number;
  /** What is to be parked without having been tried, and what was refused. */
  readonly held: readonly EventPayload[];
  readonly refused: readonly EventPayload[];
}

interface Entry {
  payload: EventPayload;
  end?: PayloadEnd;
}

/** The results so far for a job's payloads, which are tried concurrently. */
export class JobLedger {
  readonly #entries: Entry[];
  readonly #record: (payloads: readonly EventPayload[]) => Promise<void>;

  /** `record` makes what it is given all that the job has left, if the job is still ours. */
  constructor(
    payloads: readonly EventPayload[],
    record: (payloads: readonly EventPayload[]) => Promise<void>,
  ) {
    this.#entries = payloads.map((payload) => ({ payload }));
    this.#record = record;
  }

  /** `after`: what the payload has become, if it stays. */
  settle(payload: EventPayload, end: PayloadEnd, after = payload): void {
    const entry = this.#entries.find((one) => one.payload === payload);
    if (entry !== undefined) Object.assign(entry, { payload: after, end });
  }

  /**
   * Replaces a payload by its parts, and resolves once Redis has them. Only then may a part be posted (E3): a forwarder that
   * takes the job over must send the same parts.
   */
  async replace(payload: EventPayload, parts: readonly EventPayload[]): Promise<void> {
    const at = this.#entries.findIndex((one) => one.payload === payload);
    this.#entries.splice(at, 1, ...parts.map((part) => ({ payload: part })));
    await this.#record(this.#entries.filter(({ end }) => end?.kind !== "gone").map((one) => one.payload));
  }

  /**
   * The result of the attempt. Payloads that stay in the job wait for the longest of their delays, to respect every
   * `Retry-After`.
   */
  leftOver(): LeftOver {
    const of = (...kinds: (PayloadEnd["kind"] | undefined)[]): EventPayload[] =>
      this.#entries.filter(({ end }) => kinds.includes(end?.kind)).map(({ payload }) => payload);
    const delays = this.#entries.map(({ end }) => (end?.kind === "again" ? end.delayMs : 0));
    return {
      again: of("again", undefined),
      delayMs: Math.max(0, ...delays),
      held: of("held"),
      refused: of("parked"),
    };
  }
}
