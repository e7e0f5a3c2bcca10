import { parseArgs } from "node:util";
import { describeError, UserError } from "../../shared/base/errors.ts";
import { didYouMean } from "../../shared/config/suggestion.ts";
import type { EventsCommand } from "./events/command.ts";
import { EVENTS_OPTIONS, EVENTS_USAGE, type EventsOptions, parseEventsCommand } from "./events/parse.ts";

/** The processes that the relay consists of. */
export type Role = "ingestor" | "edge" | "forwarder";
const ROLES: readonly string[] = ["ingestor", "edge", "forwarder"] satisfies Role[];

/** Where the configuration comes from. */
export interface ConfigurationPlace {
  readonly file: string | undefined;
  /** Whether a file that is not there is simply left out. */
  readonly allowMissingFile: boolean;
}

export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | {
      readonly kind: "check-config";
      readonly place: ConfigurationPlace;
      /** Whether to look at what the configuration names, too. */
      readonly probe: boolean;
    }
  | { readonly kind: "events"; readonly command: EventsCommand; readonly place: ConfigurationPlace }
  /** Without a role all three run in one process. */
  | { readonly kind: "run"; readonly role: Role | undefined; readonly place: ConfigurationPlace };

const DEFAULT_FILE = "/etc/ld-relay.conf";

export const USAGE = `Usage: ld-relay [ROLE | check-config | events ...] [OPTIONS]

Relays feature flags from LaunchDarkly to SDKs, and their events back.

Without a role, everything runs in this process; without [Redis] in the configuration
it brings a private redis-server along. With a role, this process is only that:
  ingestor          receives flags from LaunchDarkly and keeps them in Redis
  edge              serves SDKs
  forwarder         delivers events to LaunchDarkly
  check-config      print the effective configuration without secrets, and where each
                    value comes from; exit 1 and print all problems if there are any;
                    with --probe also whether Redis can be reached and keeps its data
${EVENTS_USAGE}
Options (one dash or two):
  --config FILE           read this file (default ${DEFAULT_FILE})
  --from-env              read no file unless --config is given, too; environment
                          variables are always read and win over the file
  --allow-missing-file    go on without the file if it is not there
  --version               print the version
  --help                  print this

SDKs connect to port 8030. Probes and metrics are on 8031 (edge, all in one),
8032 (ingestor) and 8033 (forwarder). docs/configuration.md has every setting.

Examples:
  ld-relay --config my.conf
  ld-relay edge --config my.conf
  LD_ENV_production=sdk-... ld-relay --from-env
`;

/** What the command's arguments ask for. Throws a {@link UserError} for what it does not know. */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args.map(withTwoDashes));
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  const place: ConfigurationPlace = {
    file: values.config ?? (values["from-env"] ? undefined : DEFAULT_FILE),
    allowMissingFile: values["allow-missing-file"] ?? false,
  };
  const [what, ...more] = positionals;
  if (what === "events") return { kind: "events", command: parseEventsCommand(more, values), place };
  refuseEventsOptions(values);
  if (more.length > 0) throw new UserError(`one role at most, not also "${more.join(" ")}". Try --help`);
  if (what === "check-config") return { kind: "check-config", place, probe: values.probe ?? false };
  if (what !== undefined && !isRole(what))
    throw new UserError(
      `"${what}" is neither a role (${ROLES.join(", ")}) nor check-config or events. Try --help`,
    );
  return { kind: "run", role: what, place };
}

/** An option that would have no effect is a mistake that somebody should hear of. */
function refuseEventsOptions(values: EventsOptions): void {
  const given = Object.keys(EVENTS_OPTIONS).filter((name) => Object.hasOwn(values, name));
  if (given.length > 0) throw new UserError(`--${given[0]} belongs to ld-relay events. Try --help`);
}

function isRole(text: string): text is Role {
  return ROLES.includes(text);
}

/** The original takes its options with one dash or two (ld-relay, section 4.1). */
function withTwoDashes(arg: string): string {
  return /^-[a-z]{2,}/.test(arg) ? `-${arg}` : arg;
}

const OPTIONS = {
  config: { type: "string" },
  "from-env": { type: "boolean" },
  "allow-missing-file": { type: "boolean" },
  version: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  probe: { type: "boolean" },
  ...EVENTS_OPTIONS,
} as const;

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: OPTIONS,
    });
  } catch (error) {
    throw new UserError(`${reasonOf(error)} (try --help)`);
  }
}

/** Node's own text about an unknown option advises what is of no use here. */
function reasonOf(error: unknown): string {
  const [, unknown] = /^Unknown option '(-[^']*)'/.exec(describeError(error)) ?? [];
  if (unknown === undefined) return describeError(error);
  const names = Object.keys(OPTIONS).map((name) => `--${name}`);
  return `unknown option ${unknown}${didYouMean(unknown, names)}`;
}
