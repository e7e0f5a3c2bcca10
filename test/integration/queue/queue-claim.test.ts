import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EnvironmentId, SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { claimedPlace, claimKey, takeOverEvents } from "../../../shared/queue/claimed-place.ts";
import { ClaimedQueue } from "../../../shared/queue/claimed-queue.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { ForeignClaimError, type LearnId, QueueClaim } from "../../../shared/queue/queue-claim.ts";
import { queueLoad } from "../../../shared/queue/queue-load.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { environment } from "../../support/environment.ts";
import { MovedClock } from "../../support/moved-clock.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const PREFIX = "shop:{eu} ü";
const ours = withKey("Production", "sdk-ours");
const others = withKey("Staging", "sdk-others");
const payload: EventPayload = {
  ...{ id: "one", kind: "server-analytics", headers: {}, acceptedAt: 0, attempts: 0 },
  body: Buffer.from("[]"),
};

let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
let log: RecordedLog;

beforeEach(async () => {
  redis = await startRedis();
  log = new RecordedLog();
  command = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  await until("Redis is connected", () => command.status === "ready");
});

afterEach(async () => {
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

function withKey(name: string, sdkKey: string, envId?: string): Environment {
  const id = envId === undefined ? {} : { envId: envId as EnvironmentId };
  return environment(name, { prefix: PREFIX, credentials: { sdkKey: sdkKey as SdkKey, ...id } });
}

const nobodyKnows: LearnId = async () => undefined;

function claimed(of: Environment, learn = nobodyKnows): QueueClaim {
  return new QueueClaim(command, of, learn, log);
}

async function add(of: Environment): Promise<void> {
  const queue = new ClaimedQueue(command, claimed(of), new MovedClock(), log);
  try {
    await queue.add([payload]);
  } finally {
    await queue.close();
  }
}

const waitingOf = async (of: Environment) =>
  (await queueLoad(command, (await claimedPlace(command, of)).place.queue)).waiting.jobs;

describe("the claim of a queue", () => {
  it("lets whoever adds first have the prefix, under any name, and refuses others", async () => {
    await add(ours);
    await add(withKey("Renamed", "sdk-ours"));
    await expect(add(others)).rejects.toThrow(ForeignClaimError);
    expect([await waitingOf(ours), await waitingOf(others)]).toEqual([2, 0]);
  });

  it("keeps all keys under the prefix", async () => {
    await add(ours);
    for (const key of await command.keys("*")) expect(key.startsWith(`${PREFIX}:`)).toBe(true);
  });

  it("says both names once, and what to do", async () => {
    await add(ours);
    const claim = claimed(others);
    for (let n = 0; n < 3; n += 1) await expect(claim.look()).rejects.toThrow(ForeignClaimError);
    const lines = log.lines.filter((line) => line.includes("claim.foreign"));
    expect(lines).toEqual([expect.stringMatching(/"Production".*claim --force/)]);
    expect(claim.foreign?.name).toBe("Production");
  });

  it("follows keys that are replaced one after the other", async () => {
    await add(withKey("Production", "sdk-1", "env"));
    await add(withKey("Production", "sdk-2", "env"));
    // Its own key is the only thing by which this one can be known.
    await add(withKey("Production", "sdk-2"));
    await expect(add(withKey("Production", "sdk-1"))).rejects.toThrow(ForeignClaimError);
  });

  it("keeps an id that only some know, and learns it where it is said", async () => {
    await add(withKey("Production", "sdk-1", "env"));
    await add(withKey("Production", "sdk-1"));
    await claimed(withKey("Production", "sdk-2"), async () => "env").look();
    await expect(claimed(withKey("Production", "sdk-3"), async () => "other").look()).rejects.toThrow();
  });

  it("goes on when all keys change while we hold it, and nobody knows an id", async () => {
    const claim = claimed(withKey("Production", "sdk-1"));
    const before = await claim.place();
    claim.change(withKey("Production", "sdk-2"));
    expect(await claim.look()).toEqual(before);
    await add(withKey("Production", "sdk-2"));
  });

  it("is found again when it got lost, with what waits", async () => {
    await add(ours);
    const claim = claimed(ours);
    await claim.place();
    await command.del(claimKey(PREFIX));
    await claim.look();
    await expect(add(others)).rejects.toThrow(ForeignClaimError);
    expect(await waitingOf(ours)).toBe(1);
  });

  it("does not wait for who knows the id", async () => {
    await claimed(ours, () => new Promise(() => undefined)).look();
  });
});

describe("taking over by force", () => {
  it("leaves what waits in a queue of its former owner, and starts with an empty one", async () => {
    await add(ours);
    const taken = await takeOverEvents(command, others);
    expect(taken?.claim.name).toBe("Production");
    await add(others);
    expect(await waitingOf(others)).toBe(1);
    const left = taken && (await queueLoad(command, taken.place.queue));
    expect(left?.waiting.jobs).toBe(1);
  });

  it("is noticed by who adds, within an instant", async () => {
    const claim = claimed(ours);
    const clock = new MovedClock();
    const queue = new ClaimedQueue(command, claim, clock, log);
    await queue.add([payload]);
    await clock.pass(25);
    await takeOverEvents(command, others);
    await expect(queue.add([payload])).rejects.toThrow(ForeignClaimError);
    await takeOverEvents(command, ours);
    await queue.add([payload]);
    await queue.close();
    expect(log.lines.filter((line) => /claim\.(foreign|ours)/.test(line))).toHaveLength(2);
  });

  it("is not looked for again in the same instant: what is added then waits where the rest of ours waits", async () => {
    const queue = new ClaimedQueue(command, claimed(ours), new MovedClock(), log);
    await queue.add([payload]);
    const { place } = await claimedPlace(command, ours);
    await takeOverEvents(command, others);
    await queue.add([payload]);
    expect((await queueLoad(command, place.queue)).waiting.jobs).toBe(2);
    await queue.close();
  });

  it("of what is ours already changes nothing", async () => {
    await add(ours);
    expect(await takeOverEvents(command, ours)).toBeUndefined();
    expect(await waitingOf(ours)).toBe(1);
  });

  it("never gives a queue to whoever had its first key", async () => {
    await add(withKey("Production", "sdk-1", "env"));
    await add(withKey("Production", "sdk-2", "env"));
    const former = withKey("Other", "sdk-1", "another");
    await takeOverEvents(command, former);
    expect(await waitingOf(former)).toBe(0);
  });
});
