import { afterEach, describe, expect, it, vi } from "vitest";
import { EnvironmentList } from "../../../shared/environments/environment-source.ts";
import { reportBuild } from "../../../shared/telemetry/build-info.ts";
import { createMetrics, type ReadableMetrics } from "../../../shared/telemetry/metrics.ts";
import { environment } from "../../support/environment.ts";

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

  const posts = {
    name: "posts_total",
    help: "Posts",
    labels: ["environment", "status"],
    known: { status: ["202", "503"] },
  } as const;
  const series = async (metrics: ReadableMetrics, name: string): Promise<string[]> =>
    (await metrics.read()).text.split("\n").filter((line) => line.startsWith(`relay_${name}`));

  it.each([
    ["before", true],
    ["after", false],
  ])("have every known series with 0, registered %s the environments are known", async (_, first) => {
    const metrics = createMetrics("relay");
    const environments = new EnvironmentList([environment("a")]);
    if (!first) metrics.followEnvironments(environments);
    metrics.counter(posts);
    metrics.counter(sent);
    metrics.histogram({ name: "lag_seconds", help: "Lag", labels: ["environment"], buckets: [1] });
    metrics.gauge({ name: "open", help: "Open", labels: ["environment"], known: {} });
    metrics.gauge({ name: "age", help: "Age", labels: ["environment"] });
    if (first) metrics.followEnvironments(environments);
    expect(await series(metrics, "posts_total")).toEqual([
      'relay_posts_total{environment="a",status="202"} 0',
      'relay_posts_total{environment="a",status="503"} 0',
    ]);
    expect(await series(metrics, "messages")).toEqual(['relay_messages_sent_total{environment="a"} 0']);
    expect(await series(metrics, "lag_seconds_count")).toEqual([
      'relay_lag_seconds_count{environment="a"} 0',
    ]);
    expect(await series(metrics, "open")).toEqual(['relay_open{environment="a"} 0']);
    expect(await series(metrics, "age")).toEqual([]);
  });

  it("have the series of an environment that comes, and keep what was counted of others", async () => {
    const metrics = createMetrics("relay");
    const environments = new EnvironmentList([environment("a")]);
    const counter = metrics.counter(posts);
    metrics.followEnvironments(environments);
    counter.add({ environment: "a", status: "503" });
    counter.add({ environment: "a", status: "418" });
    environments.replace([environment("a"), environment("b")]);
    environments.replace([environment("b")]);
    environments.replace([environment("a"), environment("b")]);
    expect(await series(metrics, "posts_total")).toEqual([
      'relay_posts_total{environment="a",status="202"} 0',
      'relay_posts_total{environment="a",status="503"} 1',
      'relay_posts_total{environment="a",status="418"} 1',
      'relay_posts_total{environment="b",status="202"} 0',
      'relay_posts_total{environment="b",status="503"} 0',
    ]);
  });

  it("count a series that was looked up before", async () => {
    const metrics = createMetrics("relay");
    const counter = metrics.counter(posts);
    const one = counter.series({ environment: "a", status: "202" });
    expect(await series(metrics, "posts_total")).toEqual([
      'relay_posts_total{environment="a",status="202"} 0',
    ]);
    one.add();
    counter.add({ environment: "a", status: "202" }, 2);
    await metrics.read();
    one.add(4);
    expect(await series(metrics, "posts_total")).toEqual([
      'relay_posts_total{environment="a",status="202"} 7',
    ]);
  });

  it("replace all series of a gauge at once", async () => {
    const metrics = createMetrics("relay");
    const gauge = metrics.gauge({ name: "held", help: "Held", labels: ["environment"] });
    gauge.replace([
      [{ environment: "a" }, 1],
      [{ environment: "b" }, 2],
    ]);
    gauge.replace([[{ environment: "b" }, 3]]);
    expect(await series(metrics, "held")).toEqual(['relay_held{environment="b"} 3']);
  });

  it("say which version runs, and as what", async () => {
    const metrics = createMetrics("relay");
    reportBuild(metrics, "1.2.3", "edge");
    expect(await series(metrics, "build_info")).toEqual([
      `relay_build_info{version="1.2.3",role="edge",node="${process.versions.node}"} 1`,
    ]);
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
