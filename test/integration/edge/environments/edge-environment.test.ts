import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EdgeEnvironment } from "../../../../services/edge/environments/edge-environment.ts";
import { edgeMetrics } from "../../../../services/edge/environments/edge-metrics.ts";
import { showReplicas } from "../../../../services/edge/environments/replica-gauges.ts";
import {
  EvaluationContext,
  KindContext,
} from "../../../../services/edge/evaluation/context/evaluation-context.ts";
import { NodeResponseWriter } from "../../../../services/edge/http/response/node-response-writer.ts";
import { streamMetrics } from "../../../../services/edge/streams/stream-metrics.ts";
import type { ClientStreamContent } from "../../../../services/edge/streams/stream-parts.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import { Ticker } from "../../../../shared/base/event-loop/ticker.ts";
import { TimeSlices } from "../../../../shared/base/event-loop/time-slices.ts";
import { type Change, type FlagData, NO_DATA, withChanges } from "../../../../shared/model/item.ts";
import { SeededRandom } from "../../../support/bus-world/seeded-random.ts";
import { SimulatedRedis } from "../../../support/bus-world/simulated-redis.ts";
import { VirtualProcess, VirtualTime } from "../../../support/bus-world/virtual-time.ts";
import { clientFlag, segmentOf } from "../../../support/client-flag.ts";
import { environment } from "../../../support/environment.ts";
import { RecordedMetrics } from "../../../support/recorded.ts";
import { redisState } from "../../../support/redis-reports.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import { StoreWriter } from "../../../support/store-writer.ts";
import { RawClient } from "../streams/raw-client.ts";

const TEST = environment("test");

/** One environment of an edge behind a real server, and the Redis that it follows in virtual time. */
class Subject {
  readonly redis: SimulatedRedis;
  readonly edge: EdgeEnvironment;
  readonly #metrics = new RecordedMetrics();
  readonly #time = new VirtualTime();
  readonly #writer: StoreWriter;
  readonly #server: Server;
  readonly #clients: RawClient[] = [];
  #data: FlagData = NO_DATA;

  constructor(clientStreams: ClientStreamContent) {
    this.redis = new SimulatedRedis(this.#time, new SeededRandom(1), { slow: 0, unknown: 0, loss: 0 });
    this.#writer = new StoreWriter(this.redis.connect(new VirtualProcess(this.#time), TEST.prefix), TEST);
    const process = new VirtualProcess(this.#time);
    const parts = {
      limits: {
        heartbeatIntervalMs: 0,
        maxClientConnectionTimeMs: 0,
        slowClientDeadlineMs: 30_000,
        pingJitterMs: 0,
      },
      clientStreams,
      clock: systemClock,
      random: Math.random,
      ticker: new Ticker(systemClock),
      slices: new TimeSlices(systemClock),
      metrics: streamMetrics(this.#metrics),
    };
    this.edge = new EdgeEnvironment(
      TEST,
      this.redis.connect(process, TEST.prefix),
      redisState({ kind: "unix", path: "/simulated", db: 0 }, silentLogger),
      parts,
      edgeMetrics(this.#metrics, () => this.#time.now),
      process,
      silentLogger,
    );
    showReplicas(this.#metrics, [this.edge]);
    this.#server = createServer((request, outgoing) => {
      const key = request.url?.slice(1) ?? "";
      const context = new EvaluationContext([new KindContext("user", key, false, {})]);
      const asked = key === "" ? undefined : { context, withReasons: false };
      const headers = { "access-control-allow-origin": "https://app.example", Vary: "Origin" };
      if (!this.edge.clientStream("browser", new NodeResponseWriter(outgoing), headers, asked))
        outgoing.writeHead(503).end();
    });
  }

  async start(): Promise<void> {
    this.#server.listen({ port: 0, host: "127.0.0.1" });
    await once(this.#server, "listening");
    await this.after(100);
  }

  /** A browser with this context, or without any. */
  async client(key = ""): Promise<RawClient> {
    const { port } = this.#server.address() as AddressInfo;
    const client = await RawClient.connect(port, `GET /${key} HTTP/1.1`);
    this.#clients.push(client);
    return client;
  }

  /** A metric of the environment. */
  async metric(name: string, ...labels: string[]): Promise<number | undefined> {
    return (await this.#metrics.read()).get(`${name}{${[TEST.name, ...labels].join(",")}}`);
  }

  /** Writes as an ingestor does what it got now, and lets the edge hear of it. */
  async write(...changes: Change[]): Promise<void> {
    const next = withChanges(this.#data, changes);
    const write = this.#writer.write(next, this.#time.now);
    await this.after(100);
    await write;
    this.#data = next;
  }

  /** Redis loses everything, and the ingestor fills it again, from another beginning. */
  async restore(): Promise<void> {
    const data = this.#data;
    this.redis.empty();
    this.#data = NO_DATA;
    this.#writer.forget();
    await this.after(5_000);
    const changes = (["flags", "segments"] as const).flatMap((kind) =>
      [...data[kind]].map(([key, item]) => ({ kind, key, item })),
    );
    await this.write(...changes);
    await this.after(5_000);
  }

  async after(ms: number): Promise<void> {
    await this.#time.run(this.#time.now + ms);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.abort();
    const stopped = this.edge.stop();
    await this.after(10_000);
    await stopped;
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }
}

let subject: Subject;
const start = async (clientStreams: ClientStreamContent): Promise<void> => {
  subject = new Subject(clientStreams);
  await subject.start();
};
afterEach(() => subject.stop());

describe("an environment whose streams carry pings", () => {
  beforeEach(() => start("ping"));

  it("has no streams before it has data", async () => {
    const client = await subject.client("ann");
    await expect.poll(() => client.text()).toContain("HTTP/1.1 503 ");
    expect(subject.edge.view("browser")).toBeUndefined();
  });

  it("pings its clients when a flag that they see has changed, with the headers of the route", async () => {
    await subject.write(clientFlag("a", 1, { value: 1 }));
    const client = await subject.client("ann");
    await client.untilEvents(1);
    expect(client.text()).toContain("\r\nAccess-Control-Allow-Origin: https://app.example\r\n");
    expect(client.text().match(/access-control-allow-origin/gi)).toHaveLength(1);
    await subject.write(clientFlag("hidden", 1, { value: 1, hidden: true }));
    await subject.write(clientFlag("a", 2, { value: 2 }));
    await client.untilEvents(2);
    expect(client.events()).toEqual([
      { event: "ping", data: " " },
      { event: "ping", data: " " },
    ]);
  });

  it("ends their streams when it is stopped", async () => {
    await subject.write(clientFlag("a", 1, { value: 1 }));
    const client = await subject.client();
    await client.untilEvents(1);
    const stopped = subject.edge.stop();
    await subject.after(10_000);
    await stopped;
    await expect.poll(() => client.ended).toBe(true);
  });

  it("has results by the versions of their flags", async () => {
    await subject.write(clientFlag("a", 7, { value: 1 }));
    const context = new EvaluationContext([new KindContext("user", "ann", false, {})]);
    const version = () =>
      JSON.parse(subject.edge.view("browser")?.resultsOneByOne(context, false)("a") ?? "null").version;
    expect(version()).toBe(7);
    await subject.write(clientFlag("a", 9, { value: 1 }));
    expect(version()).toBe(9);
  });
});

describe("an environment whose streams carry results", () => {
  beforeEach(() => start("values"));

  it("tells a client the results of its context, numbered by the position in Redis", async () => {
    await subject.write(clientFlag("a", 7, { value: "no", segment: "s" }));
    const ann = await subject.client("ann");
    await ann.untilEvents(1);
    await subject.write(segmentOf("s", 1, "ann"));
    await ann.untilEvents(2);
    expect(ann.events().map(({ data }) => JSON.parse(data))).toEqual([
      { a: { value: "no", variation: 0, version: 1, flagVersion: 7 } },
      { key: "a", value: "member", variation: 1, version: 2, flagVersion: 7 },
    ]);
  });

  it("pings those who name no context", async () => {
    await subject.write(clientFlag("a", 1, { value: 1 }));
    const client = await subject.client();
    await client.untilEvents(1);
    await subject.write(clientFlag("a", 2, { value: 2 }));
    await client.untilEvents(2);
    expect(client.events().map(({ event }) => event)).toEqual(["ping", "ping"]);
  });

  it("tells everything anew after Redis was restored, because its positions begin anew", async () => {
    for (let version = 1; version <= 5; version += 1)
      await subject.write(clientFlag("a", version, { value: version }));
    await subject.write(clientFlag("b", 1, { value: 1 }));
    const ann = await subject.client("ann");
    await ann.untilEvents(1);
    await subject.restore();
    await subject.write(clientFlag("a", 6, { value: 6 }));
    await ann.untilEvents(2);
    await subject.write(clientFlag("b", 2, { value: 2 }));
    await ann.untilEvents(3);
    expect(ann.events().map(({ event, data }) => [event, JSON.parse(data)])).toEqual([
      [
        "put",
        {
          a: { value: 5, variation: 0, version: 6, flagVersion: 5 },
          b: { value: 1, variation: 0, version: 6, flagVersion: 1 },
        },
      ],
      [
        "put",
        {
          a: { value: 6, variation: 0, version: 2, flagVersion: 6 },
          b: { value: 1, variation: 0, version: 2, flagVersion: 1 },
        },
      ],
      ["patch", { key: "b", value: 2, variation: 0, version: 3, flagVersion: 2 }],
    ]);
  });
});

describe("the metrics of an environment", () => {
  beforeEach(() => start("ping"));

  it("show an edge without data, then how much it has and at which position", async () => {
    expect(await subject.metric("environment_has_data")).toBe(0);
    expect(await subject.metric("replica_items", "flags")).toBe(0);
    expect(await subject.metric("replica_position")).toBe(0);
    await subject.write(clientFlag("a", 1, { value: 1 }), segmentOf("s", 1, "ann"));
    await subject.write(clientFlag("b", 1, { value: 1 }));
    expect(await subject.metric("environment_has_data")).toBe(1);
    expect(await subject.metric("replica_items", "flags")).toBe(2);
    expect(await subject.metric("replica_items", "segments")).toBe(1);
    expect(await subject.metric("replica_position")).toBe(2);
  });

  it("show for how long the holder's word has not grown", async () => {
    await subject.write(clientFlag("a", 1, { value: 1 }));
    expect(await subject.metric("holder_word_age_seconds")).toBeLessThan(5);
    await subject.after(60_000);
    expect(await subject.metric("holder_word_age_seconds")).toBeGreaterThanOrEqual(55);
    await subject.write(clientFlag("a", 2, { value: 2 }));
    await subject.after(5_000);
    expect(await subject.metric("holder_word_age_seconds")).toBeLessThan(10);
  });

  it("count the lag of a change that comes by snapshot, because its message was lost", async () => {
    await subject.write(clientFlag("a", 1, { value: 1 }));
    await subject.write(clientFlag("a", 2, { value: 2 }));
    expect(await subject.metric("change_lag_seconds_count")).toBe(1);
    expect(subject.edge.lastLagMs).toBeLessThan(100);
    subject.redis.loseMessages();
    await subject.write(clientFlag("a", 3, { value: 3 }));
    expect(await subject.metric("replica_position")).toBe(2);
    await subject.after(30_000);
    expect(await subject.metric("replica_position")).toBe(3);
    expect(await subject.metric("change_lag_seconds_count")).toBe(2);
    expect(subject.edge.lastLagMs).toBeGreaterThan(100);
  });
});
