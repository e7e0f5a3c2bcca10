import { afterEach, beforeEach, expect, it } from "vitest";
import { Probation } from "../../../services/forwarder/probation.ts";
import { systemClock } from "../../../shared/base/clock.ts";
import { Parking, parkedQueue } from "../../../shared/queue/parking.ts";
import { type QueuePlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const queue: QueuePlace = { prefix: "env", name: "events" };
const TIMES = { firstMs: 30_000, maxMs: 900_000 };
let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
let parking: Parking;

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  command = connectRedis(redis.settings, "command", redisState(redis.settings, new RecordedLog()));
  parking = new Parking(command, queue, TIMES);
  await until("Redis is connected", () => command.status === "ready");
});

afterEach(async () => {
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

/** As time does it. */
const expire = () => command.del(queueKey(queue, "limiter"));

it("lasts 30 s, and twice as long each time, up to 15 minutes, whoever else parks meanwhile", async () => {
  const seconds: number[] = [];
  for (let times = 0; times < 7; times += 1) {
    const parkings = await Promise.all([1, 2, 3].map(() => parking.park("status 401", "mark")));
    expect(parkings.filter(({ begins }) => begins)).toHaveLength(1);
    seconds.push(...new Set(parkings.map(({ forMs }) => Math.ceil(forMs / 1000))));
    await expire();
  }
  expect(seconds).toEqual([30, 60, 120, 240, 480, 900, 900]);
  expect(await command.pttl(queueKey(queue, "parking"))).toBeGreaterThan(900_000);
});

it("lets nobody in, then one of all who ask, then all of them when that one has got through", async () => {
  expect(await parking.admit()).toEqual({ kind: "free" });
  await parking.park("status 401", "mark");
  expect(await parking.admit()).toMatchObject({ kind: "parked" });
  expect(await parkedQueue(command, queue)).toMatchObject({ reason: "status 401" });
  await expire();
  const kinds = (await Promise.all([1, 2, 3].map(() => parking.admit()))).map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(["probe", "wait", "wait"]);
  await parking.release();
  expect(await parking.admit()).toEqual({ kind: "probe" });
  await parking.lift();
  expect(await parking.admit()).toEqual({ kind: "free" });
  expect(await parkedQueue(command, queue)).toBeUndefined();
});

it("is over at once for other keys, and only for those", async () => {
  await parking.park("status 401", "old");
  expect(await parking.liftIfOther("old")).toBe(false);
  expect((await parking.admit()).kind).toBe("parked");
  expect(await parking.liftIfOther("new")).toBe(true);
  expect(await parking.admit()).toEqual({ kind: "free" });
  expect(await parking.liftIfOther("new")).toBe(false);
});

it("makes a job wait in hand for another one's probe, and not longer than everything stops", async () => {
  const stopping = new AbortController();
  const probation = () => new Probation(parking, TIMES.firstMs, stopping.signal, systemClock);
  await parking.park("status 401", "mark");
  expect(await probation().permission()).toMatchObject({ kind: "none" });
  await expire();
  const first = probation();
  expect(await first.permission()).toEqual({ kind: "one first" });
  const [second, third] = [probation().permission(), probation().permission()];
  await first.conclude("trouble");
  const next = await Promise.race([second, third]);
  expect(next).toEqual({ kind: "one first" });
  stopping.abort();
  expect([await second, await third]).toContainEqual({ kind: "none", forMs: 0 });
});

it("is asked for once in a while only, as long as nothing is refused", async () => {
  const probation = new Probation(parking, TIMES.firstMs, new AbortController().signal, systemClock);
  expect(await probation.permission()).toEqual({ kind: "all" });
  command.disconnect();
  expect(await probation.permission()).toEqual({ kind: "all" });
});
