import type { Redis } from "ioredis";
import { withDeadline } from "../../../shared/base/deadline.ts";
import { randomToken } from "../../../shared/base/random.ts";
import type { ChangeSubscriptions } from "../../../shared/bus/change-subscriptions.ts";
import { RedisEnvironmentStore } from "../../../shared/bus/redis-environment-store.ts";
import { claimOf } from "../../../shared/model/claim.ts";
import { sumOf } from "../../../shared/model/content-sum.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { type Change, type FlagData, parseItem } from "../../../shared/model/item.ts";
import { NOWHERE } from "../../../shared/model/position.ts";
import { environmentKeys } from "../../../shared/redis/keys.ts";
import type { Trial } from "./trial.ts";

/** Should the probe die in the middle, this is what stays for so long. */
const LEASE_MS = 5000;
const HEAR_MS = 2000;

const FLAG: Change = {
  kind: "flags",
  key: "probe",
  item: parseItem('{"key":"probe","version":1,"deleted":true}'),
};
const DATA: FlagData = { flags: new Map([[FLAG.key, FLAG.item]]), segments: new Map() };

/** What ingestors and edges do with flags, done with keys of `prefix`, of which {@link forgetFlags} leaves none. */
export function flagTrials(
  redis: Redis,
  subscriptions: ChangeSubscriptions,
  environment: Environment,
  prefix: string,
): Trial[] {
  const store = new RedisEnvironmentStore(redis, prefix, subscriptions);
  const heard = Promise.withResolvers<string>();
  let unsubscribe = (): void => undefined;
  const follow: Trial = {
    role: "edge",
    what: "subscribes to changes",
    run: async () => {
      const listener = {
        message: heard.resolve,
        lost: () => heard.reject(new Error("the subscription broke")),
      };
      unsubscribe = await store.subscribe(listener);
    },
  };
  const write: Trial = {
    role: "ingestor",
    what: "takes a lease, writes flags and announces them",
    run: async () => {
      const token = randomToken();
      await store.acquire(token, LEASE_MS, undefined);
      const from = { position: NOWHERE, claim: undefined };
      const written = { changes: [FLAG], asPatches: true, sum: sumOf(DATA), claim: claimOf(environment) };
      const { kind } = await store.write(token, from, written, Date.now());
      if (kind !== "written") throw new Error(`a write came to "${kind}"`);
      await store.renew(token, LEASE_MS, undefined, undefined, undefined);
      await store.scan("flags", undefined);
      await store.release(token);
    },
  };
  const hear: Trial = {
    role: "edge",
    what: "receives the change message",
    needs: [follow, write],
    run: async () => {
      await withDeadline(heard.promise, HEAR_MS, "the message about a write");
      unsubscribe();
    },
  };
  const read: Trial = {
    role: "edge",
    what: "reads flags",
    run: async () => {
      await store.status();
      const { data } = await store.snapshot();
      if (!data.flags.has(FLAG.key)) throw new Error("the flag written is missing");
    },
    needs: [write],
  };
  // Nobody waits for a message when its trial is left out.
  heard.promise.catch(() => undefined);
  return [follow, write, hear, read];
}

/** Removes what {@link flagTrials} may have left. */
export async function forgetFlags(redis: Redis, prefix: string): Promise<void> {
  const { features, segments, inited, relay, lease } = environmentKeys(prefix);
  await redis.del(features, segments, inited, relay, lease);
}
