import { EventSink, type SinkAnswer } from "../../test/support/event-sink.ts";
import { eventually } from "../../test/support/eventually.ts";
import { DeliveryRelay, otherCredentials } from "../delivery/relay.ts";
import { median, percentile, verdict } from "../figures.ts";
import { type FairnessOptions, WARM_UP_PAYLOADS } from "./options.ts";
import { steadyLoad } from "./steady-load.ts";

const SDK_KEY = "sdk-fairness";
const { mobileKey, envId } = otherCredentials(SDK_KEY);
/** Server-side SDKs' events are looked at; beside each of them goes one of every other kind. */
const POSTS = [
  { path: "/bulk", authorization: SDK_KEY },
  { path: "/mobile", authorization: mobileKey },
  { path: "/diagnostic", authorization: SDK_KEY },
  { path: `/events/bulk/${envId}` },
];

const CASES: ReadonlyMap<string, readonly (readonly [path: string, answer: SinkAnswer])[]> = new Map([
  ["all taken", []],
  ["/mobile 401", [["/mobile", { status: 401, delayMs: 0 }]]],
  ["/diagnostic 403", [["/diagnostic", { status: 403, delayMs: 0 }]]],
  ["/events/bulk 404", [[`/events/bulk/${envId}`, { status: 404, delayMs: 0 }]]],
]);
const MAX_RATIO = 1.2;

/**
 * How long payloads of server-side SDKs take from accepted to delivered, while LaunchDarkly refuses another kind of their
 * environment's, against the same load without a refusal. One edge, one forwarder; the cases take turns.
 */
export async function fairnessOfDestinations(options: FairnessOptions): Promise<boolean> {
  const p99s = new Map<string, number[]>([...CASES.keys()].map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1)
    for (const [name, answers] of CASES) {
      const ages = await agesOfServerEvents(new Map(answers), options);
      p99s.get(name)?.push(percentile(ages, 0.99));
      console.log(
        `${name.padEnd(16)} p50 ${median(ages).toFixed(1)} ms, p99 ${percentile(ages, 0.99).toFixed(1)} ms`,
      );
    }
  const [[, well] = ["", Number.NaN], ...refused] = [...p99s].map(
    ([name, some]) => [name, median(some)] as const,
  );
  console.log(
    `\np99 of /bulk from accepted to delivered, medians of all rounds; all taken ${well.toFixed(1)} ms\n`,
  );
  const verdicts = refused.map(([name, p99]) =>
    verdict(`times as long with ${name}`, p99 / well, "at most", MAX_RATIO),
  );
  return verdicts.every((passed) => passed);
}

async function agesOfServerEvents(
  answers: ReadonlyMap<string, SinkAnswer>,
  { payloads, perSecond }: FairnessOptions,
): Promise<number[]> {
  const sink = await EventSink.open(answers);
  try {
    await using relay = await DeliveryRelay.open({ sdkKeys: [SDK_KEY], eventsUri: sink.url });
    const edge = await relay.startEdge();
    await relay.startForwarder();
    const sent = await steadyLoad(edge, POSTS, WARM_UP_PAYLOADS + payloads, perSecond);
    await eventually("all of /bulk to arrive", () => [...sent.keys()].every((id) => sink.arrivals.has(id)), {
      timeoutMs: 60_000,
    });
    for (const [path] of answers) if (sink.posts(path) === 0) throw new Error(`nothing was tried at ${path}`);
    const inOrder = [...sent].sort(([, one], [, other]) => one.sentAt - other.sentAt);
    return inOrder
      .slice(WARM_UP_PAYLOADS)
      .map(([id, { acceptedAt }]) => (sink.arrivals.get(id) ?? Number.NaN) - acceptedAt);
  } finally {
    await sink.pause();
  }
}
