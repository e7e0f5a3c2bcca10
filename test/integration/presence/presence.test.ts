import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../shared/base/clock.ts";
import { EnvironmentList } from "../../../shared/environments/environment-source.ts";
import type { RoleReport } from "../../../shared/presence/announcement.ts";
import { Presence, roleIdentity } from "../../../shared/presence/presence.ts";
import { presentRoles } from "../../../shared/presence/present-roles.ts";
import { environment } from "../../support/environment.ts";
import { eventually } from "../../support/eventually.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";

const TIMING = { everyMs: 50, ttlMs: 400 };
const LEADS: RoleReport = { role: "ingestor", leads: true };

let server: TestRedis;
let redis: Redis;
const presences: Presence[] = [];

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  redis = await connect();
  await redis.flushall();
});
afterEach(async () => {
  await Promise.all(presences.splice(0).map((presence) => presence.stop()));
  redis.disconnect();
});
afterAll(() => server[Symbol.asyncDispose]());

async function connect(username?: string): Promise<Redis> {
  const user = username === undefined ? {} : { username, password: "secret" };
  const client = new Redis(server.port, "127.0.0.1", {
    enableOfflineQueue: false,
    replyMapping: "legacy",
    ...user,
  });
  client.on("error", () => undefined);
  await until("Redis is connected", () => client.status === "ready");
  return client;
}

function announce(
  environments: EnvironmentList,
  report = LEADS,
  log = new RecordedLog(),
  over = redis,
): Presence {
  const presence = new Presence(
    over,
    roleIdentity("1.0.0", systemClock),
    environments,
    () => report,
    systemClock,
    log,
    TIMING,
  );
  presences.push(presence);
  return presence;
}

async function present(prefix = "launchdarkly-a") {
  const [seconds, micros] = await redis.time();
  const now = Number(seconds) * 1000 + Number(micros) / 1000;
  return presentRoles(await redis.hgetall(`${prefix}:$roles`), now, TIMING.ttlMs);
}

describe("a role announces itself in Redis", () => {
  it("with version, host, process and what it says of the environment, and stays while it runs", async () => {
    announce(new EnvironmentList([environment("a")]));
    await until("it is there", async () => (await present()).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 2 * TIMING.ttlMs));
    expect(await present()).toMatchObject([
      { role: "ingestor", version: "1.0.0", pid: process.pid, leads: true, host: expect.any(String) },
    ]);
  });

  it("and withdraws when it stops", async () => {
    const presence = announce(new EnvironmentList([environment("a"), environment("b")]));
    await until("it is there", async () => (await present("launchdarkly-b")).length === 1);
    await presence.stop();
    expect(await redis.keys("*")).toEqual([]);
  });

  it("is forgotten when it was killed, with the help of others and without", async () => {
    const environments = new EnvironmentList([environment("a"), environment("b")]);
    const killed = await connect();
    announce(environments, LEADS, new RecordedLog(), killed);
    await until("it is there", async () => (await present("launchdarkly-b")).length === 1);
    killed.disconnect();
    announce(new EnvironmentList([environment("a")]), { role: "forwarder", trouble: null });
    await until(
      "only the other is in the hash",
      async () => (await redis.hlen("launchdarkly-a:$roles")) === 1,
    );
    expect(await present()).toMatchObject([{ role: "forwarder" }]);
    await until("the last of all is gone", async () => (await redis.exists("launchdarkly-b:$roles")) === 0);
  });

  it("at once for an environment that comes, and no more for one that goes", async () => {
    const environments = new EnvironmentList([environment("a")]);
    announce(environments);
    await until("it is there", async () => (await present()).length === 1);
    environments.replace([environment("b")]);
    await until(
      "it has moved",
      async () => (await present("launchdarkly-b")).length === 1 && (await present()).length === 0,
    );
  });

  it("again as soon as Redis is back and has forgotten it", async () => {
    announce(new EnvironmentList([environment("a")]));
    await until("it is there", async () => (await present()).length === 1);
    await server.empty();
    await eventually(
      "it is there again",
      async () => redis.status === "ready" && (await present()).length === 1,
    );
  });

  it("with no other rights than those to the keys of its prefix", async () => {
    await redis.call(
      "ACL",
      "SETUSER",
      "narrow",
      "on",
      ">secret",
      "~launchdarkly-a:*",
      "+@all",
      "-@dangerous",
    );
    const narrow = await connect("narrow");
    const log = new RecordedLog();
    announce(new EnvironmentList([environment("a")]), LEADS, log, narrow);
    await until("it is there", async () => (await present()).length === 1);
    expect(log.lines).toEqual([]);
    announce(new EnvironmentList([environment("b")]), LEADS, log, narrow);
    await until("a refusal is logged", () => log.lines.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 5 * TIMING.everyMs));
    expect(log.lines).toEqual([
      expect.stringMatching(/^warn Redis rejects the announcement.*presence\.refused.*NOPERM/),
    ]);
    await Promise.all(presences.splice(0).map((presence) => presence.stop()));
    narrow.disconnect();
  });

  it("for a thousand environments with small cost", async () => {
    const many = Array.from({ length: 1000 }, (_, at) => environment(`e${at}`));
    announce(new EnvironmentList(many));
    await until("all are there", async () => (await redis.keys("*:$roles")).length === 1000);
  });
});

describe("what is read of the roles", () => {
  const text = (at: number, more: object) =>
    `${at}|${JSON.stringify({ id: "x", version: "1", host: "h", pid: 1, startedAt: 0, ...more })}`;

  it("leaves out who is too old, and what it does not understand", () => {
    const hash = {
      old: text(1000, { role: "edge", offset: 1, streams: 0, lagMs: null }),
      strange: text(9000, { role: "mirror" }),
      broken: "9000|{",
      none: "",
      edge: text(9000, { role: "edge", offset: 1, streams: 3, lagMs: null, more: true }),
      ingestor: text(9500, { role: "ingestor", leads: false }),
    };
    expect(
      presentRoles(hash, 10_000, 5000).map(({ role, announcedMsAgo }) => [role, announcedMsAgo]),
    ).toEqual([
      ["ingestor", 500],
      ["edge", 1000],
    ]);
  });
});
