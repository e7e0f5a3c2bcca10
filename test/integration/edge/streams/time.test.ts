import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { parseItem } from "../../../../shared/model/item.ts";
import { drawing } from "../../../support/drawing.ts";
import { MovedClock } from "../../../support/moved-clock.ts";
import type { RawClient } from "./raw-client.ts";
import { StreamServer, type StreamServerOptions } from "./stream-server.ts";
import { until } from "./until.ts";

let server: StreamServer;
const start = async (options: StreamServerOptions = {}): Promise<void> => {
  server = await StreamServer.start(options);
};
afterEach(() => server.stop());

const openMany = (count: number): Promise<RawClient[]> => server.clients(count, "GET /all HTTP/1.1");

describe("heartbeats", () => {
  it("come to each client once an interval, each at its own moment of it", async () => {
    const clock = new MovedClock();
    await start({ clock, random: drawing(0.1, 0.4, 0.9), limits: { heartbeatIntervalMs: 30_000 } });
    const clients = await openMany(3);
    const beats = (): number[] => clients.map((client) => client.body().match(/^:$/gm)?.length ?? 0);
    const beatsAre = (...expected: number[]): Promise<void> =>
      until(`beats ${expected}`, () => `${beats()}` === `${expected}`);

    await clock.pass(3_000);
    await beatsAre(1, 0, 0);
    await clock.pass(9_000);
    await beatsAre(1, 1, 0);
    await clock.pass(15_000);
    await beatsAre(1, 1, 1);
    await clock.pass(30_000);
    await beatsAre(2, 2, 2);
    expect(clients[0]?.body().endsWith("\n\n:\n:\n")).toBe(true);
  });
});

describe("old age", () => {
  it("ends streams politely between 90 % and 100 % of the time they may last", async () => {
    const clock = new MovedClock();
    await start({ clock, random: drawing(1, 0.5, 0), limits: { maxClientConnectionTimeMs: 100_000 } });
    const clients = await openMany(3);
    const ended = (): boolean[] => clients.map((client) => client.ended);
    await clock.pass(89_900);
    expect(ended()).toEqual([false, false, false]);
    await clock.pass(200);
    await until("the first end", () => ended().join() === "true,false,false");
    await clock.pass(5_000);
    await until("the second end", () => ended().join() === "true,true,false");
    await clock.pass(5_000);
    await until("all ends", () => ended().every(Boolean));
    for (const client of clients) expect(client.text().endsWith("\r\n0\r\n\r\n")).toBe(true);
  });
});

describe("closing", () => {
  it("ends streams one after the other over the given time, each with the last chunk", async () => {
    const clock = new MovedClock();
    await start({ clock });
    const clients = await openMany(10);
    const closed = server.hub.close(1_000);
    const ended = (): number => clients.filter((client) => client.ended).length;
    await until("the first end", () => ended() === 1);
    await clock.pass(400);
    await until("half of the ends", () => ended() === 5);
    await clock.pass(500);
    await closed;
    await until("all ends", () => ended() === 10, 2_000);
    for (const client of clients) expect(client.text().endsWith("\r\n0\r\n\r\n")).toBe(true);
    expect(server.open.all).toBeUndefined();
  });

  it("ends a stream that has had no data yet after its head", async () => {
    await start({
      routes: (app) =>
        app.use("/all", async (_, next) => {
          await next();
          void server.hub.close(0);
        }),
    });
    const client = await server.client("GET /all HTTP/1.1");
    await until("the end", () => client.ended, 2_000);
    expect(client.text()).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\n0\r\n\r\n$/);
    expect(client.body()).toBe("");
  });

  it("answers new requests with 503, so that SDKs come back, to another edge", async () => {
    await start();
    await server.hub.close(0);
    const client = await server.client("GET /all HTTP/1.1");
    await until("the answer", () => client.text().startsWith("HTTP/1.1 503 "));
  });

  it("does not wait for a client that takes not even the end", async () => {
    await start();
    const [client] = await openMany(1);
    client?.socket.pause();
    const item = parseItem(JSON.stringify({ version: 1, padding: "x".repeat(24_000_000) }));
    server.change([{ kind: "flags", key: "a", item }]);
    await until("the patch", () => server.messages.all === 2);
    await server.hub.close(0);
    await until("the cut", () => server.open.all === undefined);
  });
});

describe("a client that leaves", () => {
  it("leaves nothing behind", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    const clock = new MovedClock();
    const responses: WeakRef<object>[] = [];
    await start({
      clock,
      limits: { heartbeatIntervalMs: 30_000, maxClientConnectionTimeMs: 3_600_000 },
      routes: (app) =>
        app.use("/all", async (c, next) => {
          responses.push(new WeakRef(c.env.outgoing));
          await next();
        }),
    });
    const clients = await openMany(5);
    expect(clock.sleepers).toBe(1);
    for (const client of clients) client.abort();
    await until("no open streams", () => server.open.all === 0);
    expect(clock.sleepers).toBe(0);
    server.change([{ kind: "flags", key: "a", item: parseItem('{"version":1}') }]);
    expect(responses).toHaveLength(5);
    await until("no responses in memory", () => {
      collectGarbage();
      return responses.every((response) => response.deref() === undefined);
    });
  });
});
