#!/usr/bin/env node
import packageFile from "../package.json" with { type: "json" };
import { systemClock } from "../shared/base/clock.ts";
import { describeError, UserError } from "../shared/base/errors.ts";
import type { Logger } from "../shared/base/logger.ts";
import type { Configuration } from "../shared/config/configuration.ts";
import { type Command, type ConfigurationPlace, parseCommand } from "./cli/arguments.ts";
import type { Terminal } from "./cli/terminal.ts";

const { version } = packageFile;

const terminal: Terminal = {
  result: (lines) => void process.stdout.write(`${lines}\n`),
  progress: (line) => void process.stderr.write(`${line}\n`),
};

/** Does what the command line says. What a command consists of is only loaded for that command. */
async function obey(command: Command): Promise<void> {
  switch (command.kind) {
    case "help":
      process.stdout.write(command.text);
      return;
    case "version":
      process.stdout.write(`LaunchDarkly relay version ${version}\n`);
      return;
    case "run": {
      const { run } = await import("./cli/run.ts");
      return run(command.role ?? "all-in-one", command.place, version);
    }
    case "check-config": {
      const { checkConfiguration } = await import("./cli/check-configuration.ts");
      const configuration = checkConfiguration(command.place, terminal);
      if (configuration.offline !== undefined) {
        const { checkArchive } = await import("./cli/archive/run-archive.ts");
        await checkArchive(configuration.offline.archivePath, terminal);
      }
      if (!command.probe) return;
      const { probe } = await import("./cli/probe/probe.ts");
      return probe(await withArchive(configuration), terminal, await silent());
    }
    case "archive": {
      const { command: archive } = command;
      if (archive.action !== "create") {
        const { lookAtArchive } = await import("./cli/archive/run-archive.ts");
        return lookAtArchive(archive, terminal);
      }
      const configuration = await configurationAt(command.place);
      const { createArchive } = await import("./cli/archive/create.ts");
      return createArchive(archive.path, archive.environment, configuration, terminal, await silent());
    }
    case "claim": {
      const configuration = await withArchive(await configurationAt(command.place));
      const { runClaim } = await import("./cli/claim/run-claim.ts");
      return runClaim(command.command, configuration, terminal, await silent());
    }
    case "migrate": {
      const { place } = command;
      const { describePlace, loadConfiguration, readInput } = await import("./cli/load-configuration.ts");
      const { runMigrate } = await import("./cli/migrate/run-migrate.ts");
      const input = { ...readInput(place), from: describePlace(place), result: loadConfiguration(place) };
      process.exitCode = runMigrate(command.command, input, terminal);
      return;
    }
    case "events": {
      const configuration = await withArchive(await configurationAt(command.place));
      const { runEvents } = await import("./cli/events/run-events.ts");
      return runEvents(command.command, configuration, terminal, await silent(), systemClock);
    }
    case "status": {
      const configuration = await withArchive(await configurationAt(command.place));
      const { runStatus } = await import("./cli/status/run-status.ts");
      process.exitCode = await runStatus(command.command, configuration, terminal, await silent());
      return;
    }
  }
}

async function configurationAt(place: ConfigurationPlace): Promise<Configuration> {
  const { validConfiguration } = await import("./cli/load-configuration.ts");
  return validConfiguration(place).configuration;
}

/** In offline mode with the environments that are in the archive. */
async function withArchive(configuration: Configuration): Promise<Configuration> {
  if (configuration.offline === undefined) return configuration;
  const { withArchivedEnvironments } = await import("./cli/archive/offline.ts");
  return withArchivedEnvironments(configuration);
}

/** For commands that look at something and end: what they have to say, they say themselves. */
async function silent(): Promise<Logger> {
  const { createLogger } = await import("../shared/telemetry/logger.ts");
  const { captureStrayOutput } = await import("../shared/telemetry/stray-output.ts");
  const logger = createLogger({ level: "none", role: "command" });
  captureStrayOutput(logger);
  return logger;
}

try {
  await obey(parseCommand(process.argv.slice(2)));
} catch (error) {
  const text =
    error instanceof UserError ? `Error: ${error.message}` : ((error as Error).stack ?? describeError(error));
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
