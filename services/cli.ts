#!/usr/bin/env node
import packageFile from "../package.json" with { type: "json" };
import { systemClock } from "../shared/base/clock.ts";
import { describeError, UserError } from "../shared/base/errors.ts";
import type { Logger } from "../shared/base/logger.ts";
import { StopScope } from "../shared/base/stop-scope.ts";
import type { Configuration } from "../shared/config/configuration.ts";
import { describeConfiguration } from "../shared/config/describe.ts";
import type { RedisSettings } from "../shared/config/redis-settings.ts";
import { EnvironmentList } from "../shared/environments/environment-source.ts";
import { startAdminServer } from "../shared/lifecycle/admin-server.ts";
import { Health } from "../shared/lifecycle/health.ts";
import type { RunningRole } from "../shared/lifecycle/role.ts";
import { type RunningProcess, runUntilSignal } from "../shared/lifecycle/signals.ts";
import { RedisStates } from "../shared/redis/redis-states.ts";
import { reportBuild } from "../shared/telemetry/build-info.ts";
import { createLogger } from "../shared/telemetry/logger.ts";
import { createMetrics } from "../shared/telemetry/metrics.ts";
import { captureStrayOutput } from "../shared/telemetry/stray-output.ts";
import { type AllInOneParts, startAllInOne } from "./all-in-one.ts";
import { createArchive } from "./cli/archive/create.ts";
import { openOfflineEnvironments, withArchivedEnvironments } from "./cli/archive/offline.ts";
import { checkArchive, lookAtArchive } from "./cli/archive/run-archive.ts";
import { type ConfigurationPlace, parseCommand, type Role } from "./cli/arguments.ts";
import { runClaim } from "./cli/claim/run-claim.ts";
import { runEvents } from "./cli/events/run-events.ts";
import { describePlace, loadConfiguration, readInput } from "./cli/load-configuration.ts";
import { runMigrate } from "./cli/migrate/run-migrate.ts";
import { probe } from "./cli/probe/probe.ts";
import { runStatus } from "./cli/status/run-status.ts";
import type { Terminal } from "./cli/terminal.ts";
import { type EdgeParts, startEdge } from "./edge/main.ts";
import { startForwarder } from "./forwarder/main.ts";
import { startIngestor } from "./ingestor/main.ts";

const { version } = packageFile;

/** Each role has a port of its own, so that all can run on one machine. */
const DEFAULT_ADMIN_PORT: Readonly<Record<Role | "all-in-one", number>> = {
  edge: 8031,
  "all-in-one": 8031,
  ingestor: 8032,
  forwarder: 8033,
};

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  switch (command.kind) {
    case "help":
      process.stdout.write(command.text);
      return;
    case "version":
      process.stdout.write(`LaunchDarkly relay version ${version}\n`);
      return;
    case "check-config": {
      const { configuration, effective, warnings, notices } = validConfiguration(command.place);
      terminal.result(describeConfiguration(effective));
      if (warnings.length > 0) terminal.result(`\n${remarks("WARNING", warnings)}`);
      if (notices.length > 0) terminal.result(`\n${remarks("notice", notices)}`);
      if (configuration.offline !== undefined)
        await checkArchive(configuration.offline.archivePath, terminal);
      if (command.probe) await probe(await withArchivedEnvironments(configuration), terminal, silent());
      return;
    }
    case "archive": {
      const { command: archive } = command;
      if (archive.action !== "create") return lookAtArchive(archive, terminal);
      const { configuration } = validConfiguration(command.place);
      return createArchive(archive.path, archive.environment, configuration, terminal, silent());
    }
    case "claim": {
      const { configuration } = validConfiguration(command.place);
      return runClaim(command.command, await withArchivedEnvironments(configuration), terminal, silent());
    }
    case "migrate": {
      const { place } = command;
      const input = { ...readInput(place), from: describePlace(place), result: loadConfiguration(place) };
      process.exitCode = runMigrate(command.command, input, terminal);
      return;
    }
    case "events": {
      const { configuration } = validConfiguration(command.place);
      return runEvents(
        command.command,
        await withArchivedEnvironments(configuration),
        terminal,
        silent(),
        systemClock,
      );
    }
    case "status": {
      const { configuration } = validConfiguration(command.place);
      process.exitCode = await runStatus(
        command.command,
        await withArchivedEnvironments(configuration),
        terminal,
        silent(),
      );
      return;
    }
    case "run":
      return run(command.role, command.place);
  }
}

const terminal: Terminal = {
  result: (lines) => void process.stdout.write(`${lines}\n`),
  progress: (line) => void process.stderr.write(`${line}\n`),
};

/** For commands that look at something and end: what they have to say, they say themselves. */
function silent(): Logger {
  const logger = createLogger({ level: "none", role: "command", pretty: false });
  captureStrayOutput(logger);
  return logger;
}

function validConfiguration(place: ConfigurationPlace) {
  const result = loadConfiguration(place);
  if (result.kind === "invalid") {
    const warnings = result.warnings.map((warning) => `warning: ${warning}`);
    throw new UserError(["the configuration cannot be used:", ...result.problems, ...warnings].join("\n  "));
  }
  return result;
}

function remarks(kind: "WARNING" | "notice", lines: readonly string[]): string {
  return lines.map((line) => `${kind}: ${line}`).join("\n");
}

/** Starts the relay, or one role of it, and leaves it running until a signal ends the process. */
async function run(role: Role | undefined, place: ConfigurationPlace): Promise<void> {
  const { configuration, warnings, notices } = validConfiguration(place);
  const name = role ?? "all-in-one";
  const redis = role === undefined ? undefined : sharedRedis(role, configuration);
  const logger = createLogger({
    level: configuration.main.logLevel,
    role: name,
    pretty: process.stdout.isTTY ?? false,
  });
  if (!process.stdout.isTTY) captureStrayOutput(logger);
  logger.info(`Starting LaunchDarkly relay version ${version} with ${describePlace(place)}`, {
    event: "relay.starting",
  });
  for (const warning of warnings) logger.warn(warning, { event: "config.warning" });
  for (const notice of notices) logger.info(notice, { event: "config.notice" });

  const health = new Health();
  const metrics = createMetrics(configuration.metrics.prefix);
  reportBuild(metrics, version, name);
  const stop = new StopScope();
  const relay = runUntilSignal({ logger, health, stop, deadlineMs: configuration.main.shutdownTimeoutMs });
  try {
    const { host, port = DEFAULT_ADMIN_PORT[name] } = configuration.admin;
    const started = health.addCheck("process", () => ({
      code: "process.starting",
      reason: "the process is starting",
    }));
    const admin = await startAdminServer({ host, port, health, metrics, logger });
    stop.add("the admin listener", () => admin.stop());
    const offline =
      configuration.offline &&
      (await openOfflineEnvironments({
        ...configuration.offline,
        keepsFlags: role === undefined || role === "ingestor",
        logger,
        clock: systemClock,
      }));
    if (offline !== undefined) stop.add("monitoring the offline archive", () => offline.stop());
    const environments = offline ?? new EnvironmentList(configuration.environments);
    stop.add("making metrics of environments", metrics.followEnvironments(environments));
    const redisStates = new RedisStates(logger, systemClock, `ld-relay:${name}`);
    const parts: AllInOneParts = {
      configuration,
      environments,
      archive: offline,
      redisStates,
      version,
      logger,
      metrics,
      health,
    };
    const running = await start(role, redis, parts, relay);
    stop.add(name, () => running.stop());
    relay.drainFirst(() => running.drain?.());
    started();
  } catch (error) {
    await stop.stop();
    throw error;
  }
}

/** One role with the Redis that it shares, or all of them. */
async function start(
  role: Role | undefined,
  redis: RedisSettings | undefined,
  parts: AllInOneParts,
  relay: RunningProcess,
): Promise<RunningRole> {
  const end: Parameters<typeof startIngestor>[1] = ({ reason, exitCode }) => relay.end(reason, exitCode);
  if (role === undefined || redis === undefined) return startAllInOne(parts, end);
  const roleParts: EdgeParts = { ...parts, redis };
  switch (role) {
    case "ingestor":
      return startIngestor(roleParts, end);
    case "edge":
      return startEdge(roleParts, end);
    case "forwarder":
      return startForwarder(roleParts);
  }
}

/** Roles in processes of their own can only meet in a Redis that all of them are told of. */
function sharedRedis(role: Role, { redis }: Configuration): RedisSettings {
  if (redis !== undefined) return redis;
  throw new UserError(
    `the role "${role}" needs a Redis that it shares with the other roles: set [Redis] url or host (or USE_REDIS=1 ` +
      "and REDIS_URL or REDIS_HOST). Only without a role does ld-relay start a private one",
  );
}

try {
  await main();
} catch (error) {
  const text =
    error instanceof UserError ? `Error: ${error.message}` : ((error as Error).stack ?? describeError(error));
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
