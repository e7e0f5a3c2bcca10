import type { Redis } from "ioredis";
import { systemClock } from "../../../shared/base/clock.ts";
import { UserError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { randomToken } from "../../../shared/base/random.ts";
import { StopScope } from "../../../shared/base/stop-scope.ts";
import { ChangeSubscriptions } from "../../../shared/bus/change-subscriptions.ts";
import type { Configuration } from "../../../shared/config/configuration.ts";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { connectRedis, firstReady } from "../../../shared/redis/connect.ts";
import { durabilityConcerns, isReplica } from "../../../shared/redis/durability.ts";
import { redisAddress } from "../../../shared/redis/redis-address.ts";
import { RedisState } from "../../../shared/redis/redis-state.ts";
import { connectOnce } from "../connect-once.ts";
import type { Terminal } from "../terminal.ts";
import { eventTrials } from "./event-trials.ts";
import { flagTrials, forgetFlags } from "./flag-trials.ts";
import { ownersOf } from "./owners.ts";
import { refusedCommands } from "./refused-commands.ts";
import { type FailedTrial, failedTrials } from "./trial.ts";

/** What a Redis is for. */
interface Purpose {
  readonly flags: boolean;
  readonly events: boolean;
}

/**
 * Does once, in each Redis that a configuration names and for each environment, what each role will do there, with
 * keys of its own under the environment's prefix of which it leaves none. Says what is missing, whose each prefix is,
 * and whether the Redis of the events keeps what it is given. Rejects with a `UserError` if one cannot be used.
 */
export async function probe(
  { redis, events, environments }: Configuration,
  terminal: Terminal,
  logger: Logger,
): Promise<void> {
  const shared = events.redis === undefined;
  const places: [RedisSettings | undefined, Purpose][] = [
    [redis, { flags: true, events: shared && events.sendEvents }],
    [events.redis, { flags: false, events: events.sendEvents }],
  ];
  if (redis === undefined && shared)
    terminal.result("\nno Redis is configured: ld-relay brings a private one");
  const bad: string[] = [];
  for (const [settings, purpose] of places) {
    if (settings === undefined) continue;
    const isGood = await probeRedis(
      settings,
      purpose,
      shared || !purpose.flags,
      environments,
      terminal,
      logger,
    );
    if (!isGood) bad.push(redisAddress(settings));
  }
  if (bad.length > 0) throw new UserError(`${bad.join(" and ")} cannot be used as it is, see above`);
}

async function probeRedis(
  settings: RedisSettings,
  purpose: Purpose,
  forEvents: boolean,
  environments: readonly Environment[],
  terminal: Terminal,
  logger: Logger,
): Promise<boolean> {
  const scope = new StopScope();
  try {
    const commands = await connectOnce(settings, logger);
    scope.add("the connection for commands", () => commands.disconnect());
    const connect = async (use: "subscriber" | "consumer"): Promise<Redis> => {
      const connection = connectRedis(settings, use, new RedisState(settings, logger, systemClock));
      scope.add(`the connection of a ${use}`, () => connection.disconnect());
      await firstReady(connection, CONNECT_MS);
      return connection;
    };
    const subscriptions = new ChangeSubscriptions(await connect("subscriber"), systemClock);
    scope.add("the subscriptions", () => subscriptions.stop());
    const consuming = await connect("consumer");

    const problems = (await isReplica(commands)) ? [REPLICA] : [];
    for (const environment of environments) {
      const prefix = `${environment.prefix}:$probe-${randomToken()}`;
      const failed = await tryRoles(
        purpose,
        { commands, subscriptions, consuming },
        environment,
        prefix,
        logger,
      );
      problems.push(...failed.map((each) => describeFailure(environment, each)));
      if (failed.length > 0) problems.push(...(await refusedCommands(commands, prefix)));
    }
    const address = redisAddress(settings);
    terminal.result(
      `\nRedis at ${address} ${problems.length === 0 ? "can be used" : "cannot be used as it is:"}`,
    );
    for (const problem of new Set(problems)) terminal.result(`  MISSING: ${problem}`);
    if (problems.length === 0) {
      for (const line of await ownersOf(commands, environments, purpose)) terminal.result(`  ${line}`);
      const concerns = forEvents ? await concernsOf(commands) : [];
      for (const concern of concerns) terminal.result(`WARNING: as the Redis of the events, ${concern}`);
    }
    return problems.length === 0;
  } finally {
    await scope.stop();
  }
}

const CONNECT_MS = 3000;
const REPLICA = "a primary: this Redis is a replica, and writes to it are lost";

interface Connections {
  readonly commands: Redis;
  readonly subscriptions: ChangeSubscriptions;
  readonly consuming: Redis;
}

async function tryRoles(
  purpose: Purpose,
  { commands, subscriptions, consuming }: Connections,
  environment: Environment,
  prefix: string,
  logger: Logger,
): Promise<FailedTrial[]> {
  const failed: FailedTrial[] = [];
  if (purpose.flags) {
    failed.push(...(await failedTrials(flagTrials(commands, subscriptions, environment, prefix))));
    await forget(() => forgetFlags(commands, prefix), failed);
  }
  if (purpose.events) {
    const events = eventTrials(commands, consuming, environment, prefix, logger);
    failed.push(...(await failedTrials(events.trials)));
    await forget(events.forget, failed);
  }
  return failed;
}

/** What could not be made need not be removed; what was made and cannot be is worth a word. */
async function forget(remove: () => Promise<void>, failed: FailedTrial[]): Promise<void> {
  const trial = { role: "ingestor", what: "removes what the probe has written", run: remove } as const;
  const left = await failedTrials([trial]);
  if (failed.length === 0) failed.push(...left);
}

function describeFailure({ name, prefix }: Environment, { trial, why }: FailedTrial): string {
  return `[Environment ${JSON.stringify(name)}], prefix "${prefix}": the ${trial.role} ${trial.what}: ${why}`;
}

/** A user without the right to `INFO` can do everything but this. */
async function concernsOf(redis: Redis): Promise<string[]> {
  try {
    return await durabilityConcerns(redis);
  } catch {
    return ["whether it is durable is unknown, because this user may not use INFO"];
  }
}
