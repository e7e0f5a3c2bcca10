import { afterEach, beforeEach, expect, it } from "vitest";
import { destinationStates } from "../../../shared/queue/destination-states.ts";
import { endParking, Parking } from "../../../shared/queue/parking.ts";
import { eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const TIMES = { firstMs: 30_000, maxMs: 900_000, probeMs: 25_000 };
const queue = eventsPlace("env", "us").queue;
let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
let mobile: Parking;
let server: Parking;

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  command = connectRedis(redis.settings, "command", redisState(redis.settings, new RecordedLog()));
  mobile = new Parking(command, queue, "mobile-analytics", TIMES);
  server = new Parking(command, queue, "server-analytics", TIMES);
  await until("Redis is connected", () => command.status === "ready");
});

afterEach(async () => {
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

/** As time does it. */
const expire = () => command.del(queueKey(queue, "parking:mobile-analytics:rest"));
const park = (reason = "status 401", doubtful = false) => mobile.park(reason, "mark", doubtful, 1000);

it("lasts 30 s, and twice as long each time, up to 15 minutes, whoever else parks meanwhile", async () => {
  const seconds: number[] = [];
  const news: boolean[] = [];
  for (let times = 0; times < 7; times += 1) {
    const parkings = await Promise.all([1, 2, 3].map(() => park()));
    news.push(...parkings.map((parking) => parking.news).filter(Boolean));
    seconds.push(...new Set(parkings.map(({ forMs }) => Math.ceil(forMs / 1000))));
    await expire();
  }
  expect(seconds).toEqual([30, 60, 120, 240, 480, 900, 900]);
  expect(await command.pttl(queueKey(queue, "parking:mobile-analytics"))).toBeGreaterThan(900_000);
  expect(news).toEqual([true]);
  expect(await park("status 403")).toMatchObject({ news: true });
});

it("lasts a second when others were just taken, so that one more payload shows what it is", async () => {
  expect(await park("status 401", true)).toEqual({ forMs: 1000, news: true });
  await expire();
  expect(await mobile.admit("mark", true)).toMatchObject({ kind: "probe" });
  expect(await park("status 401", true)).toEqual({ forMs: 30_000, news: false });
});

it("lets nobody in, then one of those who may probe, then all when that one has got through", async () => {
  expect(await mobile.admit("mark", false)).toMatchObject({ kind: "free" });
  await park();
  expect(await mobile.admit("mark", true)).toMatchObject({ kind: "parked", reason: "status 401" });
  await expire();
  expect(await mobile.admit("mark", false)).toMatchObject({ kind: "probed" });
  const kinds = (await Promise.all([1, 2, 3].map(() => mobile.admit("mark", true)))).map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(["probe", "probed", "probed"]);
  await mobile.release();
  expect(await mobile.admit("mark", true)).toMatchObject({ kind: "probe" });
  expect(await mobile.lift()).toBe(1000);
  expect(await mobile.admit("mark", true)).toMatchObject({ kind: "free" });
  expect(await mobile.lift()).toBeUndefined();
});

it("concerns one destination, and the credential that was refused there", async () => {
  await park();
  expect(await server.admit("mark", true)).toMatchObject({ kind: "free" });
  expect(await mobile.admit("other", true)).toMatchObject({ kind: "free" });
  expect(await mobile.liftIfOther("mark")).toBe(false);
  expect((await mobile.admit("mark", true)).kind).toBe("parked");
  expect(await mobile.liftIfOther("other")).toBe(true);
  expect((await mobile.admit("mark", true)).kind).toBe("free");
  expect(await mobile.liftIfOther("other")).toBe(false);
});

it("ends by hand, whatever a forwarder knows of it", async () => {
  await park();
  await endParking(command, queue, "mobile-analytics");
  expect((await mobile.admit("mark", false)).kind).toBe("free");
  expect((await mobile.admit("mark", true)).kind).toBe("hurry");
  expect((await mobile.admit("mark", true)).kind).toBe("free");
});

it("is told with its reason, as is trouble of other kinds", async () => {
  await park();
  await server.noteTrouble("status 503", 2000, 60_000);
  const states = new Map((await destinationStates(command, queue)).map((state) => [state.kind, state]));
  expect(states.get("mobile-analytics")).toMatchObject({
    obstacle: { state: "refused", reason: "status 401", since: 1000 },
    payloads: 0,
  });
  expect(states.get("mobile-analytics")?.parkedForMs).toBeGreaterThan(29_000);
  expect(states.get("server-analytics")?.obstacle).toEqual({
    state: "unreachable",
    reason: "status 503",
    since: 2000,
  });
  expect(states.get("browser-analytics")?.obstacle).toBeUndefined();
  await server.troubleEnded();
  const [first] = await destinationStates(command, queue);
  expect(first).toMatchObject({ kind: "server-analytics", obstacle: undefined, parkedForMs: 0 });
});
