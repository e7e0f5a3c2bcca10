import type { Redis } from "ioredis";
import { z } from "zod";
import { randomToken } from "../base/random.ts";
import { type Claim, encodeClaim } from "../model/claim.ts";
import { sumOf } from "../model/content-sum.ts";
import { type ItemKind, NO_DATA } from "../model/item.ts";
import type { Position } from "../model/position.ts";
import type { UpstreamState } from "../model/upstream-state.ts";
import { connected } from "../redis/connect.ts";
import { type EnvironmentKeys, environmentKeys } from "../redis/keys.ts";
import { changeMessage, encodeChangeMessage } from "./change-message.ts";
import type { ChangeSubscriptions } from "./change-subscriptions.ts";
import type {
  AcquireOutcome,
  ChangeListener,
  EnvironmentStore,
  ItemSlice,
  RelayStatus,
  RenewOutcome,
  Snapshot,
  Write,
  WriteCondition,
  WriteOutcome,
} from "./environment-store.ts";
import { ACQUIRE, RELEASE, RENEW, TAKE_OVER, WRITE } from "./store-scripts.ts";
import { readItems, readRelayHash, readSum, readTexts, storedSum, storedTime } from "./stored-relay.ts";

/** About how many items a slice holds: few enough for Redis to answer between two other commands. */
const SLICE_ITEMS = 100;

const renewReply = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.number(),
  z.number(),
  z.number(),
]);

/**
 * An environment in a real Redis. The connection must not queue or re-send commands while Redis is away
 * (`enableOfflineQueue: false`, `autoResendUnfulfilledCommands: false`): a step given up must never happen later.
 */
export class RedisEnvironmentStore implements EnvironmentStore {
  readonly #redis: Redis;
  readonly #subscriptions: ChangeSubscriptions | undefined;
  readonly #keys: EnvironmentKeys;

  /** `subscriptions` may be missing where nothing is followed. */
  constructor(redis: Redis, prefix: string, subscriptions?: ChangeSubscriptions) {
    this.#redis = redis;
    this.#subscriptions = subscriptions;
    this.#keys = environmentKeys(prefix);
  }

  async acquire(token: string, ttlMs: number, claim: string | undefined): Promise<AcquireOutcome> {
    const { lease, relay } = this.#keys;
    const reply = await connected(this.#redis).eval(ACQUIRE, 2, lease, relay, token, ttlMs, claim ?? "");
    const outcome = z.union([z.enum(["acquired", "taken"]), z.tuple([z.string()])]).parse(reply);
    if (typeof outcome === "string") return { kind: outcome };
    return { kind: "claimed", claim: outcome[0] || undefined };
  }

  async renew(
    token: string,
    ttlMs: number,
    claim: string | undefined,
    upstream: UpstreamState | undefined,
    settledAt: Position | undefined,
  ): Promise<RenewOutcome> {
    const { lease, relay, features, segments, inited } = this.#keys;
    const keys = [lease, relay, features, segments, inited];
    const settled = settledAt === undefined ? [] : [settledAt.offset, settledAt.stamp];
    const reply = await connected(this.#redis).eval(
      RENEW,
      keys.length,
      ...keys,
      token,
      ttlMs,
      claim ?? "",
      upstream?.state ?? "",
      upstream?.since ?? "",
      upstream?.lastError === undefined ? "" : JSON.stringify(upstream.lastError),
      upstream?.envId ?? "",
      ...settled,
    );
    if (reply === null) return { kind: "lost" };
    const [offset, stamp, claimed, sum, flagCount, segmentCount, exists] = renewReply.parse(reply);
    const position: Position = { offset: Number(offset), stamp };
    return {
      kind: "held",
      outline: {
        position,
        claim: claimed || undefined,
        sum: readSum(sum, position),
        inited: exists === 1,
        lengths: { flags: flagCount, segments: segmentCount },
      },
    };
  }

  async release(token: string): Promise<void> {
    await connected(this.#redis).eval(RELEASE, 1, this.#keys.lease, token);
  }

  async write(
    token: string,
    condition: WriteCondition,
    write: Write,
    receivedAtMs: number,
  ): Promise<WriteOutcome> {
    const position: Position = { offset: condition.position.offset + 1, stamp: randomToken() };
    const message = changeMessage(position, condition.position, receivedAtMs, write);
    const { lease, relay, features, segments, inited, changes } = this.#keys;
    const keys = [lease, relay, features, segments, inited];
    const keyNumber = { flags: keys.indexOf(features) + 1, segments: keys.indexOf(segments) + 1 };
    const reply = await connected(this.#redis).eval(
      WRITE,
      keys.length,
      ...keys,
      token,
      condition.position.offset,
      condition.position.stamp,
      condition.claim ?? "",
      position.offset,
      position.stamp,
      encodeClaim(write.claim),
      storedSum(write.sum, position),
      changes,
      encodeChangeMessage(message),
      storedTime(receivedAtMs, position),
      ...write.changes.flatMap(({ kind, key, item }) => [keyNumber[kind], key, item.raw]),
    );
    const kind = z.enum(["written", "moved", "lost"]).parse(reply);
    return kind === "written" ? { kind, position } : { kind };
  }

  async snapshot(): Promise<Snapshot> {
    const { features, segments, relay, inited } = this.#keys;
    const replies = await connected(this.#redis)
      .multi()
      .call("HGETALL", features)
      .call("HGETALL", segments)
      .call("HGETALL", relay)
      .exists(inited)
      .exec();
    if (replies === null) throw new Error("Redis did not execute the snapshot transaction");
    const [flagHash, segmentHash, relayHash, exists] = replies.map(([error, reply]) => {
      if (error !== null) throw error;
      return reply;
    });
    return {
      data: { flags: readItems(flagHash), segments: readItems(segmentHash) },
      inited: exists === 1,
      ...readRelayHash(relayHash),
    };
  }

  async scan(kind: ItemKind, from: string | undefined): Promise<ItemSlice> {
    const { features, segments } = this.#keys;
    const key = kind === "flags" ? features : segments;
    const reply = await connected(this.#redis).hscan(key, from ?? "0", "COUNT", SLICE_ITEMS);
    const [next, flat] = reply;
    return { texts: readTexts(flat), next: next === "0" ? undefined : next };
  }

  async status(): Promise<RelayStatus> {
    return readRelayHash(await connected(this.#redis).call("HGETALL", this.#keys.relay));
  }

  async takeOver(claim: Claim): Promise<void> {
    const { relay, features, segments, inited, changes } = this.#keys;
    const stamp = randomToken();
    const keys = [relay, features, segments, inited];
    const sum = storedSum(sumOf(NO_DATA), { stamp });
    await connected(this.#redis).eval(
      TAKE_OVER,
      keys.length,
      ...keys,
      stamp,
      encodeClaim(claim),
      sum,
      changes,
    );
  }

  async subscribe(listener: ChangeListener): Promise<() => void> {
    if (this.#subscriptions === undefined) throw new Error("this store was made without subscriptions");
    return this.#subscriptions.subscribe(this.#keys.changes, listener);
  }
}
