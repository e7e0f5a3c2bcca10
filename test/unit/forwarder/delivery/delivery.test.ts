import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { Delivery } from "../../../../services/forwarder/delivery/delivery.ts";
import { deliveryMetrics } from "../../../../services/forwarder/delivery/delivery-metrics.ts";
import type { PostResult } from "../../../../services/forwarder/delivery/delivery-outcome.ts";
import { partId } from "../../../../services/forwarder/delivery/split-payload.ts";
import { DestinationGate } from "../../../../services/forwarder/pacing/destination-gate.ts";
import { DestinationGates } from "../../../../services/forwarder/pacing/destination-gates.ts";
import { Semaphore } from "../../../../services/forwarder/pacing/semaphore.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import type { MobileKey, SdkKey } from "../../../../shared/model/credentials.ts";
import type { Environment } from "../../../../shared/model/environment.ts";
import type { EventPayload, PayloadKind } from "../../../../shared/queue/event-payload.ts";
import { JobLostError } from "../../../../shared/queue/held-job.ts";
import type { ParkingAnswer } from "../../../../shared/queue/parking.ts";
import { ignoredOutages } from "../../../support/ignored-outages.ts";
import { RecordedLog, RecordedMetrics } from "../../../support/recorded.ts";

const environment: Environment = {
  id: "env",
  name: "Env",
  credentials: { sdkKey: "sdk-old" as SdkKey, mobileKey: "mob" as MobileKey },
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
let admission: ParkingAnswer;
let lifted: number;
let inStore: EventPayload[];
let parkedNow: { first: string[]; last: string[]; rest: string[] }[];
let scheduled: number[];
let isHeld: boolean;
let metrics: RecordedMetrics;
let delivery: Delivery;

const job = {
  id: "release-1",
  key: "job",
  lockKey: "job:lock",
  token: "token",
  require: () => {
    if (!isHeld) throw new JobLostError("lost");
  },
  rewrite: async (left: readonly EventPayload[]) => {
    job.require();
    recorded.push(idsOf(left));
  },
};
const idsOf = (payloads: readonly EventPayload[] = []) => payloads.map(({ id }) => id);
type Leaves = { first?: readonly EventPayload[]; last?: readonly EventPayload[] };

function gateOf(kind: PayloadKind, mark: string): DestinationGate {
  const parking = {
    park: async (reason: string) => {
      parked.push(`${kind}: ${reason}`);
      return { forMs: 30_000, news: true };
    },
    admit: async () => (kind === "server-analytics" ? admission : ({ kind: "free" } as const)),
    lift: async () => {
      lifted += 1;
      return 0;
    },
    liftIfOther: async () => false,
    release: async () => undefined,
    noteTrouble: async () => undefined,
    troubleEnded: async () => undefined,
  };
  return new DestinationGate(mark, {
    ...{ parking, times: { firstMs: 30_000, maxMs: 900_000, probeMs: 25_000 }, permits: 10, maxOpenMs: 1000 },
    ...{
      service: ignoredOutages,
      stopping: stopping.signal,
      clock: systemClock,
      random: () => 0,
      logger: new RecordedLog(),
    },
  });
}

const status = (code: number): PostResult => ({ kind: "answered", status: code });

beforeEach(() => {
  posted = [];
  buried = [];
  recorded = [];
  parked = [];
  lifted = 0;
  inStore = [];
  parkedNow = [];
  scheduled = [];
  answer = () => status(202);
  bury = async () => undefined;
  stopping = new AbortController();
  admission = { kind: "free" };
  isHeld = true;
  metrics = new RecordedMetrics();
  const own = {
    bury: async ({ id }: EventPayload, { reason }: { reason: string }) => {
      await bury();
      buried.push(`${id}: ${reason}`);
    },
    gates: new DestinationGates(environment.credentials, (kind, mark) => gateOf(kind, mark)),
    parked: {
      park: async (_job: unknown, leaves: Leaves, rest: readonly EventPayload[]) => {
        const { first, last } = leaves;
        parkedNow.push({ first: idsOf(first), last: idsOf(last), rest: idsOf(rest) });
        return new Map([["server-analytics", "release-2"] as const]);
      },
      take: async () => ({ payloads: inStore.splice(0), next: "release-3" }),
      oldest: async () => inStore[0]?.acceptedAt,
      schedule: async (_kind: PayloadKind, _release: string, delayMs: number) => void scheduled.push(delayMs),
    },
    posts: new Semaphore(10),
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

  it("parks what was refused, keeps nothing of it in the job, and tries no more of its kind", async () => {
    answer = () => status(401);
    expect(await delivery.process(all, job)).toEqual({ kind: "done" });
    expect(new Set(parked)).toEqual(new Set(["server-analytics: status 401"]));
    expect(parkedNow).toEqual([{ first: [], last: ["a", "b", "c"], rest: [] }]);
    expect(scheduled[0]).toBeGreaterThan(29_000);
    admission = { kind: "parked", forMs: 30_000, reason: "status 401" };
    posted = [];
    expect(await delivery.process(all, job)).toEqual({ kind: "done" });
    expect([posted, parkedNow[1]?.last]).toEqual([[], ["a", "b", "c"]]);
    delivery.use(rotated);
    admission = { kind: "free" };
    answer = () => status(202);
    expect(await delivery.process(all, job)).toEqual({ kind: "done" });
    expect(posted).toHaveLength(3);
  });

  it("delivers the others of a job at once, and keeps in it only what is to be tried again", async () => {
    const mobile = { ...payload("m"), kind: "mobile-analytics" as const };
    const diagnostic = { ...payload("d"), kind: "server-diagnostic" as const };
    answer = (id) => status(id === "m" ? 403 : id === "d" ? 503 : 202);
    const end = await delivery.process([payload("a"), mobile, diagnostic], job);
    expect(end).toMatchObject({ kind: "again", payloads: [{ id: "d", attempts: 1 }] });
    expect(parked).toEqual(["mobile-analytics: status 403"]);
    expect(parkedNow).toEqual([{ first: [], last: ["m"], rest: ["d"] }]);
  });

  it("leaves parked payloads where they are, except those that are too old", async () => {
    admission = { kind: "parked", forMs: 700, reason: "status 401" };
    const old = { ...payload("old"), acceptedAt: Date.now() - 2 * 3600_000 };
    inStore = [payload("a")];
    const end = await delivery.release("server-analytics", job);
    expect(end.kind === "unchanged" && end.delayMs).toBeGreaterThan(600);
    inStore = [old, payload("b")];
    expect(await delivery.release("server-analytics", job)).toEqual({ kind: "done" });
    expect([posted, buried]).toEqual([[], ["old: too old: status 401"]]);
    expect(parkedNow).toEqual([{ first: ["b"], last: [], rest: [] }]);
  });

  it.each([
    [202, 3, 1],
    [400, 3, 1],
    [401, 1, 0],
    [503, 1, 0],
  ])("tries one payload after a parking, and after %i has posted %i", async (code, posts, lifts) => {
    admission = { kind: "probe", reason: "status 401" };
    inStore = [...all];
    answer = () => status(posted.length === 1 ? code : 202);
    await delivery.release("server-analytics", job);
    expect([posted.length, lifted]).toEqual([posts, lifts]);
  });

  it("puts a refused payload behind all others, so that each is once the first", async () => {
    admission = { kind: "probe", reason: "status 401" };
    inStore = [...all];
    answer = () => status(401);
    expect(await delivery.release("server-analytics", job)).toEqual({ kind: "done" });
    expect(parkedNow).toEqual([{ first: ["b", "c"], last: ["a"], rest: [] }]);
  });

  it("lets a payload that alone is refused wait alone", async () => {
    answer = (id) => status(id === "bad" ? 403 : 202);
    const bad = payload("bad");
    await delivery.process([payload("a")], job);
    expect(await delivery.process([bad], job)).toMatchObject({ kind: "again", delayMs: 30_000 });
    expect([parked.length, parkedNow]).toEqual([1, []]);
    inStore = [payload("b")];
    admission = { kind: "probe", reason: "status 403" };
    await delivery.release("server-analytics", job);
    admission = { kind: "free" };
    const again = await delivery.process([{ ...bad, refusals: 1 }], job);
    expect(again).toMatchObject({ kind: "again", delayMs: 30_000, payloads: [{ id: "bad", refusals: 2 }] });
    expect(parked).toHaveLength(1);
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
    expect([buried, parked]).toEqual([["a: too old: status 401"], ["server-analytics: status 401"]]);
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
    answer = () => ({ kind: "failed", cause: { code: "ECONNREFUSED", text: "ECONNREFUSED" } });
    const many = Array.from({ length: 50 }, (_, i) => payload(`${i}`));
    const end = await delivery.process(many, job);
    expect(posted.length).toBeLessThan(20);
    expect(end.kind === "again" && end.payloads.map(({ attempts }) => attempts)).toEqual(
      Array(posted.length).fill(1),
    );
    expect(parkedNow[0]?.last).toHaveLength(50 - posted.length);
  });

  it("leaves what a stop broke off, and what it had not begun, as if untried", async () => {
    answer = async (id) => {
      if (id !== "a") stopping.abort();
      return id === "a" ? status(202) : { kind: "failed", cause: { code: "ABORTED", text: "aborted" } };
    };
    expect(await delivery.process(all, job)).toEqual({ kind: "again", delayMs: 0, payloads: all.slice(1) });
    posted = [];
    expect(await delivery.process(all, job)).toEqual({ kind: "again", delayMs: 0, payloads: all });
    expect(posted).toEqual([]);
  });
});
