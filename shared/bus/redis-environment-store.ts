import type { Redis } from "ioredis";
import { z } from "zod";
import { randomToken } from "../base/random.ts";
import type { Difference } from "../model/difference.ts";
import type { Position } from "../model/position.ts";
import type { UpstreamState } from "../model/upstream-state.ts";
import { connected } from "../redis/connect.ts";
import { type EnvironmentKeys, environmentKeys } from "../redis/keys.ts";
import { changeMessage, encodeChangeMessage } from "./change-message.ts";
import type { ChangeSubscriptions } from "./change-subscriptions.ts";
import type {
  ChangeListener,
  EnvironmentStore,
  Look,
  RenewOutcome,
  Snapshot,
  WriteOutcome,
} from "./environment-store.ts";
import { RELEASE, RENEW, WRITE } from "./scripts.ts";
import { readItems, readRelayHash } from "./stored-relay.ts";

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

  async acquire(token: string, ttlMs: number): Promise<boolean> {
    return (await connected(this.#redis).set(this.#keys.lease, token, "PX", ttlMs, "NX")) === "OK";
  }

  async renew(
    token: string,
    ttlMs: number,
    upstream: UpstreamState | undefined,
    settledAt: Position | undefined,
  ): Promise<RenewOutcome> {
    const settled = settledAt === undefined ? [] : [settledAt.offset, settledAt.stamp];
    const reply = await connected(this.#redis).eval(
      RENEW,
      2,
      this.#keys.lease,
      this.#keys.relay,
      token,
      ttlMs,
      upstream?.state ?? "",
      upstream?.since ?? "",
      upstream?.lastError === undefined ? "" : JSON.stringify(upstream.lastError),
      upstream?.envId ?? "",
      ...settled,
    );
    if (reply === null) return { kind: "lost" };
    const [offset, stamp] = z.tuple([z.string(), z.string()]).parse(reply);
    return { kind: "held", position: { offset: Number(offset), stamp } };
  }

  async release(token: string): Promise<void> {
    await connected(this.#redis).eval(RELEASE, 1, this.#keys.lease, token);
  }

  async write(
    token: string,
    from: Position,
    difference: Difference,
    receivedAtMs: number,
  ): Promise<WriteOutcome> {
    const position: Position = { offset: from.offset + 1, stamp: randomToken() };
    const message = changeMessage(position, from, receivedAtMs, difference);
    const { lease, relay, features, segments, inited, changes } = this.#keys;
    const keys = [lease, relay, features, segments, inited];
    const keyNumber = { flags: keys.indexOf(features) + 1, segments: keys.indexOf(segments) + 1 };
    const reply = await connected(this.#redis).eval(
      WRITE,
      keys.length,
      ...keys,
      token,
      from.offset,
      from.stamp,
      position.offset,
      position.stamp,
      changes,
      encodeChangeMessage(message),
      ...difference.changes.flatMap(({ kind, key, item }) => [keyNumber[kind], key, item.raw]),
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

  async look(): Promise<Look> {
    return readRelayHash(await connected(this.#redis).call("HGETALL", this.#keys.relay));
  }

  async subscribe(listener: ChangeListener): Promise<() => void> {
    if (this.#subscriptions === undefined) throw new Error("this store was made without subscriptions");
    return this.#subscriptions.subscribe(this.#keys.changes, listener);
  }
}
