import { afterAll, describe, expect, it } from "vitest";
import { accept, EventsUpstream, type ReceivedPost, refuse } from "../integration/forwarder/upstream.ts";
import { eventually } from "../support/eventually.ts";
import { analytics, QueueClient } from "../support/queue-client.ts";
import { startRedis } from "../support/redis.ts";
import { startRelay, stopAll } from "../support/relay-process.ts";

afterAll(stopAll);

const MARKERS = Array.from({ length: 8 }, (_, i) => `marker-${i}`);
const idOf = ({ headers }: ReceivedPost) => String(headers["x-launchdarkly-payload-id"]);
const markersOf = ({ body }: ReceivedPost): string[] =>
  (JSON.parse(body.toString()) as { key: string }[]).map(({ key }) => key);

describe("a payload that is too large", () => {
  // The 1st post is the whole, the 2nd and 3rd are its halves, and so on: the split of each comes before the next.
  it.concurrent.each([
    ["while the whole is posted, before any split", 1],
    ["after the first split was recorded, while a half is posted", 2],
    ["after the second half was posted", 3],
    ["after a half of a half was posted", 5],
  ])("arrives, and no id has two bodies, when its forwarder is killed %s", async (_when, kills) => {
    await using redis = await startRedis();
    const upstream = await EventsUpstream.start();
    const taken: ReceivedPost[] = [];
    upstream.answer = (post, response) => {
      // The fatal post is not answered any more, though its events may count.
      if (markersOf(post).length > 2) {
        if (upstream.received.length !== kills) refuse(413)(post, response);
        return;
      }
      taken.push(post);
      if (upstream.received.length !== kills) accept(post, response);
    };
    const forwarder = (): ReturnType<typeof startRelay> =>
      startRelay({
        role: "forwarder",
        config: ({ adminPort }) => `
          [Events]
          eventsUri = ${upstream.uri}
          retryMaxDelay = 50ms
          [Environment "Env"]
          sdkKey = sdk-key
          [Redis]
          url = ${redis.url}
          [Admin]
          port = ${adminPort}`,
      });
    await using client = await QueueClient.connect(redis.port, "Env");
    await client.queue.add([analytics("the-whole", MARKERS)]);

    const first = await forwarder();
    await eventually("the fatal post", () => upstream.received.length >= kills);
    await first.kill();
    const kept = await client.payloads();
    // From the first part that was posted on, the job holds parts and not the whole.
    expect(kept.some(({ id }) => id === "the-whole")).toBe(kills === 1);
    const left = kept.flatMap(({ body }) =>
      (JSON.parse(body.toString()) as { key: string }[]).map(({ key }) => key),
    );
    expect(new Set([...left, ...taken.flatMap(markersOf)])).toEqual(new Set(MARKERS));

    await using second = await forwarder();
    await second.waitUntilReady();
    await eventually("the queue to be empty", () => client.isEmpty(), { timeoutMs: 40_000 });
    const bodies = new Map<string, Set<string>>();
    for (const post of upstream.received)
      bodies.set(idOf(post), (bodies.get(idOf(post)) ?? new Set()).add(post.body.toString()));
    expect([...bodies].filter(([, texts]) => texts.size > 1)).toEqual([]);
    const counted = new Map(taken.map((post) => [idOf(post), markersOf(post)]));
    expect([...counted.values()].flat().sort()).toEqual(MARKERS);
    expect(await client.deadLetters.count()).toBe(0);
    await upstream.stop();
  });
});
