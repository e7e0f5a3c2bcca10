/** The file that is read unless another is named. */
export const DEFAULT_FILE = "/etc/ld-relay.conf";

/** An option as `parseArgs` of Node takes it, and as the help texts describe it. */
interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** What stands for its value in help texts. */
  readonly value?: string;
  readonly help: string;
}

/** Every option of the command line. Which command takes which is said in `commands.ts`. */
export const OPTIONS = {
  config: {
    type: "string",
    value: "FILE",
    help: `read this file (default ${DEFAULT_FILE}), and no variables`,
  },
  "from-env": {
    type: "boolean",
    help: "read environment variables: alone, or with --config on top of the file, where a variable wins",
  },
  "allow-missing-file": {
    type: "boolean",
    help: "if the file does not exist, read only environment variables",
  },
  version: { type: "boolean", help: "print the version" },
  help: { type: "boolean", short: "h", help: "print this help, or that of a command" },
  probe: { type: "boolean", help: "also check that each Redis is usable and durable" },
  environment: { type: "string", value: "NAME", help: "only this environment, by its name" },
  reason: {
    type: "string",
    value: "TEXT",
    help: 'only those whose reason contains this, such as "status 400"',
  },
  since: { type: "string", value: "TIME", help: "only those given up since then: 2h, 90m, or a date" },
  all: { type: "boolean", help: "all of them, if no other option selects any" },
  force: {
    type: "boolean",
    help: "go on where something is lost: flags of another environment whose prefix is taken over, a file that is overwritten",
  },
  write: {
    type: "boolean",
    help: "write the new file: to FILE, or beside the old one with .new behind its name",
  },
  json: { type: "boolean", help: "print JSON, for machines" },
  into: { type: "string", value: "NAME", help: "the environment that gets it, by its name" },
  yes: { type: "boolean", help: "do it; without this only print what would be done" },
  "show-bodies": { type: "boolean", help: "also print the bodies of the events, which contain contexts" },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

/** What the help texts say of an option: how it is written, and what it does. */
export function describeOption(name: OptionName): readonly [written: string, help: string] {
  const option: Option = OPTIONS[name];
  return [`--${name}${option.value === undefined ? "" : ` ${option.value}`}`, option.help];
}
