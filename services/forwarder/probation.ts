import type { Clock } from "../../shared/base/clock.ts";
import type { Admission, Parking } from "../../shared/queue/parking.ts";
import type { Sign } from "./delivery-outcome.ts";

/** How often to look whether another job's payload has shown that the key is taken again. */
const LOOK_AGAIN_MS = 250;

/** What a job may do with its payloads: try all, try one first, or leave them as they are for a while. */
export type Permission =
  | { readonly kind: "all" }
  | { readonly kind: "one first" }
  | { readonly kind: "none"; readonly forMs: number };

/** Asks, before a job is worked on, whether its environment's key was refused lately. */
export class Probation {
  readonly #parking: Parking;
  readonly #firstParkingMs: number;
  readonly #stopping: AbortSignal;
  readonly #clock: Clock;
  #freeUntil = 0;

  /** `firstParkingMs`: how short a parking can be. */
  constructor(parking: Parking, firstParkingMs: number, stopping: AbortSignal, clock: Clock) {
    this.#parking = parking;
    this.#firstParkingMs = firstParkingMs;
    this.#stopping = stopping;
    this.#clock = clock;
  }

  /** Resolves when it is this job's turn. Rejects when Redis cannot be asked. */
  async permission(): Promise<Permission> {
    // Whoever parks now, parks for longer than that: nobody can be on probation before.
    if (this.#clock.monotonic() < this.#freeUntil) return { kind: "all" };
    for (;;) {
      const admission = await this.#admit();
      switch (admission.kind) {
        case "free":
          return { kind: "all" };
        case "probe":
          return { kind: "one first" };
        case "parked":
          return { kind: "none", forMs: admission.forMs };
        case "wait":
          // The job stays in hand: given back, each job of a long queue would come by, one after the other.
          await this.#clock.sleep(LOOK_AGAIN_MS, this.#stopping);
          if (this.#stopping.aborted) return { kind: "none", forMs: 0 };
      }
    }
  }

  /** Says what the payload that was tried first has shown. A refusal has been told by parking the queue again. */
  async conclude(sign: Sign): Promise<void> {
    if (sign === "well") await this.#parking.lift();
    else if (sign !== "refused") await this.#parking.release();
  }

  async #admit(): Promise<Admission> {
    const askedAt = this.#clock.monotonic();
    const admission = await this.#parking.admit();
    if (admission.kind === "free") this.#freeUntil = askedAt + this.#firstParkingMs / 2;
    return admission;
  }
}
