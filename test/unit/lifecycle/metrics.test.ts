import { afterEach, describe, expect, it, vi } from "vitest";
import { createMetrics } from "../../../shared/lifecycle/metrics.ts";

const sent = { name: "messages_sent_total", help: "Messages", labels: ["environment"] } as const;

afterEach(() => {
  vi.useRealTimers();
});

describe("metrics", () => {
  it("are read as text for Prometheus, with the prefix", async () => {
    const metrics = createMetrics("relay");
    metrics.counter(sent).add({ environment: "Spree" });
    metrics.counter(sent).add({ environment: "Spree" }, 4);
    metrics.gauge({ name: "streams_open", help: "Streams", labels: [] }).set({}, 7);
    metrics.histogram({ name: "lag_seconds", help: "Lag", labels: [], buckets: [0.1, 1] }).observe({}, 0.5);
    const { contentType, text } = await metrics.read();
    expect(contentType).toMatch(/^text\/plain/);
    expect(text).toContain("# TYPE relay_messages_sent_total counter");
    expect(text).toContain('relay_messages_sent_total{environment="Spree"} 5');
    expect(text).toContain("relay_streams_open 7");
    expect(text).toContain('relay_lag_seconds_bucket{le="0.1"} 0');
    expect(text).toContain('relay_lag_seconds_bucket{le="1"} 1');
    expect(text).toContain("process_resident_memory_bytes");
  });

  it("count on from one reading to the next, each series by itself", async () => {
    const metrics = createMetrics("relay");
    const posts = metrics.counter({ name: "posts_total", help: "Posts", labels: ["environment", "status"] });
    const read = async () => (await metrics.read()).text.match(/(?<=relay_posts_total)\{.*/g);
    posts.add({ environment: "a", status: "202" });
    posts.add({ environment: "a", status: "503" }, 0);
    await read();
    posts.add({ status: "202", environment: "a" }, 2);
    posts.add({ environment: "202", status: "a" });
    expect(await read()).toEqual([
      '{environment="a",status="202"} 3',
      '{environment="a",status="503"} 0',
      '{environment="202",status="a"} 1',
    ]);
  });

  it("forget the series of an environment that was removed", async () => {
    const metrics = createMetrics("relay");
    const depth = metrics.gauge({ name: "queue_depth", help: "Waiting", labels: ["environment"] });
    depth.set({ environment: "a" }, 1);
    depth.set({ environment: "b" }, 2);
    depth.remove({ environment: "a" });
    const { text } = await metrics.read();
    expect(text).not.toContain('environment="a"');
    expect(text).toContain('relay_queue_depth{environment="b"} 2');
  });

  it("refuse one name for two things", () => {
    const metrics = createMetrics("relay");
    metrics.counter(sent);
    expect(() => metrics.gauge(sent)).toThrow("messages_sent_total is a counter");
    expect(() => metrics.counter({ ...sent, labels: ["kind"] })).toThrow("{environment}");
  });

  it("make any prefix fit Prometheus", async () => {
    const metrics = createMetrics("2nd my-relay");
    metrics.gauge({ name: "up", help: "Up", labels: [] }).set({}, 1);
    expect((await metrics.read()).text).toContain("\n_2nd_my_relay_up 1\n");
  });

  it("belong to one reader: two processes' worth of them do not mix", async () => {
    createMetrics("relay").counter(sent).add({ environment: "other" });
    expect((await createMetrics("relay").read()).text).not.toContain("other");
  });

  it("ask for fresh values before they are read, and go on without those that fail or hang", async () => {
    const metrics = createMetrics("relay");
    const depth = metrics.gauge({ name: "queue_depth", help: "Waiting", labels: [] });
    metrics.beforeRead(() => {
      throw new Error("Redis is away");
    });
    metrics.beforeRead(() => new Promise(() => undefined));
    metrics.beforeRead(async () => depth.set({}, 3));
    vi.useFakeTimers();
    const reading = metrics.read();
    await vi.advanceTimersByTimeAsync(3000);
    const { text } = await reading;
    expect(text).toContain("relay_queue_depth 3");
    expect(text).toContain("relay_metrics_collection_failures_total 2");
  });
});
