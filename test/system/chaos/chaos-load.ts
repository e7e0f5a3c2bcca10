import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { describeError } from "../../../shared/base/errors.ts";
import { SeededRandom } from "../../support/bus-world/seeded-random.ts";
import { addressed, type EnvironmentKeys, type EventAddress, eventAddress } from "./event-address.ts";
import { digest, type MarkedPayload, markedPayload } from "./marked-payload.ts";
import type { SentPayload } from "./verdict.ts";

/** Where payloads go, and whose they are. */
export interface LoadTargets {
  /** Of edges; a second try goes to another one, as behind a load balancer. */
  readonly urls: readonly string[];
  readonly environments: readonly EnvironmentKeys[];
}

const PARALLEL = 12;
const ANSWER_MS = 5000;
/** What an SDK waits between its two tries; theirs is a second, but a round is short. */
const AGAIN_MS = 200;
const MOST_PAUSE_MS = 120;

/** SDKs that send one payload after the other, each trying twice, as LaunchDarkly's do (S2). */
export class ChaosLoad {
  /** Everything that was sent so far, acknowledged or not. */
  readonly sent: SentPayload[] = [];
  readonly #targets: LoadTargets;
  readonly #name: string;
  readonly #random: SeededRandom;
  readonly #agent = new Agent({ headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS });
  #failures = 0;

  /** `name` is in every marker. */
  constructor(seed: number, name: string, targets: LoadTargets) {
    this.#targets = targets;
    this.#name = name;
    this.#random = new SeededRandom(seed);
  }

  /** Tries that were not answered with 202. */
  get failures(): number {
    return this.#failures;
  }

  /** Sends until the signal; resolves when nothing is under way any more. */
  async run(until: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: PARALLEL }, () => this.#sdk(until)));
    await this.#agent.destroy();
  }

  async #sdk(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const payload = markedPayload(this.#random, this.#name, this.sent.length);
      const keys = this.#random.pick(this.#targets.environments);
      const entry = { ...sentPayload(payload, keys), acknowledged: false };
      this.sent.push(entry);
      entry.acknowledged = await this.#send(payload, keys);
      await sleep(this.#random.between(0, MOST_PAUSE_MS));
    }
  }

  /**
   * A second try is the relay's to count once only if it bears an id which LaunchDarkly will see, so what is
   * summarised, or has no id, is tried once. A diagnostic is tried again where analytics go, as some SDKs do.
   */
  async #send(payload: MarkedPayload, keys: EnvironmentKeys): Promise<boolean> {
    const { id, sdk, contents, summarised } = payload;
    const first = this.#random.between(0, this.#targets.urls.length - 1);
    if (await this.#post(payload, eventAddress(sdk, contents, keys), first)) return true;
    await sleep(AGAIN_MS);
    if (id === undefined || summarised) return false;
    return this.#post(payload, eventAddress(sdk, "analytics", keys), first + 1);
  }

  async #post(
    { headers, body }: MarkedPayload,
    { path, authorization }: EventAddress,
    edge: number,
  ): Promise<boolean> {
    const url = this.#targets.urls[edge % this.#targets.urls.length];
    try {
      const answer = await request(`${url}${path}`, {
        method: "POST",
        headers: { ...headers, ...(authorization !== undefined && { authorization }) },
        body,
        dispatcher: this.#agent,
      });
      await answer.body.dump();
      if (answer.statusCode === 202) return true;
      // Whatever else an edge may answer here would be a mistake of this load's.
      if (answer.statusCode !== 503) throw new TypeError(`an edge answered ${answer.statusCode}`);
    } catch (error) {
      if (error instanceof TypeError) throw new Error(describeError(error), { cause: error });
    }
    this.#failures += 1;
    return false;
  }
}

/** The payload as it should arrive, whatever way it takes. */
function sentPayload({ sdk, contents, id, markers, body }: MarkedPayload, keys: EnvironmentKeys) {
  const address = eventAddress(sdk, contents, keys);
  return { id, digest: digest(body), markers: markers.map((marker) => addressed(address, marker)) };
}
