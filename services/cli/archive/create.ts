import { createHash } from "node:crypto";
import {
  type EnvironmentToArchive,
  flagDataText,
  writeArchive,
} from "../../../shared/archive/write-archive.ts";
import { describeError, UserError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Snapshot } from "../../../shared/bus/environment-store.ts";
import { RedisEnvironmentStore } from "../../../shared/bus/redis-environment-store.ts";
import { isIntact } from "../../../shared/bus/usability.ts";
import type { Configuration } from "../../../shared/config/configuration.ts";
import { claimOf, decodeClaim, ownershipOf } from "../../../shared/model/claim.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { connectOnce } from "../connect-once.ts";
import { redisOfFlags } from "../events/events-redis.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Makes an archive of what Redis holds of the configured environments, or of one of them. It is all or nothing: rejects
 * with a {@link UserError} if an environment has no data that may be passed on, and writes nothing then.
 */
export async function createArchive(
  path: string,
  only: string | undefined,
  { environments, ...configuration }: Configuration,
  terminal: Terminal,
  logger: Logger,
): Promise<void> {
  const chosen = environments.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) throw new UserError(`there is no environment "${only}" in the configuration`);
  const redis = await connectOnce(await redisOfFlags({ environments, ...configuration }), logger);
  try {
    const nowMs = Date.now();
    const archived: EnvironmentToArchive[] = [];
    for (const environment of chosen) {
      const snapshot = await new RedisEnvironmentStore(redis, environment.prefix).snapshot();
      archived.push(toArchive(environment, snapshot, nowMs));
    }
    await writeArchive(path, archived, nowMs).catch((error: unknown) => {
      throw new UserError(`cannot write the archive "${path}": ${describeError(error)}`);
    });
    for (const { env, data } of archived)
      terminal.result(
        `${env.envName} (${env.envID}): ${data.flags.size} flags, ${data.segments.size} segments, deleted ones not counted`,
      );
    terminal.result(
      `${path} holds ${archived.length} of ${environments.length} environments, and their keys`,
    );
  } finally {
    redis.disconnect();
  }
}

/** An environment as an archive holds it. Throws a {@link UserError} if Redis has nothing that may be passed on. */
export function toArchive(environment: Environment, snapshot: Snapshot, nowMs: number): EnvironmentToArchive {
  const { name, credentials, ttlMs, secureMode } = environment;
  const refuse = (why: string): UserError =>
    new UserError(`no archive was made: environment "${name}" ${why}`);
  if (ownershipOf(snapshot.claim, claimOf(environment)) === "foreign")
    throw refuse("has a prefix in Redis that belongs to another environment; see ld-relay claim");
  if (!snapshot.inited || snapshot.claim === undefined)
    throw refuse("has no data in Redis yet: start an ingestor, and look at ld-relay status");
  if (!isIntact(snapshot))
    throw refuse("is damaged in Redis at the moment: its ingestor repairs it within seconds, so try again");
  const envID = credentials.envId ?? snapshot.upstream?.envId ?? decodeClaim(snapshot.claim)?.envId;
  if (envID === undefined) throw refuse("has no client-side ID: set envId in its section");
  const living = {
    flags: new Map([...snapshot.data.flags].filter(([, { deleted }]) => !deleted)),
    segments: new Map([...snapshot.data.segments].filter(([, { deleted }]) => !deleted)),
  };
  return {
    env: {
      envID,
      envKey: "",
      envName: name,
      projKey: "",
      projName: "",
      mobKey: credentials.mobileKey ?? "",
      sdkKey: { value: credentials.sdkKey },
      defaultTtl: Math.ceil(ttlMs / 60_000),
      secureMode,
      // Must be another whenever anything of the environment is, and no smaller than that of an archive before.
      version: nowMs,
    },
    dataId: createHash("sha256").update(flagDataText(living)).digest("hex"),
    data: living,
  };
}
