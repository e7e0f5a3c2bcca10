import { isDeepStrictEqual } from "node:util";
import type { LogLevel } from "../base/logger.ts";
import type { Credentials } from "./credentials.ts";

/**
 * What has a data set of its own: an upstream stream, a prefix in Redis, a replica in every edge, a queue. Its
 * identity is `id`; credentials are only how a request finds it, and change when keys rotate.
 */
export interface Environment {
  /** The configured name, or LaunchDarkly's id; unique, and the same for as long as the environment exists. */
  readonly id: string;
  /** What people call it, in `/status`, logs and metrics. */
  readonly name: string;
  readonly credentials: Credentials;
  /** What the names of its keys in Redis begin with; SDKs in daemon mode must be given the same. */
  readonly prefix: string;
  /** How long PHP SDKs may cache what they polled; 0: no `Expires` header. */
  readonly ttlMs: number;
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
  /** Whether browsers must show a hash of their context that only who has the SDK key can make. */
  readonly secureMode: boolean;
  /** Overrides the level of log lines about this environment. */
  readonly logLevel?: LogLevel;
}

/** Whether anything that a role works with differs between two versions of an environment. */
export function sameEnvironment(one: Environment, other: Environment): boolean {
  return isDeepStrictEqual(one, other);
}
