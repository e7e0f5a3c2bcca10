import { afterAll, describe, expect, it } from "vitest";
import type { EventPayload } from "../../shared/queue/event-payload.ts";
import { accept, EventsUpstream, type ReceivedPost, refuse } from "../integration/forwarder/upstream.ts";
import { eventually } from "../support/eventually.ts";
import { analytics, QueueClient } from "../support/queue-client.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { startRelay, stopAll } from "../support/relay-process.ts";

afterAll(stopAll);

const MARKERS = Array.from({ length: 8 }, (_, i) => `marker-${i}`);
const LARGEST = 2;
/** A lock runs out after ten seconds, and five of these tests start their processes at the same time. */
const PATIENCE = { timeoutMs: 50_000 };

const idOf = ({ headers }: ReceivedPost) => String(headers["x-launchdarkly-payload-id"]);
const markersOf = ({ body }: ReceivedPost | EventPayload): string[] =>
  (JSON.parse(body.toString()) as { key: string }[]).map(({ key }) => key);

/** Takes no payload of more than two events; the post of this number gets no answer, though its events count. */
async function strictUpstream(unanswered: number): Promise<EventsUpstream & { taken: ReceivedPost[] }> {
  const upstream = Object.assign(await EventsUpstream.start(), { taken: [] as ReceivedPost[] });
  upstream.answer = (post, response) => {
    const fits = markersOf(post).length <= LARGEST;
    if (fits) upstream.taken.push(post);
    if (upstream.received.length === unanswered) return;
    (fits ? accept : refuse(413))(post, response);
  };
  return upstream;
}

const forwarder = (upstream: EventsUpstream, redis: TestRedis): ReturnType<typeof startRelay> =>
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

/** Every event counted, each once, and of no id two bodies. */
async function expectExactness(upstream: EventsUpstream & { taken: ReceivedPost[] }, client: QueueClient) {
  const bodies = new Map<string, Set<string>>();
  for (const post of upstream.received)
    bodies.set(idOf(post), (bodies.get(idOf(post)) ?? new Set()).add(post.body.toString()));
  expect([...bodies].filter(([, texts]) => texts.size > 1)).toEqual([]);
  const counted = new Map(upstream.taken.map((post) => [idOf(post), markersOf(post)]));
  expect([...counted.values()].flat().sort()).toEqual(MARKERS);
  expect(await client.deadLetters.count()).toBe(0);
}

describe("a payload that is too large", () => {
  // The 1st post is the whole, the 2nd and 3rd are its halves, and so on: the split of each comes before the next.
  it.concurrent.each([
    ["while the whole is posted, before any split", 1],
    ["after the first split was recorded, while a half is posted", 2],
    ["after the second half was posted", 3],
    ["after a half of a half was posted", 5],
  ])("arrives, and no id has two bodies, when its forwarder is killed %s", async (_when, kills) => {
    await using redis = await startRedis();
    const upstream = await strictUpstream(kills);
    await using client = await QueueClient.connect(redis.port, "launchdarkly", "sdk-key");
    await client.queue.add([analytics("the-whole", MARKERS)]);

    const first = await forwarder(upstream, redis);
    await eventually("the fatal post", () => upstream.received.length >= kills, PATIENCE);
    await first.kill();
    const left = await client.payloads();
    // From the first part that was posted on, the job holds parts and not the whole.
    expect(left.some(({ id }) => id === "the-whole")).toBe(kills === 1);
    expect(new Set([...left, ...upstream.taken].flatMap(markersOf))).toEqual(new Set(MARKERS));

    await using second = await forwarder(upstream, redis);
    await second.waitUntilReady(PATIENCE);
    await eventually("the queue to be empty", () => client.isEmpty(), PATIENCE);
    await expectExactness(upstream, client);
    await upstream.stop();
  });

  it.concurrent("is left to another forwarder by one that was stopped for longer than its lock", async () => {
    await using redis = await startRedis();
    const upstream = await strictUpstream(0);
    const late: (() => void)[] = [];
    const { answer } = upstream;
    upstream.answer = (post, response) => {
      if (upstream.received.length === 1) late.push(() => answer(post, response));
      else answer(post, response);
    };
    await using client = await QueueClient.connect(redis.port, "launchdarkly", "sdk-key");
    await client.queue.add([analytics("the-whole", MARKERS)]);
    await using first = await forwarder(upstream, redis);
    await eventually("the first post", () => upstream.received.length === 1, PATIENCE);
    first.suspend();
    for (const send of late) send();

    await using second = await forwarder(upstream, redis);
    await second.waitUntilReady(PATIENCE);
    await eventually("the queue to be empty", () => client.isEmpty(), PATIENCE);
    first.resume();
    await first.waitForLog(({ event }) => event === "events.job_lost", PATIENCE);
    await expectExactness(upstream, client);
    await upstream.stop();
  });
});
