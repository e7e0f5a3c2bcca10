import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { Circuit } from "../../../services/forwarder/circuit.ts";
import { Delivery } from "../../../services/forwarder/delivery.ts";
import { deliveryMetrics } from "../../../services/forwarder/delivery-metrics.ts";
import type { PostResult } from "../../../services/forwarder/delivery-outcome.ts";
import type { Permission } from "../../../services/forwarder/probation.ts";
import { Semaphore } from "../../../services/forwarder/semaphore.ts";
import { partId } from "../../../services/forwarder/split-payload.ts";
import { systemClock } from "../../../shared/base/clock.ts";
import type { SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { EventPayload } from "../../../shared/queue/event-job.ts";
import { JobLostError } from "../../../shared/queue/held-job.ts";
import { RecordedLog, RecordedMetrics } from "../../support/recorded.ts";

const environment: Environment = {
  id: "env",
  name: "Env",
  credentials: { sdkKey: "sdk-old" as SdkKey },
  prefix: "launchdarkly",
  ttlMs: 0,
  allowedOrigins: [],
  allowedHeaders: [],
  secureMode: false,
};
const payload = (id: string, body = "[]"): EventPayload => ({
  id,
  kind: "server-analytics",
  headers: {},
  acceptedAt: Date.now(),
  attempts: 0,
  body: Buffer.from(body),
});
let posted: string[];
let buried: string[];
let recorded: string[][];
let parked: string[];
let answer: (id: string) => PostResult | Promise<PostResult>;
let bury: () => Promise<void>;
let stopping: AbortController;
let permission: Permission;
let concluded: string[];
let isHeld: boolean;
let metrics: RecordedMetrics;
let delivery: Delivery;

const job = {
  require: () => {
    if (!isHeld) throw new JobLostError("lost");
  },
  rewrite: async (left: readonly EventPayload[]) => {
    job.require();
    recorded.push(left.map(({ id }) => id));
  },
};
const status = (code: number): PostResult => ({ kind: "answered", status: code });

beforeEach(() => {
  posted = [];
  buried = [];
  recorded = [];
  parked = [];
  concluded = [];
  answer = () => status(202);
  bury = async () => undefined;
  stopping = new AbortController();
  permission = { kind: "all" };
  isHeld = true;
  metrics = new RecordedMetrics();
  const own = {
    bury: async ({ id }: EventPayload, { reason }: { reason: string }) => {
      await bury();
      buried.push(`${id}: ${reason}`);
    },
    circuit: new Circuit({
      places: 10,
      maxRestMs: 1000,
      stopping: stopping.signal,
      changed: () => undefined,
      clock: systemClock,
      random: () => 0,
    }),
    probation: {
      permission: async () => permission,
      conclude: async (sign: string) => void concluded.push(sign),
    },
    parking: {
      park: async (reason: string) => {
        parked.push(reason);
        return { forMs: 30_000, begins: true };
      },
    },
  };
  delivery = new Delivery(environment, own, {
    post: async ({ id }, { sdkKey }) => {
      posted.push(`${id} ${sdkKey}`);
      return answer(id);
    },
    posts: new Semaphore(10),
    samplingInterval: 0,
    retry: { maxAgeMs: 3600_000, maxDelayMs: 60_000 },
    stopping: stopping.signal,
    logger: new RecordedLog(),
    metrics: deliveryMetrics(metrics),
    clock: systemClock,
    random: () => 0,
  });
});

const rotated = { ...environment, credentials: { sdkKey: "sdk-new" as SdkKey } };
const all = ["a", "b", "c"].map((id) => payload(id));

describe("a delivery", () => {
  it("is done when all payloads are delivered", async () => {
    expect(await delivery.process(all, job)).toEqual({ kind: "done" });
    expect(posted).toHaveLength(3);
    expect(metrics.values.get("event_payload_age_seconds_count{Env}")).toBe(3);
    expect(metrics.values.get("event_posts_total{Env,202}")).toBe(3);
  });

  it("parks the queue when the key is refused, and tries nothing more for as long", async () => {
    answer = () => status(401);
    expect(await delivery.process(all, job)).toMatchObject({ kind: "again", delayMs: 30_000 });
    expect(new Set(parked)).toEqual(new Set(["status 401"]));
    expect(delivery.isRefused).toBe(true);
    posted = [];
    const later = await delivery.process(all, job);
    expect(later).toMatchObject({ kind: "again", payloads: all });
    expect(later.kind === "again" && later.delayMs).toBeGreaterThan(29_000);
    expect(posted).toEqual([]);
    delivery.use(rotated);
    expect(delivery.isRefused).toBe(false);
    answer = () => status(202);
    expect(await delivery.process(all, job)).toEqual({ kind: "done" });
  });

  it("leaves a job of a parked queue as it is", async () => {
    permission = { kind: "none", forMs: 700 };
    expect(await delivery.process(all, job)).toEqual({ kind: "again", delayMs: 700, payloads: all });
    expect(posted).toEqual([]);
  });

  it.each([
    [202, "well", 3, "done"],
    [400, "well", 3, "done"],
    [401, "refused", 1, "again"],
    [503, "trouble", 1, "again"],
  ])("on probation tries one payload, and after %i says that it is %s", async (code, sign, posts, kind) => {
    permission = { kind: "one first" };
    answer = () => status(posted.length === 1 ? code : 202);
    expect((await delivery.process(all, job)).kind).toBe(kind);
    expect(concluded).toEqual([sign]);
    expect(posted).toHaveLength(posts);
  });

  it("puts a refused payload behind the others, so that each is once the first", async () => {
    permission = { kind: "one first" };
    answer = () => status(401);
    expect(await delivery.process(all, job)).toMatchObject({
      payloads: [
        { id: "b", attempts: 0 },
        { id: "c", attempts: 0 },
        { id: "a", attempts: 1 },
      ],
    });
  });

  it("does not park for a key that is no longer the environment's", async () => {
    answer = () => {
      if (posted.length === 1) delivery.use(rotated);
      return status(posted.at(-1)?.endsWith("old") ? 401 : 202);
    };
    const end = await delivery.process([payload("a")], job);
    expect(end).toMatchObject({ kind: "again", delayMs: 0 });
    expect(parked).toEqual([]);
    expect(await delivery.process([payload("a")], job)).toEqual({ kind: "done" });
    expect(posted).toEqual(["a sdk-old", "a sdk-new"]);
  });

  it("parks also when the refused payload is too old to wait any longer", async () => {
    answer = () => status(401);
    const aged = { ...payload("a"), acceptedAt: Date.now() - 2 * 3600_000 };
    expect(await delivery.process([aged], job)).toEqual({ kind: "done" });
    expect([buried, parked]).toEqual([["a: too old: status 401"], ["status 401"]]);
  });

  it("counts the age of a replayed payload from its replay", async () => {
    answer = () => status(503);
    const aged = { ...payload("a"), acceptedAt: Date.now() - 2 * 3600_000, replayedAt: Date.now() };
    expect((await delivery.process([aged], job)).kind).toBe("again");
  });

  it("splits what is too large, records the parts, and only then posts them", async () => {
    const [large, small] = [payload("large", '[1,"too large",3]'), payload("small")];
    const [first, second] = [partId("large", "0"), partId("large", "1")];
    const [third, fourth] = [partId(second, "0"), partId(second, "1")];
    let postedAtRecord = 0;
    answer = async (id) => {
      if (id === third) return status(413);
      if (id === first || id === second) postedAtRecord ||= recorded.length;
      return status(id === "large" || id === second ? 413 : 202);
    };
    expect(await delivery.process([large, small], job)).toEqual({ kind: "done" });
    expect(postedAtRecord).toBe(1);
    expect(recorded[0]).toEqual(expect.arrayContaining([first, second]));
    expect(recorded[1]).toEqual(expect.arrayContaining([third, fourth]));
    expect(buried).toEqual([`${third}: status 413, and nothing to split`]);
    expect(metrics.values.get("event_payloads_split_total{Env}")).toBe(2);
    expect(metrics.values.get("event_payloads_delivered_total{Env}")).toBe(3);
  });

  it.each([400, 413])(
    "breaks a merged payload up by members on %i, so that a bad one spoils only itself",
    async (code) => {
      const members = ["a", "b", "c"].map((id) => ({ id, events: `["${id}"]` }));
      const whole = { ...payload("whole", '["a","b","c"]'), batched: true, members } as const;
      const parts = members.map(({ id }) => partId("whole", id));
      answer = (id) => status(id === "whole" || id === parts[1] ? code : 202);
      expect(await delivery.process([whole], job)).toEqual({ kind: "done" });
      expect(recorded).toEqual([parts]);
      expect(posted).toEqual(["whole", ...parts].map((id) => `${id} sdk-old`));
      expect(buried).toHaveLength(1);
      expect(buried[0]).toContain(`${parts[1]}: status ${code}`);
    },
  );

  it.each([400, 415])(
    "sends once more, under the same id, what it had compressed and was refused with %i",
    async (code) => {
      const headers = { "content-encoding": "gzip" };
      const compressed = { ...payload("a"), headers, body: gzipSync("[1,2]"), compressed: true } as const;
      answer = () => status(posted.length === 1 ? code : 202);
      expect(await delivery.process([compressed], job)).toEqual({ kind: "done" });
      expect(posted).toEqual(["a sdk-old", "a sdk-old"]);
      expect(recorded).toEqual([["a"]]);
      expect(buried).toEqual([]);

      answer = () => status(code);
      await delivery.process([compressed], job);
      expect(posted).toHaveLength(4);
      expect(buried).toEqual([`a: status ${code}`]);
    },
  );

  it("posts no part when it cannot record the split", async () => {
    answer = () => {
      isHeld = false;
      return status(413);
    };
    await expect(delivery.process([payload("large", "[1,2]")], job)).rejects.toThrow(JobLostError);
    expect(posted).toHaveLength(1);
  });

  it("posts nothing of a job that may be in other hands", async () => {
    isHeld = false;
    await expect(delivery.process(all, job)).rejects.toThrow(JobLostError);
    expect(posted).toEqual([]);
  });

  it("lets a payload leave only after its dead letter is written", async () => {
    answer = (id) => status(id === "b" ? 400 : 503);
    expect(await delivery.process(all, job)).toMatchObject({
      kind: "again",
      delayMs: 1000,
      payloads: [{ id: "a" }, { id: "c" }],
    });
    expect(buried).toEqual(["b: status 400"]);
    bury = () => Promise.reject(new Error("Redis is away"));
    await expect(delivery.process(all, job)).rejects.toThrow("Redis is away");
  });

  it("returns only when none of its payloads is under way any more", async () => {
    let done = false;
    bury = () => Promise.reject(new Error("Redis is away"));
    answer = async (id) => {
      if (id === "b") return status(400);
      await new Promise((resolve) => setTimeout(resolve, 30));
      done = true;
      return status(202);
    };
    await expect(delivery.process(all, job)).rejects.toThrow("Redis is away");
    expect(done).toBe(true);
  });

  it("stops posting while LaunchDarkly takes nothing", async () => {
    answer = () => ({ kind: "failed", reason: "ECONNREFUSED" });
    const many = Array.from({ length: 50 }, (_, i) => payload(`${i}`));
    const end = await delivery.process(many, job);
    expect(posted.length).toBeLessThan(20);
    expect(end.kind === "again" && end.payloads.map(({ attempts }) => attempts).sort()).toEqual([
      ...Array(50 - posted.length).fill(0),
      ...Array(posted.length).fill(1),
    ]);
  });

  it("leaves what a stop broke off, and what it had not begun, as if untried", async () => {
    answer = async (id) => {
      if (id !== "a") stopping.abort();
      return id === "a" ? status(202) : { kind: "failed", reason: "aborted" };
    };
    expect(await delivery.process(all, job)).toEqual({ kind: "again", delayMs: 0, payloads: all.slice(1) });
    posted = [];
    expect(await delivery.process(all, job)).toEqual({ kind: "again", delayMs: 0, payloads: all });
    expect(posted).toEqual([]);
  });
});
