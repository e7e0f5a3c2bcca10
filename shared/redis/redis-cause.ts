import { ReplyError } from "ioredis";
import type { Cause } from "../base/cause.ts";
import { describeError } from "../base/errors.ts";
import { NotConnectedError } from "./not-connected-error.ts";

/** The code of what does not look like trouble with Redis at all. */
export const UNKNOWN_CODE = "ERROR";

/** Why Redis does not do what it is asked, in a code that stays, and what an operator can do about it. */
export function redisCause(error: unknown): Cause {
  if (error instanceof NotConnectedError) return { code: "NOT_CONNECTED", text: error.message, vague: true };
  const telling = tellingError(error);
  // What a command was about is nobody's business, and says nothing about why it is not known.
  const text = describeError(telling)
    .replace(/,? ?with args beginning with:.*/s, "")
    .replace(/\.$/, "");
  const code = codeOf(telling, text);
  const advice = ADVICE[code];
  return { code, text, ...(advice && { advice }), ...(VAGUE.has(code) && { vague: true }) };
}

/**
 * Whether an error that may have come from anywhere is Redis's or its connection's: so that a time-out of somebody else
 * does not count as one of Redis.
 */
export function isRedisError(error: unknown): boolean {
  if (error instanceof ReplyError || error instanceof NotConnectedError) return true;
  return error instanceof Error && CONNECTION_ERROR.test(error.message);
}

const CONNECTION_ERROR = /^(Command timed out|Connection is closed|Reached the max retries per request)/;

/** A transaction that Redis discards says only that it did; why stands in what was refused before. */
function tellingError(error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("previousErrors" in error)) return error;
  const { previousErrors } = error;
  return Array.isArray(previousErrors) && previousErrors.length > 0 ? previousErrors[0] : error;
}

const FIX_USER = "Check the user and the password in [Redis] url, username and password (REDIS_PASSWORD).";
const FIX_TLS =
  "Check that this port uses TLS, that its certificate names this host, and that its authority is known (NODE_EXTRA_CA_CERTS).";
const FIX_ADDRESS = "Check the host and the port in [Redis] url, and whether Redis runs there.";
const FIX_NETWORK = "Check the network, firewalls and whether Redis is overloaded.";
const NOT_CLUSTER =
  "The relay needs a single primary: configure a Redis that is not a Cluster, or a proxy in front of it.";

const ADVICE: Readonly<Record<string, string>> = {
  WRONGPASS: `The password was changed, or is wrong. ${FIX_USER}`,
  NOAUTH: "Redis requires a password: set [Redis] password (REDIS_PASSWORD).",
  NOPERM: "The Redis user lacks a permission: grant the commands, keys and channels in docs/deploy.md.",
  READONLY: "This Redis is a read-only replica: configure the primary, or promote this one.",
  OOM: "Redis is full (maxmemory): add memory, or move other data elsewhere.",
  MISCONF: "Redis cannot save to disk and rejects writes: check its log and its disk.",
  MOVED: NOT_CLUSTER,
  CLUSTERDOWN: NOT_CLUSTER,
  CROSSSLOT: NOT_CLUSTER,
  NOREPLICAS: "Redis rejects writes without enough replicas (min-replicas-to-write): restore them.",
  MASTERDOWN: "This Redis is a replica that has lost its primary: configure the primary, or restore it.",
  LOADING: "Redis is loading its data; no action is needed.",
  BUSY: "A script blocks Redis: SCRIPT KILL ends it.",
  DENIED: "Redis is in protected mode and accepts only local connections: set a password there, or bind it.",
  MAXCLIENTS: "Redis accepts no more connections: raise its maxclients, or close others.",
  ECONNREFUSED: `Nothing listens there. ${FIX_ADDRESS}`,
  ENOENT: "The socket does not exist: check the path in [Redis] url, and whether Redis runs.",
  EACCES: "Permission denied for the socket: check its permissions.",
  ENOTFOUND: `The host name is unknown. ${FIX_ADDRESS}`,
  EAI_AGAIN: "The host name could not be resolved: check DNS.",
  EHOSTUNREACH: `There is no route to that host. ${FIX_NETWORK}`,
  ENETUNREACH: `There is no route to that network. ${FIX_NETWORK}`,
  TIMEOUT: `Redis does not answer in time. ${FIX_NETWORK}`,
  ECONNRESET: `The connection was cut. ${FIX_NETWORK}`,
  TLS: FIX_TLS,
  NOTREDIS: "The server there is not Redis, or uses TLS: check the port, and rediss:// in [Redis] url.",
  NODB: "Redis has no such database: check the number at the end of [Redis] url.",
  NOCOMMAND:
    "Either it is a Sentinel, which holds no data: name the Redis that it watches; or it is too old: use Redis 6.2 or newer.",
};

/** What only says that a connection or a transaction ended. */
const VAGUE: ReadonlySet<string> = new Set(["CLOSED", "EXECABORT", "ECONNRESET", "EPIPE"]);

/** What Redis calls its refusals; from within a script they stand in the middle of the text. */
const REPLY =
  /(?:^|[-: ])(WRONGPASS|NOAUTH|NOPERM|READONLY|OOM|MISCONF|MOVED|ASK|CLUSTERDOWN|CROSSSLOT|NOREPLICAS|MASTERDOWN|LOADING|BUSY|DENIED|EXECABORT)\b/;

const BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/invalid username-password pair|invalid password/i, "WRONGPASS"],
  [
    /ACL failure in script|has no permissions|No permissions to access|user executing the script can't/i,
    "NOPERM",
  ],
  [/max number of clients/i, "MAXCLIENTS"],
  [/timed? ?out|timeout/i, "TIMEOUT"],
  [/connection is closed|connection close|max retries per request|connection (was )?(lost|broke)/i, "CLOSED"],
  [/DB index is out of range|invalid DB index/i, "NODB"],
  [/unknown command/i, "NOCOMMAND"],
  [/protocol error|wire protocol/i, "NOTREDIS"],
];

const TLS_CODE = /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;

function codeOf(error: unknown, text: string): string {
  const reply = REPLY.exec(text)?.[1];
  if (reply !== undefined) return reply === "ASK" ? "MOVED" : reply;
  const system = systemCode(error);
  if (system === "ETIMEDOUT") return "TIMEOUT";
  if (system !== undefined && TLS_CODE.test(system)) return "TLS";
  const known = BY_TEXT.find(([pattern]) => pattern.test(text))?.[1];
  if (known !== undefined) return known;
  if (system !== undefined) return system;
  return /^([A-Z][A-Z0-9_]{2,24})\b/.exec(text)?.[1] ?? UNKNOWN_CODE;
}

/** Node's code of an error: of its cause where it has none of its own. */
function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined || error.cause === undefined) return code;
  return systemCode(error.cause);
}
