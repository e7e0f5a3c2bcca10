import { afterEach, describe, expect, it } from "vitest";
import { CompiledEnvironment } from "../../../../services/edge/evaluation/compiled-environment.ts";
import {
  EvaluationContext,
  KindContext,
} from "../../../../services/edge/evaluation/context/evaluation-context.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import { tombstone } from "../../../../shared/model/tombstone.ts";
import { clientFlag, segmentOf } from "../../../support/client-flag.ts";
import { MovedClock } from "../../../support/moved-clock.ts";
import type { RawClient } from "./raw-client.ts";
import { StreamServer, type StreamServerOptions } from "./stream-server.ts";
import { until } from "./until.ts";

interface Entry {
  readonly value: unknown;
  readonly version: number;
  readonly flagVersion: number;
}

let server: StreamServer;
const start = async (options: StreamServerOptions = {}): Promise<void> => {
  server = await StreamServer.start(options);
};
afterEach(() => server.stop());

const open = async (...keys: string[]): Promise<RawClient[]> => {
  const clients = await Promise.all(keys.map((key) => server.client(`GET /values/${key} HTTP/1.1`)));
  for (const client of clients) await client.untilEvents(1);
  return clients;
};

/** What an SDK holds that ignores patches and deletes which are not above what it holds, as SDKs do. */
function heldBy(client: RawClient): Map<string, Entry> {
  let held = new Map<string, Entry>();
  for (const { event, data } of client.events()) {
    const said = JSON.parse(data);
    if (event === "put") held = new Map(Object.entries(said));
    else if (said.version <= (held.get(said.key)?.version ?? -1)) continue;
    else if (event === "delete") held.delete(said.key);
    else held.set(said.key, said);
  }
  return held;
}
const valuesOf = (client: RawClient): Record<string, unknown> =>
  Object.fromEntries([...heldBy(client)].map(([key, { value }]) => [key, value]));

/** What the evaluator says of the server's data now. */
const evaluatedFor = (user: string): Record<string, unknown> => {
  const context = new EvaluationContext([new KindContext("user", user, false, {})]);
  const results = CompiledEnvironment.of(server.data).view("mobile").results(context, false);
  return Object.fromEntries(
    Object.entries<Entry>(JSON.parse(`${results}`)).map(([key, { value }]) => [key, value]),
  );
};

describe("a stream of results on the wire", () => {
  it("is the head, a put of all results for the context, then a patch with the same fields and the key", async () => {
    await start();
    server.change([clientFlag("a", 7, { value: 1, values: { ann: "hers" } })]);
    const [ann] = await open("ann");
    expect(ann?.text()).toMatch(/^HTTP\/1.1 200 OK\r\nContent-Type: text\/event-stream; charset=utf-8\r\n/);
    server.change([clientFlag("a", 8, { value: 1, values: { ann: "new" } })]);
    await ann?.untilEvents(2);
    expect(ann?.body()).toBe(
      'event: put\ndata: {"a":{"value":"hers","variation":1,"version":2,"flagVersion":7}}\n\n' +
        'event: patch\ndata: {"key":"a","value":"new","variation":1,"version":3,"flagVersion":8}\n\n',
    );
    expect(server.open).toEqual({ mobile: 1 });
    expect(server.messages).toEqual({ mobile: 2 });
  });

  it("has the reasons where the client has asked for them", async () => {
    await start();
    server.change([clientFlag("a", 1, { value: 1 })]);
    const client = await server.client("GET /values/ann?withReasons=true HTTP/1.1");
    await client.untilEvents(1);
    server.change([clientFlag("a", 2, { value: 2 })]);
    await client.untilEvents(2);
    for (const { data } of client.events()) expect(data).toContain('"reason":{"kind":"FALLTHROUGH"}');
  });

  it("tells of a flag that has gone by the version of the environment", async () => {
    await start();
    server.change([clientFlag("a", 7, { value: 1 })]);
    const [ann] = await open("ann");
    server.change([{ kind: "flags", key: "a", item: tombstone("flags", 8) }]);
    await ann?.untilEvents(2);
    expect(ann?.body().endsWith('event: delete\ndata: {"key":"a","version":3}\n\n')).toBe(true);
  });
});

describe("a change", () => {
  it("of a segment alone is told to those whose result it changes, and only to them", async () => {
    await start();
    server.change([
      clientFlag("a", 1, { value: "no", segment: "s" }),
      clientFlag("b", 1, { value: "no", segment: "s" }),
    ]);
    const [ann, bob] = await open("ann", "bob");
    server.change([segmentOf("s", 1, "ann")]);
    await ann?.untilEvents(3);
    expect(ann && valuesOf(ann)).toEqual({ a: "member", b: "member" });
    server.change([segmentOf("s", 2, "ann", "bob")]);
    await bob?.untilEvents(3);
    expect(bob && valuesOf(bob)).toEqual({ a: "member", b: "member" });
    expect([ann?.events().length, bob?.events().length]).toEqual([3, 3]);
  });

  it("of a flag's version is told although the value stays, because events name it", async () => {
    await start();
    server.change([clientFlag("a", 1, { value: 1 })]);
    const [ann] = await open("ann");
    server.change([clientFlag("a", 2, { value: 1 })]);
    await ann?.untilEvents(2);
    expect(ann && heldBy(ann).get("a")).toMatchObject({ value: 1, flagVersion: 2 });
  });

  it("of a flag that these clients cannot see is not told", async () => {
    await start();
    const [ann] = await open("ann");
    server.change([clientFlag("hidden", 1, { value: 1, hidden: true })]);
    server.change([clientFlag("a", 1, { value: 1 })]);
    await ann?.untilEvents(2);
    expect(ann?.body()).not.toContain("hidden");
  });

  it("is told with those that came while a broadcast ran, from what the client knows to the newest", async () => {
    await start();
    server.change([clientFlag("stays", 1, { value: 1 }), clientFlag("moves", 1, { value: 1, segment: "s" })]);
    const [ann] = await open("ann");
    for (let version = 2; version <= 50; version += 1)
      server.change([
        clientFlag("stays", version === 50 ? 1 : version, { value: 1 }),
        segmentOf("s", version, "ann"),
        clientFlag(`new-${version}`, 1, { value: version }),
      ]);
    const expected = evaluatedFor("ann");
    await until("the newest results", () => ann !== undefined && sameValues(valuesOf(ann), expected));
    expect(ann?.events().filter(({ data }) => data.includes('"stays"'))).toHaveLength(1);
    expect(ann?.events().filter(({ data }) => data.includes('"moves"'))).toHaveLength(2);
  });

  it("is a put to everybody where the position does not rise, because a patch would be ignored", async () => {
    await start();
    server.change([clientFlag("a", 1, { value: 1 }), clientFlag("b", 1, { value: 1 })], true, 50);
    const [ann] = await open("ann");
    server.change([clientFlag("a", 2, { value: 2 })], true, 10);
    await ann?.untilEvents(2);
    expect(ann?.events()[1]?.event).toBe("put");
    server.change([clientFlag("b", 2, { value: 2 })], true, 11);
    await ann?.untilEvents(3);
    expect(ann?.events()[2]?.event).toBe("patch");
    expect(ann && valuesOf(ann)).toEqual({ a: 2, b: 2 });
  });

  it("is a put, too, where the position fell and rose again before clients were told", async () => {
    await start();
    server.change([clientFlag("a", 1, { value: 1 })], true, 50);
    const [ann] = await open("ann");
    server.change([clientFlag("a", 2, { value: 2 })], true, 10);
    server.change([clientFlag("b", 1, { value: 1 })], true, 60);
    await ann?.untilEvents(2);
    expect(ann?.events().map(({ event }) => event)).toEqual(["put", "put"]);
    expect(ann && valuesOf(ann)).toEqual({ a: 2, b: 1 });
  });
});

describe("a client that does not read", () => {
  it("delays nobody, and gets one put of the newest results when it reads again", async () => {
    await start();
    const [slow, quick] = await open("slow", "quick");
    if (slow === undefined || quick === undefined) throw new Error("no clients");
    slow.socket.pause();
    const padding = "x".repeat(1_000_000);
    const changes = 24;
    for (let version = 1; version <= changes; version += 1) {
      server.change([clientFlag("a", version, { value: { version, padding } })]);
      await quick.untilEvents(version + 1);
    }
    slow.socket.resume();
    await until("the newest version", () => slow.body().includes(`"flagVersion":${changes}`));
    expect(slow.events().length).toBeLessThan(changes);
    expect(slow.events().at(-1)?.event).toBe("put");
    expect(slow.events().filter(({ event }) => event === "put")).toHaveLength(2);
  });
});

describe("many clients", () => {
  it("hold what the evaluator says for each of them, whenever they come and whatever changes", async () => {
    let timeMs = 0;
    // On a clock that runs ahead every slice is one step, so everything happens in the middle of a broadcast.
    const clock = { ...systemClock, monotonic: () => (timeMs += 10) };
    await start({ clock, limits: { slowClientDeadlineMs: Number.POSITIVE_INFINITY } });
    const users = ["ann", "bob", "cid", "dan", "eve"];
    const clients = new Map<RawClient, string>();
    const join = async (user: string): Promise<void> => {
      clients.set(await server.client(`GET /values/${user} HTTP/1.1`), user);
    };
    const joining = Array.from({ length: 50 }, (_, n) => join(users[n % 5] ?? ""));
    await Promise.all(joining);
    for (let n = 1; n <= 150; n += 1) {
      const [user = "", other = ""] = [users[n % 5], users[(n * 3) % 5]];
      const key = `flag-${n % 4}`;
      // Every now and then Redis is restored: the position falls.
      const offset = n % 40 === 0 ? 1 : undefined;
      if (n % 3 === 0) server.change([segmentOf("s", n, user, other)], true, offset);
      else if (n % 10 === 1)
        server.change([{ kind: "flags", key, item: tombstone("flags", n) }], true, offset);
      else
        server.change([clientFlag(key, n, { value: n, values: { [user]: -n }, segment: "s" })], true, offset);
      if (n % 5 === 0) joining.push(join(other));
      if (n % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(joining);
    for (const [client, user] of clients)
      await until(`the results of ${user}`, () => sameValues(valuesOf(client), evaluatedFor(user)));
  });

  it("are told in slices, one client a step", async () => {
    let timeMs = 0;
    const clock = { ...systemClock, monotonic: () => (timeMs += 10) };
    await start({ clock, limits: { slowClientDeadlineMs: Number.POSITIVE_INFINITY } });
    const clients = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) => server.client(`GET /values/user-${n} HTTP/1.1`)),
    );
    await until("1,000 puts", () => server.messages.mobile === 1_000);
    const values = Object.fromEntries(clients.map((_, n) => [`user-${n}`, n]));
    server.change([clientFlag("a", 1, { value: "other", values })]);
    const steps: number[] = [];
    for (let sent = 1_000; sent < 2_000; ) {
      await new Promise((resolve) => setImmediate(resolve));
      steps.push((server.messages.mobile ?? 0) - sent);
      sent = server.messages.mobile ?? 0;
    }
    expect(Math.max(...steps)).toBe(1);
    for (const [n, client] of clients.entries()) {
      await client.untilEvents(2);
      expect(valuesOf(client)).toEqual({ a: n });
    }
  });

  it("are sent away one after the other", async () => {
    const clock = new MovedClock();
    await start({ clock });
    const clients = await open(..."abcdefghij");
    const closed = server.clientStreams.close(1_000);
    const ended = (): number => clients.filter((client) => client.ended).length;
    await until("the first end", () => ended() === 1);
    await clock.pass(400);
    await until("half of the ends", () => ended() === 5);
    await clock.pass(500);
    await closed;
    await until("all ends", () => ended() === 10);
    expect(server.open.mobile).toBeUndefined();
  });
});

function sameValues(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]))
  );
}
