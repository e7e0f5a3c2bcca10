import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { flag, rawItem, segment } from "../../../simulator/content.ts";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";
import { openSse, type SseStream } from "../../support/sse.ts";

let ld: LaunchDarklySimulator;
let environment: SimulatedEnvironment;

beforeEach(async () => {
  ld = await startLaunchDarkly();
  environment = ld.environment("sdk-key", { envId: "env-id", mobileKey: "mob-key" });
});
afterEach(() => ld.stop());

const KEY = { Authorization: "sdk-key" };
const stream = (path = "/all", headers: Record<string, string> = KEY) => openSse(ld.url + path, { headers });
const get = (path: string, headers: Record<string, string> = KEY) => fetch(ld.url + path, { headers });
const post = (path: string, body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = KEY) =>
  fetch(ld.url + path, { method: "POST", headers, body });
const dataOf = ({ events }: SseStream) => events.map(({ event, data }) => [event, data]);

describe("a stream", () => {
  it("begins with everything and tells every change, in the very text it was given", async () => {
    environment.set(rawItem("flags", "f", '{ "version":1, "big":12345678901234567890, "x":1.0 }'));
    const all = await stream();
    await all.waitFor("put");
    environment.set(rawItem("segments", "s", '{"version":7,"unknown":{}}'));
    environment.set(rawItem("flags", "f", '{"version":0}'));
    environment.set(rawItem("segments", "s", '{"version":8,"deleted":true}'));
    environment.delete("flags", "f", 9);
    environment.replace([]);
    await all.waitFor(({ data }) => data.endsWith('{"flags":{},"segments":{}}}'));
    expect(dataOf(all)).toEqual([
      [
        "put",
        '{"path":"/","data":{"flags":{"f":{ "version":1, "big":12345678901234567890, "x":1.0 }},"segments":{}}}',
      ],
      ["patch", '{"path":"/segments/s","data":{"version":7,"unknown":{}}}'],
      ["patch", '{"path":"/flags/f","data":{"version":0}}'],
      ["patch", '{"path":"/segments/s","data":{"version":8,"deleted":true}}'],
      ["delete", '{"path":"/flags/f","version":9}'],
      ["put", '{"path":"/","data":{"flags":{},"segments":{}}}'],
    ]);
    expect(all.headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "x-ld-envid": "env-id",
    });
  });

  it("of the old kind says nothing of segments and has paths of its own", async () => {
    environment.set(rawItem("flags", "f", '{"version":1}'), segment("s"));
    const flags = await stream("/flags");
    await flags.waitFor("put");
    environment.set(segment("s", { version: 2 }));
    environment.set(rawItem("flags", "f", '{"version":2}'));
    environment.delete("flags", "f");
    await flags.waitFor("delete");
    expect(dataOf(flags)).toEqual([
      ["put", '{"f":{"version":1}}'],
      ["patch", '{"path":"/f","data":{"version":2}}'],
      ["delete", '{"path":"/f","version":3}'],
    ]);
  });

  it("carries text with line breaks as the standard asks", async () => {
    environment.set(rawItem("flags", "f", '{\r\n"version":1}'));
    const { data } = await (await stream()).waitFor("put");
    expect(JSON.parse(data).data.flags.f).toEqual({ version: 1 });
  });

  it("is refused for a key that is unknown, also where another kind of key would be right", async () => {
    expect((await stream("/all", { Authorization: "mob-key" })).status).toBe(401);
    expect((await stream("/all", {})).status).toBe(401);
    expect((await stream("/nowhere")).status).toBe(404);
    expect(environment.streams.history).toEqual([]);
  });

  it("is counted while it is open and remembered afterwards", async () => {
    const first = await stream("/all?filter=x", { ...KEY, "User-Agent": "me" });
    first.close();
    await eventually("the first stream to be gone", () => environment.streams.count === 0);
    await stream();
    expect(environment.streams.count).toBe(1);
    expect(environment.streams.mostAtOnce).toBe(1);
    const [one, two] = environment.streams.history;
    expect(one).toMatchObject({ path: "/all?filter=x", headers: { "user-agent": "me" } });
    expect(one?.closedAt).toBeGreaterThanOrEqual(one?.openedAt ?? Number.NaN);
    expect(two?.closedAt).toBeUndefined();
  });

  it("beats while heartbeats are on", async () => {
    ld.heartbeatEvery(5);
    const all = await stream();
    await eventually("three heartbeats", () => all.comments >= 3);
    ld.heartbeatEvery(undefined);
    environment.change("flags", addFlag(), { on: false });
    await all.waitFor(({ data }) => data.includes('"on":false'));
    const beats = all.comments;
    environment.sendPut();
    await eventually("another put", () => dataOf(all).filter(([event]) => event === "put").length === 2);
    expect(all.comments).toBe(beats);
  });
});

function addFlag(): string {
  environment.set(flag("f"));
  return "f";
}

describe("a poll", () => {
  it("gives what a stream would begin with, and 304 until it changes", async () => {
    addFlag();
    const first = await get("/sdk/latest-all");
    expect(await first.json()).toMatchObject({ flags: { f: { version: 1 } }, segments: {} });
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"\w+"$/);
    expect((await get("/sdk/latest-all", { ...KEY, "If-None-Match": etag })).status).toBe(304);
    environment.change("flags", "f", { on: false });
    const later = await get("/sdk/latest-all", { ...KEY, "If-None-Match": etag });
    expect(await later.json()).toMatchObject({ flags: { f: { version: 2, on: false } } });
  });
});

describe("event intake", () => {
  it.each([
    ["/bulk", KEY],
    ["/diagnostic", KEY],
    ["/mobile", { Authorization: "mob-key" }],
    ["/mobile/events", { Authorization: "api_key mob-key" }],
    ["/mobile/events/bulk", { Authorization: "mob-key" }],
    ["/mobile/events/diagnostic", { Authorization: "mob-key" }],
    ["/events/bulk/env-id", {}],
    ["/events/diagnostic/env-id", {}],
  ])("takes %s, answers 202 with the date and records it", async (path, headers) => {
    const response = await post(path, "[]", headers);
    expect(response.status).toBe(202);
    expect(Date.parse(response.headers.get("date") ?? "")).toBeGreaterThan(0);
    expect(ld.events.accepted).toMatchObject([{ path, headers: {}, rawBody: Buffer.from("[]") }]);
  });

  it("keeps the very bytes and reads them whether compressed or not", async () => {
    const body = gzipSync('[{"kind":"custom","key":"a"},{"kind":"index"}]');
    await post("/bulk", body, { ...KEY, "Content-Encoding": "gzip" });
    await post("/bulk", '{"kind":"custom","key":"b"}');
    expect(ld.events.attempts[0]?.rawBody).toEqual(body);
    expect(ld.events.ofKind("custom")).toMatchObject([{ key: "a" }, { key: "b" }]);
  });

  it("counts a payload that comes twice once, as LaunchDarkly does", async () => {
    for (const id of ["1", "1", "2"])
      await post("/bulk", '[{"kind":"custom"}]', { ...KEY, "X-LaunchDarkly-Payload-ID": id });
    expect(ld.events.accepted).toHaveLength(3);
    expect(ld.events.ofKind("custom")).toHaveLength(2);
  });

  it("refuses unknown credentials, and keeps what they sent among the attempts only", async () => {
    expect((await post("/bulk", "[]", { Authorization: "mob-key" })).status).toBe(401);
    expect((await post("/events/bulk/other", "[]", {})).status).toBe(401);
    expect(ld.events.attempts).toHaveLength(2);
    expect(ld.events.accepted).toEqual([]);
  });
});

describe("a fault", () => {
  it("answers with a status, headers and body", async () => {
    ld.faults.add({
      on: "polls",
      reaction: { kind: "answer", status: 429, headers: { "Retry-After": "7" }, body: "later" },
    });
    const response = await get("/sdk/latest-all");
    expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([
      429,
      "7",
      "later",
    ]);
    expect((await post("/bulk", "[]")).status).toBe(202);
  });

  it("meets only its environment, only so often, and the newest goes first", async () => {
    ld.environment("other");
    const fault = ld.faults.add({ sdkKey: "sdk-key", reaction: { kind: "answer", status: 500 } });
    ld.faults.add({ times: 1, reaction: { kind: "answer", status: 501 } });
    const status = async (key: string) => (await get("/sdk/latest-all", { Authorization: key })).status;
    expect(await status("sdk-key")).toBe(501);
    expect(await status("other")).toBe(200);
    expect(await status("sdk-key")).toBe(500);
    expect(fault.met).toBe(1);
    fault.remove();
    expect(await status("sdk-key")).toBe(200);
  });

  it("holds an answer back", async () => {
    ld.faults.add({ on: "events", delayMs: 80 });
    const before = performance.now();
    expect((await post("/bulk", "[]")).status).toBe(202);
    expect(performance.now() - before).toBeGreaterThanOrEqual(75);
  });

  it("cuts, and loses only the answer", async () => {
    ld.faults.add({ on: "events", times: 1, reaction: { kind: "cut" } });
    await expect(post("/bulk", '["cut"]')).rejects.toThrow("fetch failed");
    ld.faults.add({ on: "events", times: 1, reaction: { kind: "lose answer" } });
    await expect(post("/bulk", '["lost"]')).rejects.toThrow("fetch failed");
    expect(ld.events.attempts.map(({ accepted }) => accepted)).toEqual([false, true]);
  });

  it("keeps silent until the connection is cut", async () => {
    const fault = ld.faults.add({ on: "streams", reaction: { kind: "silence" } });
    const waiting = expect(stream()).rejects.toThrow("socket hang up");
    await eventually("the request", () => fault.met === 1);
    ld.cut();
    await waiting;
  });

  it("opens a stream with another content, and leaves it open", async () => {
    ld.faults.add({
      on: "streams",
      reaction: { kind: "answer", status: 200, body: "event: put\ndata: {\n\n", keepOpen: true },
    });
    const all = await stream();
    expect((await all.waitFor("put")).data).toBe("{");
    expect(all.closed).toBe(false);
  });
});

describe("open streams", () => {
  it("can be filled with noise", async () => {
    const all = await stream();
    environment.streams.send('event: patch\ndata: {"path":\n\n');
    expect((await all.waitFor("patch")).data).toBe('{"path":');
  });

  it("can fall silent without being closed, while later ones work", async () => {
    const mute = await stream();
    await mute.waitFor("put");
    environment.streams.silence();
    const later = await stream();
    addFlag();
    await later.waitFor("patch");
    expect(mute.events).toHaveLength(1);
    expect(mute.closed).toBe(false);
    expect(environment.streams.count).toBe(2);
  });

  it("can be cut and can be ended, of one environment only", async () => {
    ld.environment("other");
    const other = await stream("/all", { Authorization: "other" });
    const cut = await stream();
    environment.streams.cut();
    await eventually("the cut stream to break", () => cut.closed && cut.failure);
    const ended = await stream();
    environment.streams.end();
    await eventually("the ended stream to close", () => ended.closed);
    expect(ended.failure).toBeUndefined();
    expect(other.closed).toBe(false);
  });
});

describe("a pause", () => {
  it("ends all connections, refuses new ones, and is over at the same address with the same data", async () => {
    addFlag();
    const before = await stream();
    await ld.pause();
    await eventually("the stream to break", () => before.closed);
    await expect(stream()).rejects.toThrow("ECONNREFUSED");
    await ld.resume();
    expect((await (await stream()).waitFor("put")).data).toContain('"key":"f"');
    expect(environment.streams.history).toHaveLength(2);
  });
});
