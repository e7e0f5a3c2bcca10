import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../shared/base/clock.ts";
import { decodeChangeMessage } from "../../../shared/bus/change-message.ts";
import { ChangeSubscriptions } from "../../../shared/bus/change-subscriptions.ts";
import type { EnvironmentStore } from "../../../shared/bus/environment-store.ts";
import { RedisEnvironmentStore } from "../../../shared/bus/redis-environment-store.ts";
import { difference } from "../../../shared/model/difference.ts";
import { type FlagData, NO_DATA, parseItem } from "../../../shared/model/item.ts";
import { NOWHERE, type Position } from "../../../shared/model/position.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import { firstReady } from "../../../shared/redis/connect.ts";
import { SeededRandom } from "../../support/bus-world/seeded-random.ts";
import { SimulatedRedis } from "../../support/bus-world/simulated-redis.ts";
import { VirtualProcess, VirtualTime } from "../../support/bus-world/virtual-time.ts";
import { eventually } from "../../support/eventually.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";

const VALID: UpstreamState = { state: "VALID", since: 1 };
const TTL_MS = 60_000;
const flags = (...raws: string[]): FlagData => ({
  ...NO_DATA,
  flags: new Map(raws.map((raw) => [JSON.parse(raw).key as string, parseItem(raw)])),
});
const A1 = flags('{"key":"a","version":1}');
const A2 = flags('{"key":"a","version":2, "big":12345678901234567890}');

/** An environment that nobody has written yet, and how its time passes. */
interface Subject {
  readonly name: string;
  create(): Promise<EnvironmentStore>;
}

let redis: TestRedis;
let connections: Redis[];
let prefixes = 0;

const real: Subject = {
  name: "Redis",
  create: async () => {
    const [commands, subscriber] = [0, 1].map(() => {
      const connection = new Redis(redis.port, { autoResubscribe: false });
      connections.push(connection);
      return connection;
    }) as [Redis, Redis];
    await Promise.all([commands, subscriber].map((connection) => firstReady(connection, 5000)));
    prefixes += 1;
    return new RedisEnvironmentStore(
      commands,
      `test-${prefixes}`,
      new ChangeSubscriptions(subscriber, systemClock),
    );
  },
};

const simulated: Subject = {
  name: "the simulated Redis of the property test",
  create: async () => {
    const time = new VirtualTime();
    const trouble = { slow: 0, unknown: 0, loss: 0 };
    const store = new SimulatedRedis(time, new SeededRandom(1), trouble).connect(new VirtualProcess(time));
    return new Proxy(store, {
      get: (target, name: keyof EnvironmentStore) => {
        if (!(name in target)) return undefined; // A promise asks for "then".
        const step = target[name] as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          const answer = step.apply(target, args);
          await time.run(time.now + 50);
          return answer;
        };
      },
    });
  },
};

beforeAll(async () => {
  redis = await startRedis();
  connections = [];
});

afterAll(async () => {
  for (const connection of connections) connection.disconnect();
  await redis[Symbol.asyncDispose]();
});

describe.each([real, simulated])("an environment in $name", ({ create }) => {
  let store: EnvironmentStore;
  beforeEach(async () => {
    store = await create();
  });

  const write = async (from: Position, before: FlagData, after: FlagData): Promise<Position> => {
    const outcome = await store.write("me", from, difference(before, after), 7);
    if (outcome.kind !== "written") throw new Error(outcome.kind);
    return outcome.position;
  };

  it("begins nowhere, without data and without anybody's word", async () => {
    expect(await store.snapshot()).toMatchObject({
      data: NO_DATA,
      inited: false,
      position: NOWHERE,
      seenAt: 0,
    });
  });

  it("has one holder at a time, until that one gives it back", async () => {
    expect(await store.acquire("me", TTL_MS)).toBe(true);
    expect(await store.acquire("you", TTL_MS)).toBe(false);
    await store.release("you");
    expect(await store.acquire("you", TTL_MS)).toBe(false);
    await store.release("me");
    expect(await store.acquire("you", TTL_MS)).toBe(true);
  });

  it("takes writes from the holder only, and only from where it stands", async () => {
    await store.acquire("me", TTL_MS);
    const first = await write(NOWHERE, NO_DATA, A1);
    expect(first.offset).toBe(1);
    expect(await store.write("you", first, difference(A1, A2), 7)).toEqual({ kind: "lost" });
    expect(await store.write("me", NOWHERE, difference(A1, A2), 7)).toEqual({ kind: "moved" });
    const wrongStamp = { ...first, stamp: "another" };
    expect(await store.write("me", wrongStamp, difference(A1, A2), 7)).toEqual({ kind: "moved" });
    expect((await store.snapshot()).data).toEqual(A1);
  });

  it("holds what was written, text by text, and where it stands", async () => {
    await store.acquire("me", TTL_MS);
    const first = await write(NOWHERE, NO_DATA, A1);
    const second = await write(first, A1, A2);
    expect(await store.snapshot()).toMatchObject({ data: A2, inited: true, position: second });
    expect((await store.look()).position).toEqual(second);
    expect(second).toMatchObject({ offset: 2 });
    expect(second.stamp).not.toBe(first.stamp);
  });

  it("is established by a write without items", async () => {
    await store.acquire("me", TTL_MS);
    const position = await write(NOWHERE, NO_DATA, NO_DATA);
    expect(await store.snapshot()).toMatchObject({ inited: true, position, data: NO_DATA });
  });

  it("takes a write as the holder's word", async () => {
    await store.acquire("me", TTL_MS);
    const first = await write(NOWHERE, NO_DATA, A1);
    const word = (await store.look()).seenAt;
    expect(word).toBeGreaterThan(0);
    await write(first, A1, A2);
    expect((await store.look()).seenAt).toBeGreaterThan(word);
  });

  it("takes a renewal as the holder's word only for the position where it stands", async () => {
    await store.acquire("me", TTL_MS);
    const position = await write(NOWHERE, NO_DATA, A1);
    const before = (await store.look()).seenAt;
    await store.renew("me", TTL_MS, VALID, undefined);
    await store.renew("me", TTL_MS, VALID, { ...position, stamp: "another" });
    expect((await store.look()).seenAt).toBe(before);
    expect(await store.renew("me", TTL_MS, VALID, position)).toEqual({ kind: "held", position });
    expect((await store.look()).seenAt).toBeGreaterThan(before);
    expect(await store.renew("you", TTL_MS, VALID, position)).toEqual({ kind: "lost" });
  });

  it("keeps upstream's state, and keeps the last one when there is nothing to report", async () => {
    await store.acquire("me", TTL_MS);
    const state: UpstreamState = {
      state: "INTERRUPTED",
      since: 5,
      lastError: { kind: "NETWORK_ERROR", time: 6 },
      envId: "env",
    };
    await store.renew("me", TTL_MS, state, undefined);
    await store.renew("me", TTL_MS, undefined, undefined);
    const { upstream } = await store.look();
    expect(upstream).toMatchObject(state);
    expect(upstream?.aliveAt).toBeGreaterThan(0);
  });

  it("announces a write with its predecessor and its changes", async () => {
    await store.acquire("me", TTL_MS);
    const first = await write(NOWHERE, NO_DATA, A1);
    const messages: string[] = [];
    await store.subscribe({ message: (text) => messages.push(text), lost: () => undefined });
    const second = await write(first, A1, A2);
    await store.look();
    const [text] = await eventually("the message", () => messages.length > 0 && messages);
    expect(decodeChangeMessage(text ?? "")).toEqual({
      position: second,
      previous: first,
      receivedAtMs: 7,
      changes: difference(A1, A2).changes,
    });
  });

  it("announces a first write, and one that patches cannot say, without content", async () => {
    await store.acquire("me", TTL_MS);
    const messages: string[] = [];
    await store.subscribe({ message: (text) => messages.push(text), lost: () => undefined });
    const first = await write(NOWHERE, NO_DATA, A2);
    await write(first, A2, A1);
    await store.look();
    await eventually("both messages", () => messages.length === 2);
    expect(messages.map((text) => decodeChangeMessage(text).changes)).toEqual([undefined, undefined]);
  });

  it("announces nothing to those who have unsubscribed", async () => {
    await store.acquire("me", TTL_MS);
    const messages: string[] = [];
    const unsubscribe = await store.subscribe({
      message: (text) => messages.push(text),
      lost: () => undefined,
    });
    unsubscribe();
    await write(NOWHERE, NO_DATA, A1);
    await store.look();
    expect(messages).toEqual([]);
  });
});

describe("an environment in Redis", () => {
  it("is laid out as SDKs in daemon mode read it", async () => {
    const store = await real.create();
    const prefix = `test-${prefixes}`;
    await store.acquire("me", TTL_MS);
    const gone = { ...NO_DATA, segments: new Map([["s", parseItem('{"key":"s","version":3}')]]) };
    const first = await store.write(
      "me",
      NOWHERE,
      difference(NO_DATA, { ...A2, segments: gone.segments }),
      7,
    );
    if (first.kind !== "written") throw new Error(first.kind);
    await store.write("me", first.position, difference({ ...A2, segments: gone.segments }, A2), 8);
    const connection = connections.at(-2) as Redis;
    expect(await connection.hgetall(`${prefix}:features`)).toEqual({
      a: '{"key":"a","version":2, "big":12345678901234567890}',
    });
    expect(await connection.hgetall(`${prefix}:segments`)).toEqual({ s: tombstone("segments", 3).raw });
    expect(await connection.get(`${prefix}:$inited`)).toBe("");
  });

  it("survives what others have written there", async () => {
    const store = await real.create();
    const prefix = `test-${prefixes}`;
    const connection = connections.at(-2) as Redis;
    await connection.hset(`${prefix}:features`, {
      a: "no json",
      __proto__: '{"version":1}',
      b: '{"version":2}',
    });
    await connection.hset(`${prefix}:features`, "__proto__", '{"version":1}');
    await connection.hset(`${prefix}:$relay`, {
      offset: "x",
      stamp: "s",
      seenAt: "y",
      state: "?",
      lastError: "{",
    });
    const { data, position, seenAt, upstream } = await store.snapshot();
    expect(data.flags.get("a")).toMatchObject({ version: 0, deleted: true });
    expect(data.flags.get("__proto__")).toMatchObject({ version: 1, deleted: false });
    expect(position).toEqual({ offset: 0, stamp: "s" });
    expect({ seenAt, upstream }).toEqual({ seenAt: 0, upstream: undefined });
  });
});
