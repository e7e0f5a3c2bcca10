import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Content, flag, segment } from "../../../simulator/content.ts";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { eventually } from "../../support/eventually.ts";
import type { RelayProcess } from "../../support/relay-process.ts";
import type { SseStream } from "../../support/sse.ts";
import { positionIn, untilAllAgree } from "./agreement.ts";
import { type Deployment, deploy, untilLeading } from "./deployment.ts";

const NAMES = ["same", "moved-on", "lower", "gone", "rewritten", "deleted", "emptied"] as const;
const FIRST: readonly Content[] = [
  flag("checkout", { version: 5, on: false }),
  flag("search", { version: 3 }),
  segment("beta", { version: 4, included: ["ann"] }),
];

let deployment: Deployment;
let edge: RelayProcess;
const upstreams = new Map<string, SimulatedEnvironment>();

beforeAll(async () => {
  deployment = await deploy(...NAMES);
  for (const name of NAMES) {
    const upstream = deployment.upstream(name);
    upstream.replace(FIRST);
    upstreams.set(name, upstream);
  }
  const [ingestor, running] = await Promise.all([deployment.run("ingestor"), deployment.runEdge()]);
  await untilLeading(ingestor, NAMES.length);
  edge = running;
});

afterAll(() => deployment[Symbol.asyncDispose]());

/** An environment with one SDK that is connected and up to date. */
async function connectTo(name: (typeof NAMES)[number]) {
  const upstream = upstreams.get(name) as SimulatedEnvironment;
  const stream = await deployment.connect(edge, name);
  const parties = { upstream, redisUrl: deployment.redis.url, prefix: name, streams: [stream] };
  await untilAllAgree(`of ${name} at first`, parties);
  return { upstream, stream, parties };
}

/** Breaks upstream's stream, lets its data be `contents` meanwhile, and waits for the next stream. */
async function reconnectWith(contents: readonly Content[], upstream: SimulatedEnvironment): Promise<void> {
  upstream.streams.cut();
  await eventually("the end of upstream's stream", () => upstream.streams.count === 0);
  upstream.replace(contents);
  await eventually("another upstream stream", () => upstream.streams.history.length === 2);
}

/** The kinds of events that a stream has brought after its first `put`. */
const newsOn = (stream: SseStream): readonly string[] => stream.events.slice(1).map(({ event }) => event);

describe.concurrent("after upstream's stream was broken, connected SDKs", () => {
  it("get nothing but heartbeats when the data are the same", async () => {
    const { upstream, stream, parties } = await connectTo("same");
    const offset = async () => Number((await positionIn(deployment.redis.url, "same")).split(" ")[0]);
    const [bytesBefore, offsetBefore] = [stream.bytes.length, await offset()];
    await reconnectWith(FIRST, upstream);
    // What upstream says next on the same stream comes after whatever its put has caused.
    upstream.change("flags", "checkout", { on: true });
    const { data } = await stream.waitFor("patch");
    const patch = `event: patch\ndata: ${data}\n\n`;
    const bytesSince = stream.bytes.subarray(bytesBefore).toString();
    expect(bytesSince.replace(/^(:\n)+|(:\n)+$/g, "")).toBe(patch);
    const heard = stream.comments;
    await eventually("two more heartbeats", () => stream.comments >= heard + 2);
    expect(newsOn(stream)).toEqual(["patch"]);
    await untilAllAgree("in the end", parties);
    // Redis was written for the change alone: edges had nothing to be silent about.
    expect(await offset()).toBe(offsetBefore + 1);
  });

  it("get one patch when one flag has changed", async () => {
    const changed = flag("checkout", { version: 6, on: true });
    const { upstream, stream, parties } = await connectTo("moved-on");
    await reconnectWith([changed, ...FIRST.slice(1)], upstream);
    await untilAllAgree("after the reconnect", parties);
    expect(newsOn(stream)).toEqual(["patch"]);
    upstream.change("segments", "beta", { included: [] });
    await untilAllAgree("after a further change", parties);
    expect(newsOn(stream)).toEqual(["patch", "patch"]);
  });

  it("get one put when a flag has a lower version, and its next patch", async () => {
    const restored = flag("checkout", { version: 2, on: true });
    const { upstream, stream, parties } = await connectTo("lower");
    await reconnectWith([restored, ...FIRST.slice(1)], upstream);
    await untilAllAgree("after the reconnect", parties);
    expect(newsOn(stream)).toEqual(["put"]);
    upstream.change("flags", "checkout", { on: false });
    await untilAllAgree("after version 3, which is below the 5 of long ago", parties);
    expect(newsOn(stream)).toEqual(["put", "patch"]);
  });

  it("get one put when a flag is gone, and the patch that brings its next version", async () => {
    const { upstream, stream, parties } = await connectTo("gone");
    await reconnectWith(FIRST.slice(1), upstream);
    await untilAllAgree("after the reconnect", parties);
    expect(newsOn(stream)).toEqual(["put"]);
    upstream.set(flag("checkout", { version: 6, on: true }));
    await untilAllAgree("after the flag was made anew", parties);
    expect(newsOn(stream)).toEqual(["put", "patch"]);
  });

  it("get one put when a flag has other content under the same version", async () => {
    const rewritten = flag("checkout", { version: 5, on: true });
    const { upstream, stream, parties } = await connectTo("rewritten");
    await reconnectWith([rewritten, ...FIRST.slice(1)], upstream);
    await untilAllAgree("after the reconnect", parties);
    expect(newsOn(stream)).toEqual(["put"]);
    upstream.change("flags", "checkout", { on: false });
    await untilAllAgree("after its next version", parties);
    expect(newsOn(stream)).toEqual(["put", "patch"]);
  });

  it("get one put when a flag that they saw deleted is back below its tombstone", async () => {
    const { upstream, stream, parties } = await connectTo("deleted");
    upstream.delete("flags", "checkout", 9);
    await stream.waitFor("delete");
    await reconnectWith([flag("checkout", { version: 1 }), ...FIRST.slice(1)], upstream);
    await untilAllAgree("after the reconnect", parties);
    expect(newsOn(stream)).toEqual(["delete", "put"]);
    upstream.change("flags", "checkout", { on: true });
    await untilAllAgree("after its next version", parties);
    expect(newsOn(stream)).toEqual(["delete", "put", "patch"]);
  });

  it("get one empty put when everything is gone", async () => {
    const { upstream, stream, parties } = await connectTo("emptied");
    await reconnectWith([], upstream);
    await untilAllAgree("after the reconnect", parties);
    expect(newsOn(stream)).toEqual(["put"]);
    expect(stream.events.at(-1)?.data).toBe('{"path":"/","data":{"flags":{},"segments":{}}}');
  });
});
