import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";

/** How many requests are under way at a time, as from so many SDKs. */
const PARALLEL = 64;
const BODY_BYTES = 300;
const AGAIN_MS = 1000;

/** The id of payload number `n`. */
export function numberedId(n: number): string {
  return `50a4c000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** Sends payloads of 300 bytes, each as often as it takes to be acknowledged. */
export class NumberedLoad {
  readonly #edge: string;
  readonly #sdkKey: string;
  readonly #agent = new Agent({ connections: PARALLEL });
  #acknowledged = 0;
  #refusals = 0;

  constructor(edge: string, sdkKey: string) {
    this.#edge = edge;
    this.#sdkKey = sdkKey;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Answers other than 202; each was tried again. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Sends the payloads with numbers below `count`; resolves once all are acknowledged. */
  async send(count: number): Promise<void> {
    let next = 0;
    const sdk = async (): Promise<void> => {
      while (next < count) {
        const n = next;
        next += 1;
        await this.#sendOne(n);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, sdk));
    await this.#agent.close();
  }

  async #sendOne(n: number): Promise<void> {
    for (;;) {
      const answer = await request(`${this.#edge}/bulk`, {
        method: "POST",
        headers: {
          authorization: this.#sdkKey,
          "content-type": "application/json",
          "x-launchdarkly-event-schema": "4",
          "x-launchdarkly-payload-id": numberedId(n),
        },
        body: bodyOf(n),
        dispatcher: this.#agent,
      });
      await answer.body.dump();
      if (answer.statusCode === 202) break;
      this.#refusals += 1;
      await sleep(AGAIN_MS);
    }
    this.#acknowledged += 1;
  }
}

function bodyOf(n: number): string {
  const event = { kind: "custom", key: `soak-${n}`, creationDate: 1_700_000_000_000, data: "" };
  const rest = BODY_BYTES - JSON.stringify([event]).length;
  return JSON.stringify([{ ...event, data: "x".repeat(Math.max(0, rest)) }]);
}
