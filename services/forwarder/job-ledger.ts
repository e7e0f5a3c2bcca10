import type { JobEnd } from "../../shared/queue/event-consumer.ts";
import type { EventPayload } from "../../shared/queue/event-job.ts";
import type { DeliveryOutcome } from "./delivery-outcome.ts";

/** How a try of a payload ended, if it is not to be tried again within the same turn of the job. */
export type PayloadEnd =
  | Exclude<DeliveryOutcome, { readonly kind: "split" | "parked" }>
  /** The key was refused: the queue rests for so long. */
  | { readonly kind: "parked"; readonly forMs: number }
  /** It was not its turn before the job ended; this counts as no attempt. */
  | { readonly kind: "untried"; readonly delayMs: number };

/** What became so far of the payloads of a job, while they are tried side by side. */
export class JobLedger {
  readonly #entries: { payload: EventPayload; end?: PayloadEnd }[];
  readonly #record: (payloads: readonly EventPayload[]) => Promise<void>;

  /** `record` makes what it is given all that the job has left, if the job is still ours. */
  constructor(
    payloads: readonly EventPayload[],
    record: (payloads: readonly EventPayload[]) => Promise<void>,
  ) {
    this.#entries = payloads.map((payload) => ({ payload }));
    this.#record = record;
  }

  settle(payload: EventPayload, end: PayloadEnd): void {
    const entry = this.#entries.find((one) => one.payload === payload);
    if (entry !== undefined) entry.end = end;
  }

  /**
   * Puts parts in a payload's place, and resolves once that is safe. Only then may a part be posted: whoever takes
   * the job after us must make the same of it.
   */
  async replace(payload: EventPayload, parts: readonly EventPayload[]): Promise<void> {
    const at = this.#entries.findIndex((one) => one.payload === payload);
    this.#entries.splice(at, 1, ...parts.map((part) => ({ payload: part })));
    await this.#record(this.#entries.filter(isLeft).map((one) => one.payload));
  }

  /**
   * What the job ends with: delivered and dead payloads leave it, the others stay. It waits as long as the most
   * patient of them, because a `Retry-After` is a request. A payload whose key was refused goes to the end: the next
   * time another one, perhaps under another key, shows whether something can be delivered.
   */
  end(): JobEnd {
    const left = this.#entries.filter(isLeft);
    if (left.length === 0) return { kind: "done" };
    const [refused, others] = [left.filter(isParked), left.filter((entry) => !isParked(entry))];
    return {
      kind: "again",
      delayMs: Math.max(...left.map(({ end }) => delayOf(end))),
      payloads: [...others, ...refused].map(({ payload, end }) => asLeft(payload, end)),
    };
  }
}

interface Entry {
  readonly payload: EventPayload;
  readonly end?: PayloadEnd;
}

function isLeft({ end }: Entry): boolean {
  return end?.kind !== "delivered" && end?.kind !== "dead";
}

function isParked({ end }: Entry): boolean {
  return end?.kind === "parked";
}

function delayOf(end: PayloadEnd | undefined): number {
  switch (end?.kind) {
    case "again":
    case "untried":
      return end.delayMs;
    case "parked":
      return end.forMs;
    default:
      return 0;
  }
}

function asLeft(payload: EventPayload, end: PayloadEnd | undefined): EventPayload {
  const tried = end?.kind === "again" || end?.kind === "parked";
  return tried ? { ...payload, attempts: payload.attempts + 1 } : payload;
}
