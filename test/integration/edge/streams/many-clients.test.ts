import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../shared/base/clock.ts";
import { type Change, parseItem } from "../../../../shared/model/item.ts";
import type { RawClient } from "./raw-client.ts";
import { StreamServer } from "./stream-server.ts";
import { until } from "./until.ts";

const flag = (key: string, version: number, padding = ""): Change => ({
  kind: "flags",
  key,
  item: parseItem(JSON.stringify({ version, padding })),
});

let server: StreamServer;
afterEach(() => server.stop());

/** What an SDK holds that believes everything it is told; fails on whatever an up-to-date SDK must not be told. */
function heldBy(client: RawClient): Map<string, number> {
  const held = new Map<string, number>();
  const [first, ...rest] = client.events();
  const { data } = JSON.parse(first?.data ?? "null");
  expect(first?.event).toBe("put");
  for (const [key, { version }] of Object.entries<{ version: number }>(data.flags)) held.set(key, version);
  for (const { event, data } of rest) {
    expect(event).toBe("patch");
    const { path, data: item } = JSON.parse(data);
    const key = path.replace("/flags/", "");
    expect(item.version).toBeGreaterThan(held.get(key) ?? 0);
    held.set(key, item.version);
  }
  return held;
}

describe("many clients", () => {
  it("all get a change, also 2,000 of them that came at once", async () => {
    server = await StreamServer.start();
    const clients = await Promise.all(
      Array.from({ length: 2_000 }, () => server.client("GET /all HTTP/1.1")),
    );
    await until("2,000 puts", () => server.messages.all === 2_000);
    server.change([flag("a", 1)]);
    const last = clients.at(-1);
    await until("the last patch", () => last?.events().length === 2);
    await until("2,000 patches", () => clients.every((client) => client.body().includes("event: patch")));
    for (const client of clients) expect(heldBy(client)).toEqual(new Map([["a", 1]]));
    expect(server.messages.all).toBe(4_000);
  });

  it("hear of 200 changes in order, none missed, doubled or stale, whenever they come", async () => {
    let timeMs = 0;
    // On a clock that runs ahead every slice is one step, so everything happens in the middle of a broadcast.
    const clock = { ...systemClock, monotonic: () => (timeMs += 10) };
    server = await StreamServer.start({ clock, limits: { slowClientDeadlineMs: Number.POSITIVE_INFINITY } });
    const early = await Promise.all(Array.from({ length: 150 }, () => server.client("GET /all HTTP/1.1")));
    const joining: Promise<RawClient>[] = [];
    const versions = new Map<string, number>();
    for (let n = 0; n < 200; n += 1) {
      const key = `flag-${n % 7}`;
      versions.set(key, (versions.get(key) ?? 0) + 1);
      server.change([flag(key, versions.get(key) ?? 0, "x".repeat(2_000))]);
      if (n % 2 === 0) joining.push(server.client("GET /all HTTP/1.1"));
      if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const clients = [...early, ...(await Promise.all(joining))];
    const upToDate = (client: RawClient): boolean =>
      client.events().length > 0 &&
      [...heldBy(client)].join() !== "" &&
      sameVersions(heldBy(client), versions);
    for (const client of clients) await until("the last change", () => upToDate(client));
    await server.hub.close(0);
    for (const client of clients) {
      await until("the end", () => client.ended);
      expect(sameVersions(heldBy(client), versions)).toBe(true);
    }
  });

  it("are told together what came while a broadcast ran", async () => {
    server = await StreamServer.start();
    const client = await server.client("GET /all HTTP/1.1");
    await client.untilEvents(1);
    for (let version = 1; version <= 100; version += 1) server.change([flag("a", version)]);
    await until("the last version", () => client.body().includes('"version":100'));
    expect(client.events()).toHaveLength(2);
  });
});

function sameVersions(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one].every(([key, version]) => other.get(key) === version);
}
