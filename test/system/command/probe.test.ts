import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../simulator/free-port.ts";
import { startProcess } from "../../support/child-process.ts";
import { runCommand } from "../../support/command.ts";
import { eventually } from "../../support/eventually.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { removeFolder, tempFolder } from "../../support/temp-folder.ts";

let redis: TestRedis;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => redis[Symbol.asyncDispose]());

function folder(): string {
  const made = tempFolder();
  onTestFinished(() => removeFolder(made));
  return made;
}

/** What `check-config --probe` says about a Redis, with one environment under the prefix `mine`. */
async function probe(url: string, more = "") {
  const file = join(folder(), "relay.conf");
  writeFileSync(
    file,
    `[Redis]\nurl = ${url}\n[Events]\nsendEvents = true\n${more}[Environment "A"]\nsdkKey = sdk-a\nprefix = mine\n`,
  );
  const { code, stdout, stderr } = await runCommand(["check-config", "--probe", "--config", file]);
  return { code, said: stdout.slice(stdout.indexOf("Redis at")), stderr };
}

/** A user of Redis with these rights alone, and the URL to log in as that. */
async function urlOfUser(...rights: string[]): Promise<string> {
  await redis.client((client) => client.call("ACL", "SETUSER", "relay", "reset", "on", ">word", ...rights));
  return `redis://relay:word@127.0.0.1:${redis.port}`;
}

const keys = () => redis.client((client) => client.keys("*"));

/** A `redis-server` that is no ordinary one; ends with the test. */
async function oddRedis(...args: string[]): Promise<{ port: number; client: Redis }> {
  const port = await freePort();
  const server = await startProcess({
    name: "an odd redis-server",
    file: "redis-server",
    args: [...args.map((arg) => arg.replace("PORT", String(port))), "--port", String(port)],
    cwd: folder(),
  });
  onTestFinished(async () => void (await server.kill()));
  const client = new Redis({ port, host: "127.0.0.1", retryStrategy: () => 20 });
  client.on("error", () => undefined);
  onTestFinished(() => client.disconnect());
  await eventually("the odd redis-server", async () => (await client.ping()) === "PONG");
  return { port, client };
}

describe("check-config --probe", () => {
  it("is content with a Redis in which all roles can work, and leaves no trace", async () => {
    const { code, said } = await probe(redis.url);
    expect(said).toBe(`Redis at ${redis.url} can be used
  [Environment "A"], prefix "mine": flags are unclaimed
  [Environment "A"], prefix "mine": events are ours or unclaimed
`);
    expect(code).toBe(0);
    expect(await keys()).toEqual([]);
  });

  it("is content with a user of the smallest rights, who may not even ask INFO", async () => {
    const { code, said, stderr } = await probe(await urlOfUser("~mine:*", "&mine:*", "+@all", "-@dangerous"));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(said).toContain("can be used\n");
    expect(said).toContain("WARNING: as the Redis of the events, whether it is durable is unknown");
    expect(await keys()).toEqual([]);
  });

  it.each([
    [
      "channels",
      ["~mine:*", "+@all"],
      ["the edge subscribes to changes: NOPERM", "the ingestor takes a lease"],
    ],
    ["scripts", ["~mine:*", "&mine:*", "+@all", "-@scripting"], ["the ingestor", "the edge claims"]],
    ["keys", ["~other:*", "&mine:*", "+@all"], ["the ingestor", "the edge claims"]],
    ["the right to publish", ["~mine:*", "&mine:*", "+@all", "-publish"], ["the ingestor"]],
    ["the right to subscribe", ["~mine:*", "&mine:*", "+@all", "-subscribe"], ["the edge subscribes"]],
    ["the right to wait for events", ["~mine:*", "&mine:*", "+@all", "-bzpopmin"], ["the forwarder takes"]],
  ])("names what a user without %s cannot do", async (lacking, rights, missing) => {
    const { code, said, stderr } = await probe(await urlOfUser(...rights));
    expect(code).toBe(1);
    expect(said).toContain("cannot be used as it is:\n");
    if (lacking === "the right to publish") expect(said).toContain("this user may not use PUBLISH there");
    for (const what of missing)
      expect(said).toMatch(
        new RegExp(`^  MISSING: \\[Environment "A"\\], prefix "mine": ${what}.*permission`, "m"),
      );
    expect(stderr).toMatch(/^Error: redis:.* cannot be used as it is, see above\n$/);
    expect(said + stderr).not.toMatch(/^ {4}at |word/m);
    expect(await keys()).toEqual([]);
  });

  it("looks at the Redis of the events with other eyes than at that of the flags", async () => {
    await using events = await startRedis();
    await events.client((client) => client.call("ACL", "SETUSER", "default", "resetchannels"));
    const { code, said } = await probe(redis.url, `redisUrl = ${events.url}\n`);
    expect(code).toBe(0);
    expect(said).toContain(`Redis at ${events.url} can be used\n`);
  });

  it("names a replica", async () => {
    const { port, client } = await oddRedis("--replicaof", `127.0.0.1 ${redis.port}`);
    const { code, said } = await probe(`redis://127.0.0.1:${port}`);
    expect(code).toBe(1);
    expect(said).toContain("read-only replica");
    await client.config("SET", "replica-read-only", "no");
    expect((await probe(`redis://127.0.0.1:${port}`)).said).toContain("this Redis is a replica");
  });

  it("names a Cluster", async () => {
    const { port, client } = await oddRedis("--cluster-enabled", "yes");
    expect((await probe(`redis://127.0.0.1:${port}`)).said).toContain("Cluster");
    await client.call("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
    await eventually("the cluster", async () =>
      /cluster_state:ok/.test(String(await client.call("CLUSTER", "INFO"))),
    );
    const { code, said } = await probe(`redis://127.0.0.1:${port}`);
    expect(code).toBe(1);
    expect(said).toContain("Cluster");
  });

  it("names a Sentinel", async () => {
    const file = join(folder(), "sentinel.conf");
    writeFileSync(file, `sentinel monitor main 127.0.0.1 ${redis.port} 1\n`);
    const { port } = await oddRedis(file, "--sentinel");
    const { code, said, stderr } = await probe(`redis://127.0.0.1:${port}`);
    expect(code).toBe(1);
    expect(said + stderr).toContain("Sentinel");
  });

  it("says whose each prefix is", async () => {
    await redis.client(async (client) => {
      await client.hset("mine:$relay", "claim", "|00000000000000aa|Their%20Production");
      await client.hset("mine:$events", {
        owner: "00000000000000aa",
        claim: "|00000000000000aa|Their%20Production",
      });
    });
    const { code, said } = await probe(redis.url);
    expect(code).toBe(0);
    expect(
      said.match(/(flags|events) are CLAIMED by another installation.*"Their Production"/g),
    ).toHaveLength(2);
    expect((await keys()).toSorted()).toEqual(["mine:$events", "mine:$relay"]);
  });
});
