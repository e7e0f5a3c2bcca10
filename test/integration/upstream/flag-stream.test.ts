import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { flag } from "../../../simulator/content.ts";
import type { Reaction } from "../../../simulator/faults.ts";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";
import { HURRY, openStream } from "./upstream-stream.ts";

const KEY = "sdk-key";
const EVENT_STREAM = { "Content-Type": "text/event-stream" };

let ld: LaunchDarklySimulator;
let upstream: SimulatedEnvironment;

beforeEach(async () => {
  ld = await startLaunchDarkly();
  upstream = ld.environment(KEY, { envId: "the-env-id" });
  upstream.set(flag("checkout", { version: 1 }));
});

afterEach(() => ld.stop());

const isOpen = (): boolean => upstream.streams.count === 1;

// Vitest fails a run in which a promise was rejected unhandled or an exception was not caught, so every test here
// shows as well that nothing of that kind happens.
describe("a supervised upstream stream", () => {
  it("names this program and its version, shows the key, and takes over the environment's id", async () => {
    const { stream, events } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    expect(events[0]).toMatchObject({ kind: "put" });
    expect(stream.state).toMatchObject({ state: "VALID", envId: "the-env-id" });
    const { path, headers } = upstream.streams.history[0] ?? {};
    expect(path).toBe("/all");
    expect(headers).toMatchObject({
      authorization: KEY,
      "user-agent": "LDRelay/1.2.3",
      accept: "text/event-stream",
      "cache-control": "no-cache",
    });
  });

  it("probes a refused key slowly, and is valid again when the key is", async () => {
    const refusal = ld.faults.add({ on: "streams", reaction: { kind: "answer", status: 401 } });
    const { stream, events, pauses } = openStream(ld.url, KEY);
    await eventually("three refusals", () => pauses.length === 3);
    expect(pauses).toEqual([30_000, 60_000, 120_000]);
    expect(stream.state).toMatchObject({ state: "OFF", lastError: { kind: "ERROR_RESPONSE" } });
    expect(events).toEqual([]);
    refusal.remove();
    await eventually("the first data", () => events.length === 1);
    expect(stream.state).toMatchObject({ state: "VALID", lastError: { kind: "ERROR_RESPONSE" } });
  });

  it("grows its pauses up to half a minute while nothing works, and comes back", async () => {
    ld.faults.add({ on: "streams", times: 7, reaction: { kind: "answer", status: 503 } });
    const { stream, events, pauses } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(stream.state).toMatchObject({ state: "VALID", lastError: { kind: "ERROR_RESPONSE" } });
  });

  it("forgets earlier failures once a stream that brought data has lasted for a minute", async () => {
    ld.faults.add({ on: "streams", times: 2, reaction: { kind: "answer", status: 503 } });
    const { events, pauses } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    upstream.streams.cut();
    await eventually("the data again", () => events.length === 2);
    expect(pauses).toEqual([1000, 2000, 4000]);
    const aMinuteLater = performance.now() + 60_000 / HURRY;
    await eventually("the end of a minute", () => performance.now() > aMinuteLater);
    upstream.streams.cut();
    await eventually("the data once more", () => events.length === 3);
    expect(pauses).toEqual([1000, 2000, 4000, 1000]);
  });

  it("does not take a minute of waiting for an answer for a good stream", async () => {
    ld.faults.add({
      on: "streams",
      times: 2,
      delayMs: 70_000 / HURRY,
      reaction: { kind: "answer", status: 503 },
    });
    const { events, pauses } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    expect(pauses).toEqual([1000, 2000]);
  });

  it("follows a redirect, but not for ever", async () => {
    const redirect = { kind: "answer", status: 307, headers: { Location: "/all" } } as const;
    const loop = ld.faults.add({ on: "streams", reaction: redirect });
    const { events, pauses, reasons } = openStream(ld.url, KEY);
    await eventually("the end of its patience", () => pauses.length >= 1);
    expect(reasons[0]).toContain("redirect count exceeded");
    loop.remove();
    ld.faults.add({ on: "streams", times: 1, reaction: redirect });
    await eventually("the first data", () => events.length === 1);
    expect(upstream.streams.history[0]?.headers.authorization).toBe(KEY);
  });

  const hello = "event: put\ndata: {}\n\n";
  it.each<[string, Reaction, string]>([
    ["503", { kind: "answer", status: 503 }, "LaunchDarkly answered 503"],
    ["429", { kind: "answer", status: 429 }, "LaunchDarkly answered 429"],
    ["204", { kind: "answer", status: 204 }, "LaunchDarkly answered 204"],
    ["a redirect without a place", { kind: "answer", status: 302 }, "LaunchDarkly answered 302"],
    ["a status beyond all standards", { kind: "answer", status: 999 }, "LaunchDarkly answered 999"],
    [
      "a web page",
      { kind: "answer", status: 200, headers: { "Content-Type": "text/html" }, body: hello },
      "text/event-stream",
    ],
    ["an answer without a type", { kind: "answer", status: 200, body: hello }, "text/event-stream"],
    ["an empty stream", { kind: "answer", status: 200, headers: EVENT_STREAM }, "the stream ended"],
    ["no answer", { kind: "cut" }, "other side closed"],
    ["silence", { kind: "silence" }, "Headers Timeout"],
  ])("comes back within seconds after %s", async (_what, reaction, reason) => {
    ld.faults.add({ on: "streams", times: 1, reaction });
    const { events, pauses, reasons } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    expect(pauses).toEqual([1000]);
    expect(reasons).toEqual([expect.stringContaining(reason)]);
  });

  it.each<[string, Reaction]>([
    [
      "a web page",
      { kind: "answer", status: 200, headers: { "Content-Type": "text/html" }, body: "…", keepOpen: true },
    ],
    ["an error page", { kind: "answer", status: 500, body: "…", keepOpen: true }],
  ])("does not go on reading %s that never ends", async (_what, reaction) => {
    ld.faults.add({ on: "streams", reaction });
    const { pauses, running } = openStream(ld.url, KEY);
    await eventually("some attempts", () => pauses.length >= 4);
    expect(running()).toBeLessThanOrEqual(1);
  });

  it.each([
    ["garbage", "event: patch\ndata: {nonsense\n\n"],
    ["a put that is no object", "event: put\ndata: 7\n\n"],
    ["a put of the wrong shape", 'event: put\ndata: {"path":"/","data":{"flags":true}}\n\n'],
    ["a patch without an item", 'event: patch\ndata: {"path":"/flags/checkout","data":true}\n\n'],
    [
      "a patch without a version",
      'event: patch\ndata: {"path":"/flags/checkout","data":{"key":"checkout"}}\n\n',
    ],
    [
      "a delete whose version is no number",
      'event: delete\ndata: {"path":"/flags/checkout","version":"no"}\n\n',
    ],
  ])("begins anew after %s, and has passed nothing of it on", async (_what, bytes) => {
    const { stream, events, pauses } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    // What follows in the same chunk belongs to a stream that is not to be trusted any more.
    upstream.streams.send(`${bytes}event: delete\ndata: {"path":"/flags/checkout","version":99}\n\n`);
    await eventually("the next stream", () => events.length === 2);
    expect(events.map(({ kind }) => kind)).toEqual(["put", "put"]);
    expect(pauses).toEqual([1000]);
    expect(stream.state).toMatchObject({ state: "VALID", lastError: { kind: "INVALID_DATA" } });
    await eventually("only one stream", isOpen);
  });

  it.each([
    ["a name that is not known yet", "event: transfer\ndata: {nonsense\n\n"],
    ["the name error", "event: error\ndata: trouble\n\n"],
    ["the name open", "event: open\ndata: {}\n\n"],
    ["no name", "data: {nonsense\n\n"],
    ["a path of an unknown kind", 'event: patch\ndata: {"path":"/experiments/x","data":{"version":1}}\n\n'],
    ["an id and a reconnection time", "id: 7\nretry: 1\nevent: goodbye\ndata: {}\n\n"],
  ])("stays and ignores an event with %s", async (_what, bytes) => {
    const { events, pauses } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    upstream.streams.send(bytes);
    upstream.change("flags", "checkout", { on: false });
    await eventually("the change", () => events.length === 2);
    expect(events[1]).toMatchObject({ kind: "change", change: { key: "checkout", item: { version: 2 } } });
    expect(pauses).toEqual([]);
  });

  it("forgets half an event when the connection breaks in its middle", async () => {
    const { stream, events, pauses } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    upstream.streams.send('event: delete\ndata: {"path":"/flags/checkout","version":99}\n');
    upstream.streams.cut();
    await eventually("the next stream", () => events.length === 2);
    expect(events.map(({ kind }) => kind)).toEqual(["put", "put"]);
    expect(pauses).toEqual([1000]);
    expect(stream.state).toMatchObject({ state: "VALID", lastError: { kind: "NETWORK_ERROR" } });
  });

  it("gives up an event that is larger than the limit before it has come whole", async () => {
    const { stream, events, pauses, reasons } = openStream(ld.url, KEY, { maxEventBytes: 10_000 });
    await eventually("the first data", () => events.length === 1);
    upstream.streams.send(`event: patch\ndata: {"path":"/flags/checkout","data":"${"x".repeat(200_000)}`);
    await eventually("the next stream", () => events.length === 2);
    expect(pauses).toEqual([1000]);
    expect(reasons).toEqual(["an event is larger than 10000 bytes"]);
    expect(stream.state).toMatchObject({ state: "VALID", lastError: { kind: "NETWORK_ERROR" } });
  });

  it("gives up a stream that has fallen silent, but not one with heartbeats", async () => {
    ld.heartbeatEvery(20);
    const { events, pauses, reasons } = openStream(ld.url, KEY, { silenceMs: 200 });
    await eventually("the first data", () => events.length === 1);
    const longEnough = performance.now() + 400;
    await eventually("twice the time of silence", () => performance.now() > longEnough);
    expect(pauses).toEqual([]);
    upstream.streams.silence();
    await eventually("the next stream", () => events.length === 2);
    expect(reasons).toEqual(["nothing came for 200 ms"]);
    await eventually("the end of the silent stream", isOpen);
  });

  it("is interrupted while LaunchDarkly is away, and comes back to it", async () => {
    const { stream, events } = openStream(ld.url, KEY);
    await eventually("the first data", () => events.length === 1);
    await ld.pause();
    await eventually("the interruption", () => stream.state.state === "INTERRUPTED");
    expect(stream.state).toMatchObject({ envId: "the-env-id", lastError: { kind: "NETWORK_ERROR" } });
    await ld.resume();
    await eventually("the data again", () => events.length === 2);
    expect(stream.state.state).toBe("VALID");
  });

  it.each(["while it connects", "while it streams", "while it waits"] as const)(
    "ends for good when closed %s",
    async (moment) => {
      if (moment === "while it connects") ld.faults.add({ on: "streams", delayMs: 100 });
      if (moment === "while it waits") ld.faults.add({ on: "streams", reaction: { kind: "cut" } });
      const { stream, events, pauses, running } = openStream(ld.url, KEY);
      if (moment === "while it streams") await eventually("the first data", () => events.length === 1);
      if (moment === "while it waits") await eventually("a pause", () => pauses.length >= 1);
      stream.close();
      ld.faults.clear();
      await eventually("the end of all requests", () => running() === 0 && upstream.streams.count === 0);
      const before = { attempts: upstream.streams.history.length, events: events.length };
      upstream.change("flags", "checkout", { on: false });
      const another = openStream(ld.url, KEY);
      await eventually("somebody else's data", () => another.events.length === 1);
      expect({ attempts: upstream.streams.history.length - 1, events: events.length }).toEqual(before);
    },
  );
});
