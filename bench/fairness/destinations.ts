import { EventSink, type SinkAnswer } from "../../test/support/event-sink.ts";
import { eventually } from "../../test/support/eventually.ts";
import { DeliveryRelay, otherCredentials } from "../delivery/relay.ts";
import { median, percentile, verdict } from "../figures.ts";
import type { FairnessOptions } from "./options.ts";
import { type SentPayload, steadyLoad } from "./steady-load.ts";

const SDK_KEY = "sdk-fairness";
const { mobileKey, envId } = otherCredentials(SDK_KEY);
/** Server-side SDKs' events are looked at; beside each of them goes one of every other kind. */
const POSTS = [
  { path: "/bulk", authorization: SDK_KEY },
  { path: "/mobile", authorization: mobileKey },
  { path: "/diagnostic", authorization: SDK_KEY },
  { path: `/events/bulk/${envId}` },
];

/** What LaunchDarkly refuses. */
const REFUSALS: readonly (readonly [path: string, status: number])[] = [
  ["/mobile", 401],
  ["/diagnostic", 403],
  [`/events/bulk/${envId}`, 404],
];
const MAX_RATIO = 1.2;
/** Until the code of all processes is compiled, which shows in the p99 for longer than elsewhere. */
const WARM_UP_PAYLOADS = 500;

/** How long the payloads that are looked at took, in milliseconds: of an undisturbed relay, and of one beside it. */
interface Ages {
  readonly undisturbed: readonly number[];
  readonly refused: readonly number[];
}

/**
 * How long payloads of server-side SDKs take from accepted to delivered while LaunchDarkly refuses another kind of their
 * environment's, against the same load without a refusal. Both run at the same time, each with a Redis, an edge and a
 * forwarder of its own: the p99 of so few milliseconds is made of what the machine does beside, which then hits both alike.
 */
export async function fairnessOfDestinations(options: FairnessOptions): Promise<boolean> {
  const cases = REFUSALS.map(([path, status]) => ({
    name: `${path.replace(/\/env-.*/, "")} ${status}`,
    answers: new Map([[path, { status, delayMs: 0 }]]),
    undisturbed: [] as number[],
    refused: [] as number[],
  }));
  for (let round = 0; round < options.rounds; round += 1)
    for (const { name, answers, undisturbed, refused } of cases) {
      const ages = await agesOfServerEvents(answers, options, round % 2 === 0);
      undisturbed.push(...ages.undisturbed);
      refused.push(...ages.refused);
      console.log(`${name.padEnd(16)} ${figures(ages.refused)}; beside it ${figures(ages.undisturbed)}`);
    }
  console.log("\np99 of /bulk from accepted to delivered, over all rounds\n");
  const verdicts = cases.map(({ name, undisturbed, refused }) => {
    const [p99, other] = [percentile(refused, 0.99), percentile(undisturbed, 0.99)];
    console.log(`${name}: ${p99.toFixed(1)} ms, ${other.toFixed(1)} ms without`);
    return verdict(`times as long with ${name}`, p99 / other, "at most", MAX_RATIO);
  });
  return verdicts.every((passed) => passed);
}

function figures(ages: readonly number[]): string {
  return `p50 ${median(ages).toFixed(1)} ms, p99 ${percentile(ages, 0.99).toFixed(1)} ms`;
}

/** `refusedFirst`: whose POSTs go first, since they are sent at the same moments. */
async function agesOfServerEvents(
  answers: ReadonlyMap<string, SinkAnswer>,
  options: FairnessOptions,
  refusedFirst: boolean,
): Promise<Ages> {
  await using undisturbed = await LoadedRelay.open(new Map());
  await using refused = await LoadedRelay.open(answers);
  const relays = refusedFirst ? [refused, undisturbed] : [undisturbed, refused];
  await Promise.all(relays.map((relay) => relay.run(options)));
  for (const [path] of answers)
    if (refused.posts(path) === 0) throw new Error(`nothing was tried at ${path}`);
  return { undisturbed: undisturbed.ages(), refused: refused.ages() };
}

/** An edge and a forwarder with a Redis and a LaunchDarkly of their own, under load. */
class LoadedRelay implements AsyncDisposable {
  readonly #sink: EventSink;
  readonly #relay: DeliveryRelay;
  readonly #edge: string;
  #sent: ReadonlyMap<string, SentPayload> = new Map();

  private constructor(sink: EventSink, relay: DeliveryRelay, edge: string) {
    this.#sink = sink;
    this.#relay = relay;
    this.#edge = edge;
  }

  static async open(answers: ReadonlyMap<string, SinkAnswer>): Promise<LoadedRelay> {
    const sink = await EventSink.open(answers);
    const relay = await DeliveryRelay.open({ sdkKeys: [SDK_KEY], eventsUri: sink.url });
    const edge = await relay.startEdge();
    await relay.startForwarder();
    return new LoadedRelay(sink, relay, edge);
  }

  /** Sends the load and resolves when all payloads of server-side SDKs have arrived. */
  async run({ payloads, perSecond }: FairnessOptions): Promise<void> {
    const sent = await steadyLoad(this.#edge, POSTS, WARM_UP_PAYLOADS + payloads, perSecond);
    const { arrivals } = this.#sink;
    await eventually("all of /bulk to arrive", () => [...sent.keys()].every((id) => arrivals.has(id)), {
      timeoutMs: 60_000,
    });
    this.#sent = sent;
  }

  /** How many POSTs came to this path. */
  posts(path: string): number {
    return this.#sink.posts(path);
  }

  /** From accepted to delivered, without those of the warm-up. */
  ages(): readonly number[] {
    const inOrder = [...this.#sent].sort(([, one], [, other]) => one.sentAt - other.sentAt);
    return inOrder
      .slice(WARM_UP_PAYLOADS)
      .map(([id, { acceptedAt }]) => (this.#sink.arrivals.get(id) ?? Number.NaN) - acceptedAt);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay[Symbol.asyncDispose]();
    await this.#sink.pause();
  }
}
