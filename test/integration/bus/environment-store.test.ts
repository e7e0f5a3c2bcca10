import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../shared/base/clock.ts";
import { decodeChangeMessage } from "../../../shared/bus/change-message.ts";
import { ChangeSubscriptions } from "../../../shared/bus/change-subscriptions.ts";
import type {
  EnvironmentStore,
  ItemSlice,
  Write,
  WriteCondition,
} from "../../../shared/bus/environment-store.ts";
import { RedisEnvironmentStore } from "../../../shared/bus/redis-environment-store.ts";
import { type Claim, encodeClaim } from "../../../shared/model/claim.ts";
import { sumOf } from "../../../shared/model/content-sum.ts";
import { difference } from "../../../shared/model/difference.ts";
import { type FlagData, NO_DATA, parseItem, withChanges } from "../../../shared/model/item.ts";
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
const MINE: Claim = { name: "mine", fingerprints: ["a1"], envId: "id" };
const THEIRS: Claim = { name: "theirs", fingerprints: ["b2"] };
const UNTOUCHED: WriteCondition = { position: NOWHERE, claim: undefined };
const writing = (before: FlagData, after: FlagData): Write => {
  const { changes, rising } = difference(before, after);
  return { changes, asPatches: rising, sum: sumOf(withChanges(before, changes)), claim: MINE };
};
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
    const redis = new SimulatedRedis(time, new SeededRandom(1), trouble);
    const store = redis.connect(new VirtualProcess(time), "test");
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

  const condition = (position: Position): WriteCondition =>
    position === NOWHERE ? UNTOUCHED : { position, claim: encodeClaim(MINE) };
  const write = async (from: Position, before: FlagData, after: FlagData): Promise<Position> => {
    const outcome = await store.write("me", condition(from), writing(before, after), 7);
    if (outcome.kind !== "written") throw new Error(outcome.kind);
    return outcome.position;
  };
  const lead = () => store.acquire("me", TTL_MS, undefined);

  it("begins nowhere, without data and without anybody's word", async () => {
    expect(await store.snapshot()).toMatchObject({
      data: NO_DATA,
      inited: false,
      position: NOWHERE,
      seenAt: 0,
    });
  });

  it("has one holder at a time, until that one gives it back", async () => {
    expect(await lead()).toEqual({ kind: "acquired" });
    expect(await store.acquire("you", TTL_MS, undefined)).toEqual({ kind: "taken" });
    await store.release("you");
    expect(await store.acquire("you", TTL_MS, undefined)).toEqual({ kind: "taken" });
    await store.release("me");
    expect(await store.acquire("you", TTL_MS, undefined)).toEqual({ kind: "acquired" });
  });

  it("takes writes from the holder only, and only from where it stands", async () => {
    await lead();
    const first = await write(NOWHERE, NO_DATA, A1);
    expect(first.offset).toBe(1);
    expect(await store.write("you", condition(first), writing(A1, A2), 7)).toEqual({ kind: "lost" });
    expect(await store.write("me", UNTOUCHED, writing(A1, A2), 7)).toEqual({ kind: "moved" });
    const wrongStamp = { ...first, stamp: "another" };
    expect(await store.write("me", condition(wrongStamp), writing(A1, A2), 7)).toEqual({ kind: "moved" });
    expect((await store.snapshot()).data).toEqual(A1);
  });

  it("holds what was written, text by text, and where it stands", async () => {
    await lead();
    const first = await write(NOWHERE, NO_DATA, A1);
    const second = await write(first, A1, A2);
    expect(await store.snapshot()).toMatchObject({ data: A2, inited: true, position: second });
    expect((await store.status()).position).toEqual(second);
    expect(second).toMatchObject({ offset: 2 });
    expect(second.stamp).not.toBe(first.stamp);
  });

  it("is established by a write without items", async () => {
    await lead();
    const position = await write(NOWHERE, NO_DATA, NO_DATA);
    expect(await store.snapshot()).toMatchObject({ inited: true, position, data: NO_DATA });
  });

  it("takes a write as the holder's word", async () => {
    await lead();
    const first = await write(NOWHERE, NO_DATA, A1);
    const word = (await store.status()).seenAt;
    expect(word).toBeGreaterThan(0);
    await write(first, A1, A2);
    expect((await store.status()).seenAt).toBeGreaterThan(word);
  });

  it("takes a renewal as the holder's word only for the position where it stands", async () => {
    await lead();
    const position = await write(NOWHERE, NO_DATA, A1);
    const before = (await store.status()).seenAt;
    await store.renew("me", TTL_MS, encodeClaim(MINE), VALID, undefined);
    await store.renew("me", TTL_MS, encodeClaim(MINE), VALID, { ...position, stamp: "another" });
    expect((await store.status()).seenAt).toBe(before);
    expect(await store.renew("me", TTL_MS, encodeClaim(MINE), VALID, position)).toMatchObject({
      kind: "held",
      outline: { position },
    });
    expect((await store.status()).seenAt).toBeGreaterThan(before);
    expect(await store.renew("you", TTL_MS, encodeClaim(MINE), VALID, position)).toEqual({ kind: "lost" });
  });

  it("keeps upstream's state, and keeps the last one when there is nothing to report", async () => {
    await lead();
    await write(NOWHERE, NO_DATA, A1);
    const state: UpstreamState = {
      state: "INTERRUPTED",
      since: 5,
      lastError: { kind: "NETWORK_ERROR", time: 6 },
      envId: "env",
    };
    await store.renew("me", TTL_MS, encodeClaim(MINE), state, undefined);
    await store.renew("me", TTL_MS, encodeClaim(MINE), undefined, undefined);
    const { upstream } = await store.status();
    expect(upstream).toMatchObject(state);
    expect(upstream?.aliveAt).toBeGreaterThan(0);
  });

  it("announces a write with its predecessor and its changes", async () => {
    await lead();
    const first = await write(NOWHERE, NO_DATA, A1);
    const messages: string[] = [];
    await store.subscribe({ message: (text) => messages.push(text), lost: () => undefined });
    const second = await write(first, A1, A2);
    await store.status();
    const [text] = await eventually("the message", () => messages.length > 0 && messages);
    expect(decodeChangeMessage(text ?? "")).toEqual({
      position: second,
      previous: first,
      receivedAtMs: 7,
      changes: difference(A1, A2).changes,
    });
  });

  it("announces a first write, and one that patches cannot say, without content", async () => {
    await lead();
    const messages: string[] = [];
    await store.subscribe({ message: (text) => messages.push(text), lost: () => undefined });
    const first = await write(NOWHERE, NO_DATA, A2);
    await write(first, A2, A1);
    await store.status();
    await eventually("both messages", () => messages.length === 2);
    expect(messages.map((text) => decodeChangeMessage(text).changes)).toEqual([undefined, undefined]);
  });

  it("says what is there in a renewal: lengths, whether it is complete, where it stands and whose it is", async () => {
    await lead();
    const segments = new Map([["s", parseItem('{"key":"s","version":3}')]]);
    const empty = await store.renew("me", TTL_MS, undefined, undefined, undefined);
    expect(empty).toEqual({
      kind: "held",
      outline: {
        position: NOWHERE,
        claim: undefined,
        sum: undefined,
        inited: false,
        lengths: { flags: 0, segments: 0 },
      },
    });
    const data = { ...A1, segments };
    const position = await write(NOWHERE, NO_DATA, data);
    const claim = encodeClaim(MINE);
    expect(await store.renew("me", TTL_MS, claim, undefined, undefined)).toEqual({
      kind: "held",
      outline: { position, claim, sum: sumOf(data), inited: true, lengths: { flags: 1, segments: 1 } },
    });
  });

  it("says what a write meant its content to add up to, and whose it is", async () => {
    await lead();
    const first = await write(NOWHERE, NO_DATA, A1);
    await write(first, A1, A2);
    const { sum, claim } = await store.snapshot();
    expect(sum).toEqual(sumOf(A2));
    expect(claim).toBe(encodeClaim(MINE));
    expect((await store.status()).claim).toBe(encodeClaim(MINE));
  });

  it("gives the lease only to who knows the claim, and says what it is", async () => {
    await lead();
    await write(NOWHERE, NO_DATA, A1);
    await store.release("me");
    expect(await store.acquire("you", TTL_MS, undefined)).toEqual({
      kind: "claimed",
      claim: encodeClaim(MINE),
    });
    expect(await store.acquire("you", TTL_MS, encodeClaim(THEIRS))).toMatchObject({ kind: "claimed" });
    expect(await store.acquire("you", TTL_MS, encodeClaim(MINE))).toEqual({ kind: "acquired" });
  });

  it("takes no write and no report from a holder who knows another claim", async () => {
    await lead();
    const position = await write(NOWHERE, NO_DATA, A1);
    const word = (await store.status()).seenAt;
    for (const claim of [undefined, encodeClaim(THEIRS)]) {
      expect(await store.write("me", { position, claim }, writing(A1, A2), 7)).toEqual({ kind: "moved" });
      await store.renew("me", TTL_MS, claim, { ...VALID, envId: "another" }, position);
    }
    expect(await store.snapshot()).toMatchObject({ data: A1, position, seenAt: word, upstream: undefined });
  });

  it("is walked through in slices that together hold all items", async () => {
    await lead();
    const many = flags(...Array.from({ length: 250 }, (_, index) => `{"key":"flag-${index}","version":1}`));
    await write(NOWHERE, NO_DATA, many);
    const met = new Map<string, string>();
    let slice: ItemSlice | undefined;
    do {
      slice = await store.scan("flags", slice?.next);
      for (const [key, text] of slice.texts) met.set(key, text);
    } while (slice.next !== undefined);
    expect([...met].sort()).toEqual([...many.flags].map(([key, { raw }]) => [key, raw]).sort());
    expect((await store.scan("segments", undefined)).texts.size).toBe(0);
  });

  it("is taken over in one step: emptied, claimed, further on, and announced without content", async () => {
    await lead();
    const position = await write(NOWHERE, NO_DATA, A1);
    const { seenAt } = await store.status();
    await store.renew("me", TTL_MS, encodeClaim(MINE), { ...VALID, envId: "mine" }, undefined);
    const messages: string[] = [];
    await store.subscribe({ message: (text) => messages.push(text), lost: () => undefined });
    await store.takeOver(THEIRS);
    const after = await store.snapshot();
    expect(after).toMatchObject({
      data: NO_DATA,
      inited: false,
      claim: encodeClaim(THEIRS),
      sum: sumOf(NO_DATA),
      upstream: undefined,
    });
    expect(after.position).toMatchObject({ offset: position.offset + 1 });
    expect(after.seenAt).toBeGreaterThanOrEqual(seenAt);
    const [text] = await eventually("the message", () => messages.length > 0 && messages);
    expect(decodeChangeMessage(text ?? "")).toMatchObject({
      position: after.position,
      previous: position,
      changes: undefined,
    });
    expect(await store.write("me", condition(position), writing(A1, A2), 7)).toEqual({ kind: "moved" });
  });

  it("announces nothing to those who have unsubscribed", async () => {
    await lead();
    const messages: string[] = [];
    const unsubscribe = await store.subscribe({
      message: (text) => messages.push(text),
      lost: () => undefined,
    });
    unsubscribe();
    await write(NOWHERE, NO_DATA, A1);
    await store.status();
    expect(messages).toEqual([]);
  });
});

describe("an environment in Redis", () => {
  it("is laid out as SDKs in daemon mode read it", async () => {
    const store = await real.create();
    const prefix = `test-${prefixes}`;
    await store.acquire("me", TTL_MS, undefined);
    const gone = { ...NO_DATA, segments: new Map([["s", parseItem('{"key":"s","version":3}')]]) };
    const both = { ...A2, segments: gone.segments };
    const first = await store.write("me", UNTOUCHED, writing(NO_DATA, both), 7);
    if (first.kind !== "written") throw new Error(first.kind);
    const from = { position: first.position, claim: encodeClaim(MINE) };
    await store.write("me", from, writing(both, A2), 8);
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

  it.each(["x", "-1", "1e3", "99999999999999999999", " 7", ""])(
    "goes on from an offset of %j",
    async (offset) => {
      const store = await real.create();
      const connection = connections.at(-2) as Redis;
      await connection.hset(`test-${prefixes}:$relay`, { offset, stamp: "s" });
      await store.acquire("me", TTL_MS, undefined);
      const { position, claim } = await store.snapshot();
      const outcome = await store.write("me", { position, claim }, writing(NO_DATA, A1), 7);
      expect(outcome).toMatchObject({ kind: "written", position: { offset: 1 } });
    },
  );

  it("does not say what the content adds up to after a write by an earlier version, which says no sums", async () => {
    const store = await real.create();
    const connection = connections.at(-2) as Redis;
    await store.acquire("me", TTL_MS, undefined);
    await store.write("me", UNTOUCHED, writing(NO_DATA, A1), 7);
    await connection.hset(`test-${prefixes}:$relay`, { offset: "2", stamp: "of an earlier version" });
    expect((await store.snapshot()).sum).toBe("outdated");
    await connection.hdel(`test-${prefixes}:$relay`, "sum");
    expect((await store.snapshot()).sum).toBe(undefined);
  });

  it("lets the holder's word grow also where the clock of a new Redis runs behind", async () => {
    const store = await real.create();
    const connection = connections.at(-2) as Redis;
    await store.acquire("me", TTL_MS, undefined);
    const written = await store.write("me", UNTOUCHED, writing(NO_DATA, A1), 1);
    if (written.kind !== "written") throw new Error(written.kind);
    const words = [Date.now() + 3_600_000];
    await connection.hset(`test-${prefixes}:$relay`, { seenAt: words[0] });
    const { position } = written;
    await store.renew("me", TTL_MS, encodeClaim(MINE), VALID, position);
    words.push((await store.status()).seenAt);
    await store.write("me", { position, claim: encodeClaim(MINE) }, writing(A1, A2), 1);
    words.push((await store.status()).seenAt);
    expect(words).toEqual([...new Set(words)].sort((one, other) => one - other));
  });

  it("renews the lease also where something else than a hash is in the place of the flags", async () => {
    const store = await real.create();
    const connection = connections.at(-2) as Redis;
    await connection.set(`test-${prefixes}:features`, "text");
    await store.acquire("me", TTL_MS, undefined);
    expect(await store.renew("me", TTL_MS, undefined, VALID, undefined)).toMatchObject({
      outline: { lengths: { flags: -1, segments: 0 } },
    });
  });
});
