import type { PostResult } from "../../../../services/forwarder/delivery/delivery-outcome.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";

interface Summary {
  readonly kind: string;
  readonly key?: string;
  readonly features?: Readonly<Record<string, { readonly counters: readonly { readonly count: number }[] }>>;
}

/**
 * LaunchDarkly as far as counting goes: takes each payload id once, and sees when one came with two bodies. Refuses the key
 * of as many POSTs as it is told to at first.
 */
export class CountingUpstream {
  readonly problems: string[] = [];
  readonly #bodies = new Map<string, string>();
  #refusals: number;

  constructor(refusals = 0) {
    this.#refusals = refusals;
  }

  take(payload: EventPayload): PostResult {
    if (this.#refusals > 0) {
      this.#refusals -= 1;
      return { kind: "answered", status: 401 };
    }
    const body = payload.body.toString();
    const known = this.#bodies.get(payload.id);
    if (known !== undefined && known !== body) this.problems.push(`${payload.id} came with two bodies`);
    if (payload.headers["x-launchdarkly-payload-id"] !== payload.id)
      this.problems.push(`${payload.id} bears another id`);
    this.#bodies.set(payload.id, body);
    return { kind: "answered", status: 202 };
  }

  /** How many payloads were taken. */
  get payloads(): number {
    return this.#bodies.size;
  }

  /** How many evaluations all summaries count of each flag, and how often each custom event came. */
  counts(): Record<string, number> {
    const counts = new Map<string, number>();
    const add = (what: string, count: number) => counts.set(what, (counts.get(what) ?? 0) + count);
    for (const body of this.#bodies.values())
      for (const { kind, key, features } of JSON.parse(body) as Summary[]) {
        if (kind === "custom") add(`custom ${key}`, 1);
        for (const [flag, { counters }] of Object.entries(features ?? {}))
          for (const { count } of counters) add(flag, count);
      }
    return Object.fromEntries([...counts].sort());
  }
}
