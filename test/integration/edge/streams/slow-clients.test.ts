import { afterEach, describe, expect, it } from "vitest";
import { type Change, parseItem } from "../../../../shared/model/item.ts";
import { MovedClock } from "../../../support/moved-clock.ts";
import { StreamServer, WAYS } from "./stream-server.ts";
import { until } from "./until.ts";

/** More than the kernel takes for a client that does not read. */
const CHANGES = 24;
const MEGABYTE = "x".repeat(1_000_000);
const flag = (version: number): Change => ({
  kind: "flags",
  key: "a",
  item: parseItem(JSON.stringify({ version, padding: MEGABYTE })),
});

let server: StreamServer;
afterEach(() => server.stop());

describe.each(WAYS)("a client that does not read, behind %s", (way) => {
  it("delays nobody, and gets one put of the newest data when it reads again", async () => {
    server = await StreamServer.start({ way });
    const slow = await server.client("GET /all HTTP/1.1");
    const quick = await server.client("GET /all HTTP/1.1");
    await slow.untilEvents(1);
    await quick.untilEvents(1);
    slow.socket.pause();
    for (let version = 1; version <= CHANGES; version += 1) {
      server.change([flag(version)]);
      await quick.untilEvents(version + 1);
    }
    slow.socket.resume();
    await until("the newest version", () => slow.body().includes(`"version":${CHANGES}`));
    const events = slow.events();
    expect(events.length).toBeLessThan(CHANGES);
    expect(events.at(-1)?.event).toBe("put");
    expect(events.filter(({ event }) => event === "put")).toHaveLength(2);

    const before = events.length;
    server.change([flag(CHANGES + 1)]);
    await slow.untilEvents(before + 1);
    expect(slow.events().at(-1)?.event).toBe("patch");
  });

  it("is not given a put again when it has missed nothing", async () => {
    server = await StreamServer.start({ way });
    server.change(Array.from({ length: CHANGES }, (_, n) => ({ ...flag(1), key: `flag-${n}` })));
    const client = await server.client("GET /all HTTP/1.1");
    await client.untilEvents(1);
    server.change([flag(2)]);
    await client.untilEvents(2);
    expect(client.events().map(({ event }) => event)).toEqual(["put", "patch"]);
  });

  it("is cut after the deadline, and only it", async () => {
    const clock = new MovedClock();
    server = await StreamServer.start({ way, clock, limits: { slowClientDeadlineMs: 30_000 } });
    const stuck = await server.client("GET /all HTTP/1.1");
    const quick = await server.client("GET /all HTTP/1.1");
    await stuck.untilEvents(1);
    await quick.untilEvents(1);
    stuck.socket.pause();
    for (let version = 1; version <= CHANGES; version += 1) {
      server.change([flag(version)]);
      await quick.untilEvents(version + 1);
    }
    await clock.pass(29_900);
    expect(server.open.all).toBe(2);
    await clock.pass(200);
    await until("the cut", () => server.open.all === 1);
    expect(server.slowClientsCut).toBe(1);
    expect(quick.closed).toBe(false);
  });
});
