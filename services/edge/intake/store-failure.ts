import { ForeignClaimError } from "../../../shared/queue/queue-claim.ts";
import { redisCause } from "../../../shared/redis/redis-cause.ts";

/** Why Redis did not take events. */
export type StoreFailure =
  /** There is no connection, or no answer: whether the events are stored is then unknown. */
  | "away"
  /** It is there, and takes no writes for now: it loads its data, is a replica, or cannot save. */
  | "not_writable"
  | "full"
  /** The user that the relay logs in as may not, or there is no such user: waiting does not help. */
  | "not_permitted"
  /** The prefix belongs to another installation, which the claim has said in the log. */
  | "foreign"
  /** Anything else that Redis says; it will say the same of a second try. */
  | "failed";

/** Failures that may pass by themselves, so that events are worth being held. */
const PASSING: ReadonlySet<StoreFailure> = new Set(["away", "not_writable", "full"]);

/** By the code of what Redis replies. */
const BY_CODE: Readonly<Record<string, StoreFailure>> = {
  ...{ NOPERM: "not_permitted", NOAUTH: "not_permitted", WRONGPASS: "not_permitted" },
  OOM: "full",
  ...{ LOADING: "not_writable", READONLY: "not_writable", MISCONF: "not_writable", BUSY: "not_writable" },
  ...{ NOREPLICAS: "not_writable", MASTERDOWN: "not_writable", CLUSTERDOWN: "not_writable" },
};

/** What an error of adding to a queue says of its Redis. */
export function storeFailure(error: unknown): StoreFailure {
  if (error instanceof ForeignClaimError) return "foreign";
  const known = BY_CODE[redisCause(error).code];
  if (known !== undefined) return known;
  // What Redis itself answers is an error of its own class; all else comes from the connection.
  return error instanceof Error && error.name === "ReplyError" ? "failed" : "away";
}

export function mayPass(failure: StoreFailure): boolean {
  return PASSING.has(failure);
}
