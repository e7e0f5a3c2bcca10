import { beforeEach, describe, expect, it } from "vitest";
import { Delivery } from "../../../services/forwarder/delivery.ts";
import { deliveryMetrics } from "../../../services/forwarder/delivery-metrics.ts";
import type { PostResult } from "../../../services/forwarder/delivery-outcome.ts";
import { Semaphore } from "../../../services/forwarder/semaphore.ts";
import { systemClock } from "../../../shared/base/clock.ts";
import type { SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { EventPayload } from "../../../shared/queue/event-job.ts";
import { RecordedLog, RecordedMetrics } from "../../integration/queue/witness.ts";

const environment: Environment = {
  id: "env",
  name: "Env",
  credentials: { sdkKey: "sdk-old" as SdkKey },
  prefix: "launchdarkly",
  ttlMs: 0,
  allowedOrigins: [],
  allowedHeaders: [],
};
const payload = (id: string): EventPayload => ({
  id,
  kind: "server-analytics",
  headers: {},
  acceptedAt: Date.now(),
  attempts: 0,
  body: Buffer.from("[]"),
});
const job = ["a", "b", "c"].map(payload);

let posted: string[];
let buried: string[];
let answer: (id: string) => PostResult | Promise<PostResult>;
let bury: () => Promise<void>;
let stopping: AbortController;
let delivery: Delivery;

beforeEach(() => {
  posted = [];
  buried = [];
  answer = () => ({ kind: "answered", status: 202 });
  bury = async () => undefined;
  stopping = new AbortController();
  const inOrder = async ({ id }: EventPayload): Promise<void> => {
    await bury();
    buried.push(id);
  };
  delivery = new Delivery(environment, inOrder, {
    post: async ({ id }, { sdkKey }) => {
      posted.push(`${id} ${sdkKey}`);
      return answer(id);
    },
    posts: new Semaphore(10),
    samplingInterval: 0,
    stopping: stopping.signal,
    logger: new RecordedLog(),
    metrics: deliveryMetrics(new RecordedMetrics()),
    clock: systemClock,
    random: () => 0,
  });
});

describe("a delivery", () => {
  it("is done when all payloads are delivered", async () => {
    expect(await delivery.process(job)).toEqual({ kind: "done" });
    expect(posted).toHaveLength(3);
  });

  it("tries one payload alone after the key was refused, and all of them when it is taken again", async () => {
    answer = () => ({ kind: "answered", status: 401 });
    expect((await delivery.process(job)).kind).toBe("parked");
    posted = [];
    expect(await delivery.process(job)).toMatchObject({
      kind: "parked",
      payloads: [
        { id: "a", attempts: 1 },
        { id: "b", attempts: 0 },
        { id: "c", attempts: 0 },
      ],
    });
    expect(posted).toEqual(["a sdk-old"]);
    answer = () => ({ kind: "answered", status: 202 });
    expect(await delivery.process(job)).toEqual({ kind: "done" });
  });

  it("uses the environment's present key", async () => {
    delivery.use({ ...environment, credentials: { sdkKey: "sdk-new" as SdkKey } });
    await delivery.process([payload("a")]);
    expect(posted).toEqual(["a sdk-new"]);
  });

  it("lets a payload leave only after its dead letter is written", async () => {
    answer = (id) => ({ kind: "answered", status: id === "b" ? 400 : 503 });
    expect(await delivery.process(job)).toMatchObject({
      kind: "again",
      delayMs: 1000,
      payloads: [{ id: "a" }, { id: "c" }],
    });
    expect(buried).toEqual(["b"]);
    bury = () => Promise.reject(new Error("Redis is away"));
    await expect(delivery.process(job)).rejects.toThrow("Redis is away");
  });

  it("leaves what a stop broke off, and what it had not begun, as if untried", async () => {
    answer = async (id) => {
      if (id !== "a") stopping.abort();
      return id === "a" ? { kind: "answered", status: 202 } : { kind: "failed", reason: "aborted" };
    };
    expect(await delivery.process(job)).toEqual({ kind: "again", delayMs: 0, payloads: job.slice(1) });
    posted = [];
    expect(await delivery.process(job)).toEqual({ kind: "again", delayMs: 0, payloads: job });
    expect(posted).toEqual([]);
  });
});
