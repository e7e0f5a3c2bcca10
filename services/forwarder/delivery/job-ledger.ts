import type { EventPayload } from "../../../shared/queue/event-payload.ts";

/** What became of a payload in this turn of its job. */
export type PayloadEnd =
  /** It leaves the job: delivered, or a dead letter. */
  | { readonly kind: "gone" }
  /** It stays in the job. */
  | { readonly kind: "again"; readonly delayMs: number }
  /** It was not its turn, because its destination takes nothing at the moment. */
  | { readonly kind: "held" }
  /** It was refused, and its destination is parked. */
  | { readonly kind: "parked" };

/** What is left of a job after a turn. */
export interface LeftOver {
  readonly again: readonly EventPayload[];
  /** When to try those again. */
  readonly delayMs: number;
  /** What is to be parked without having been tried, and what was refused. */
  readonly held: readonly EventPayload[];
  readonly refused: readonly EventPayload[];
}

interface Entry {
  payload: EventPayload;
  end?: PayloadEnd;
}

/** What became so far of the payloads of a job, while they are tried side by side. */
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
   * Puts parts in a payload's place, and resolves once that is safe. Only then may a part be posted: whoever takes
   * the job after us must make the same of it.
   */
  async replace(payload: EventPayload, parts: readonly EventPayload[]): Promise<void> {
    const at = this.#entries.findIndex((one) => one.payload === payload);
    this.#entries.splice(at, 1, ...parts.map((part) => ({ payload: part })));
    await this.#record(this.#entries.filter(({ end }) => end?.kind !== "gone").map((one) => one.payload));
  }

  /**
   * What the turn ends with. Those that stay in the job wait as long as the most patient of them, because a
   * `Retry-After` is a request.
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
