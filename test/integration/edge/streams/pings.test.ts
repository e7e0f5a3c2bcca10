import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../shared/base/clock.ts";
import { clientFlag, segmentOf } from "../../../support/client-flag.ts";
import { drawing } from "../../../support/drawing.ts";
import { MovedClock } from "../../../support/moved-clock.ts";
import type { RawClient } from "./raw-client.ts";
import { StreamServer, type StreamServerOptions } from "./stream-server.ts";
import { until } from "./until.ts";

const PING = "event: ping\ndata:  \n\n";
const WINDOW_MS = 1_000;

let server: StreamServer;
const start = async (options: StreamServerOptions = {}): Promise<void> => {
  server = await StreamServer.start(options);
};
afterEach(() => server.stop());

const openMany = (count: number): Promise<RawClient[]> => server.clients(count, "GET /ping HTTP/1.1");
const pingsOf = (clients: readonly RawClient[]): number[] => clients.map((client) => client.events().length);
const untilPings = (clients: readonly RawClient[], ...expected: number[]): Promise<void> =>
  until(`pings ${expected}`, () => `${pingsOf(clients)}` === `${expected}`);

/**
 * Makes a socket full with its next write, until all is `taken`. Pings are so small that a real client would have to
 * be stuck for days.
 */
function stuck(socket: Socket): { taken(): void } {
  const write = socket.write;
  let full = false;
  socket.write = (...args: unknown[]) => {
    full = true;
    return Reflect.apply(write, socket, args);
  };
  Object.defineProperty(socket, "writableLength", { get: () => (full ? socket.writableHighWaterMark : 0) });
  return {
    taken: () => {
      socket.write = write;
      full = false;
      socket.emit("drain");
    },
  };
}

/** Waits until whatever is under way has reached the clients: a newcomer's ping comes after it. */
const untilQuiet = async (): Promise<void> => {
  await openMany(1);
  await new Promise((resolve) => setImmediate(resolve));
};

describe("a stream of pings on the wire", () => {
  it("is the head, then a ping at once", async () => {
    await start();
    const [client] = await openMany(1);
    expect(client?.text()).toMatch(
      /^HTTP\/1.1 200 OK\r\nContent-Type: text\/event-stream; charset=utf-8\r\n/,
    );
    expect(client?.body()).toBe(PING);
    expect(server.open).toEqual({ "browser-ping": 1 });
  });

  it("carries pings also for a client with a context, when streams are configured to", async () => {
    await start({ clientStreams: "ping" });
    const client = await server.client("GET /values/ann HTTP/1.1");
    await client.untilEvents(1);
    server.change([clientFlag("a", 1, { value: true })]);
    await client.untilEvents(2);
    expect(client.body()).toBe(PING + PING);
    expect(server.messages).toEqual({ "mobile-ping": 2 });
  });
});

describe("a change", () => {
  it("is announced to all clients at once, when there is no window", async () => {
    await start();
    const clients = await openMany(3);
    server.change([clientFlag("a", 1, { value: true })]);
    await untilPings(clients, 2, 2, 2);
    server.change([clientFlag("a", 2, { value: true })]);
    await untilPings(clients, 3, 3, 3);
  });

  it("is announced to each client at its own moment of the window", async () => {
    const clock = new MovedClock();
    await start({ clock, random: drawing(0.95, 0.05, 0.5), limits: { pingJitterMs: WINDOW_MS } });
    const clients = await openMany(3);
    server.change([clientFlag("a", 1, { value: true })]);
    await untilPings(clients, 1, 1, 1);
    await clock.pass(100);
    await untilPings(clients, 1, 2, 1);
    await clock.pass(500);
    await untilPings(clients, 1, 2, 2);
    await clock.pass(300);
    await untilPings(clients, 1, 2, 2);
    await clock.pass(100);
    await untilPings(clients, 2, 2, 2);
  });

  it("is one ping with all others of the same window", async () => {
    const clock = new MovedClock();
    await start({ clock, random: drawing(0.05, 0.5, 0.95), limits: { pingJitterMs: WINDOW_MS } });
    const clients = await openMany(3);
    for (let version = 1; version <= 20; version += 1)
      server.change([clientFlag("a", version, { value: version })]);
    await clock.pass(WINDOW_MS);
    await untilPings(clients, 2, 2, 2);
    await clock.pass(10 * WINDOW_MS);
    await untilQuiet();
    expect(pingsOf(clients)).toEqual([2, 2, 2]);
  });

  it("that comes in the middle of a window is announced again only to those who were pinged before it", async () => {
    const clock = new MovedClock();
    await start({ clock, random: drawing(0.05, 0.95), limits: { pingJitterMs: WINDOW_MS } });
    const clients = await openMany(2);
    server.change([clientFlag("a", 1, { value: 1 })]);
    await clock.pass(500);
    await untilPings(clients, 2, 1);
    server.change([clientFlag("a", 2, { value: 2 })]);
    await clock.pass(WINDOW_MS);
    await untilPings(clients, 3, 2);
    await clock.pass(10 * WINDOW_MS);
    await untilQuiet();
    expect(pingsOf(clients)).toEqual([3, 2]);
  });

  it("is spread over a window of its own, however long ago the one before was", async () => {
    const clock = new MovedClock();
    await start({ clock, random: drawing(0.05, 0.95), limits: { pingJitterMs: WINDOW_MS } });
    const clients = await openMany(2);
    server.change([clientFlag("a", 1, { value: 1 })]);
    await clock.pass(100 * WINDOW_MS);
    await untilPings(clients, 2, 2);
    server.change([clientFlag("a", 2, { value: 2 })]);
    await clock.pass(100);
    await untilPings(clients, 3, 2);
    await clock.pass(800);
    await untilPings(clients, 3, 2);
    await clock.pass(100);
    await untilPings(clients, 3, 3);
  });

  it("is not announced to a client that has come after it", async () => {
    const clock = new MovedClock();
    await start({ clock, random: drawing(0.95), limits: { pingJitterMs: WINDOW_MS } });
    const [early] = await openMany(1);
    server.change([clientFlag("a", 1, { value: 1 })]);
    const [late] = await openMany(1);
    await clock.pass(WINDOW_MS);
    await until("the ping", () => early?.events().length === 2);
    await untilQuiet();
    expect(late?.events()).toHaveLength(1);
  });

  it("leaves no timer running and nobody to tell once all clients have left", async () => {
    const clock = new MovedClock();
    await start({ clock, limits: { pingJitterMs: WINDOW_MS } });
    const clients = await openMany(5);
    server.change([clientFlag("a", 1, { value: true })]);
    for (const client of clients) client.abort();
    await until("no open streams", () => server.open["browser-ping"] === 0);
    expect(clock.sleepers).toBe(0);
    const [next] = await openMany(1);
    server.change([clientFlag("a", 2, { value: true })]);
    await clock.pass(WINDOW_MS);
    await until("the ping", () => next?.events().length === 2);
    expect(server.messages["browser-ping"]).toBe(5 + 2);
  });

  it("is not announced when these clients cannot see it", async () => {
    await start();
    server.change([clientFlag("seen", 1, { value: 1, prerequisite: "below" })]);
    const clients = await openMany(2);
    server.change([clientFlag("hidden", 1, { value: 1, hidden: true, segment: "of-hidden" })]);
    server.change([segmentOf("of-hidden", 1, "ann")]);
    await untilQuiet();
    expect(pingsOf(clients)).toEqual([1, 1]);
  });

  it("is announced when a flag that these clients see depends on it", async () => {
    await start();
    server.change([
      clientFlag("first", 1, { value: 1, prerequisite: "below" }),
      clientFlag("second", 1, { value: 1, segment: "members" }),
    ]);
    const clients = await openMany(2);
    server.change([clientFlag("below", 1, { value: 1, hidden: true })]);
    await untilPings(clients, 2, 2);
    server.change([segmentOf("members", 1, "ann")]);
    await untilPings(clients, 3, 3);
  });
});

describe("a client that does not read", () => {
  it("is pinged once when it reads again", async () => {
    const sockets: Socket[] = [];
    await start({
      routes: (app) =>
        app.use("/ping", async (c, next) => {
          await next();
          sockets.push(c.env.incoming.socket);
        }),
    });
    const clients = await openMany(2);
    const [slow] = sockets;
    if (slow === undefined) throw new Error("no connection");
    const fill = stuck(slow);
    for (let version = 1; version <= 5; version += 1) {
      server.change([clientFlag("a", version, { value: version })]);
      await until("the ping", () => clients[1]?.events().length === version + 1);
    }
    await untilPings(clients, 2, 6);
    fill.taken();
    await untilPings(clients, 3, 6);
  });
});

describe("many clients", () => {
  it("are pinged in slices, between which the event loop is free", async () => {
    let timeMs = 0;
    // On a clock that runs ahead every slice is one step.
    const clock = { ...systemClock, monotonic: () => (timeMs += 10) };
    await start({ clock, limits: { slowClientDeadlineMs: Number.POSITIVE_INFINITY } });
    const clients = await Promise.all(
      Array.from({ length: 1_000 }, () => server.client("GET /ping HTTP/1.1")),
    );
    await until("1,000 pings", () => server.messages["browser-ping"] === 1_000);
    server.change([clientFlag("a", 1, { value: true })]);
    const steps: number[] = [];
    for (let sent = 1_000; sent < 2_000; ) {
      await new Promise((resolve) => setImmediate(resolve));
      steps.push((server.messages["browser-ping"] ?? 0) - sent);
      sent = server.messages["browser-ping"] ?? 0;
    }
    expect(Math.max(...steps)).toBeLessThanOrEqual(16);
    await until("all pings", () => clients.every((client) => client.events().length === 2));
  });

  it("are sent away one after the other, and new ones refused", async () => {
    const clock = new MovedClock();
    await start({ clock });
    const clients = await openMany(10);
    const closed = server.clientStreams.close(1_000);
    const ended = (): number => clients.filter((client) => client.ended).length;
    await until("the first end", () => ended() === 1);
    await clock.pass(400);
    await until("half of the ends", () => ended() === 5);
    await clock.pass(500);
    await closed;
    await until("all ends", () => ended() === 10);
    expect(server.open["browser-ping"]).toBeUndefined();
    for (const path of ["/ping", "/values/ann"]) {
      const late = await server.client(`GET ${path} HTTP/1.1`);
      await until("the answer", () => late.text().startsWith("HTTP/1.1 503 "));
    }
  });
});
