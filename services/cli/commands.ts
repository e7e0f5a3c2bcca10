import type { OptionName } from "./options.ts";

/** What the help texts and the check of options know of a command. */
export interface CommandHelp {
  /** The words that call it, such as `events dead list`. None: `ld-relay` alone. */
  readonly words: string;
  /** What follows the words, such as `[ID ...]`. */
  readonly operands?: string;
  /** One line for lists of commands. */
  readonly summary: string;
  /** What else there is to know, in lines as they are printed. */
  readonly details?: readonly string[];
  /** Besides those of {@link COMMON_OPTIONS}. */
  readonly options: readonly OptionName[];
  readonly examples?: readonly string[];
}

/** What every command takes: where the configuration comes from, and the call for help. */
export const COMMON_OPTIONS: readonly OptionName[] = ["config", "from-env", "allow-missing-file", "help"];

const DEAD_LETTERS: readonly OptionName[] = ["environment", "reason", "since", "json"];
const IDS = [
  "ID is the id of a dead letter, or how it begins. Without ids the options say which are meant;",
  "several of them narrow each other.",
];

/** Every command, in the order of the help texts. */
export const COMMANDS: readonly CommandHelp[] = [
  {
    words: "",
    summary: "all roles in this process",
    details: ["Without [Redis] in the configuration it brings a private redis-server along."],
    options: ["version"],
  },
  {
    words: "ingestor",
    summary: "receive flags from LaunchDarkly and keep them in Redis",
    details: [
      "Several may run: for each environment one leads, and another takes over when that one ends.",
      "Probes and metrics are on port 8032.",
    ],
    options: [],
    examples: ["ld-relay ingestor --config my.conf"],
  },
  {
    words: "edge",
    summary: "serve SDKs",
    details: [
      "SDKs connect to port 8030 ([Main] port). Any number may run behind a load balancer.",
      "Probes and metrics are on port 8031.",
    ],
    options: [],
    examples: ["ld-relay edge --config my.conf"],
  },
  {
    words: "forwarder",
    summary: "deliver events to LaunchDarkly",
    details: ["Any number may run: they share the work. Probes and metrics are on port 8033."],
    options: [],
    examples: ["ld-relay forwarder --config my.conf"],
  },
  {
    words: "check-config",
    summary: "print the effective configuration, and where each value comes from",
    details: [
      "Secrets are masked. Then come the warnings and notices that a start would log.",
      "Exit code 1, and all problems, if there are any.",
    ],
    options: ["probe"],
    examples: ["ld-relay check-config --config my.conf --probe"],
  },
  {
    words: "migrate",
    operands: "[--write [FILE]]",
    summary: "what of a configuration stays, changes, has no effect, or must be dealt with",
    details: [
      "Line by line of the file, then variable by variable. With --write it also makes a file of all of",
      "it in today's spelling, keys included; what has no effect, and what is left to do, are comments.",
      "Exit code 1 if something must be dealt with before a start.",
    ],
    options: ["write", "force"],
    examples: ["ld-relay migrate --config old.conf", "ld-relay migrate --from-env --write new.conf"],
  },
  {
    words: "claim",
    summary: "whose the prefixes of the configuration are in Redis",
    details: [
      "What another environment has claimed is neither written nor served, nor are its events delivered.",
      "With --force such a prefix becomes this configuration's: its flags are emptied in the same step,",
      "and events that wait stay in a queue of their own, which nobody delivers.",
    ],
    options: ["environment", "force", "json"],
    examples: ["ld-relay claim --config my.conf", "ld-relay claim --force --environment Production"],
  },
  {
    words: "status",
    summary: "which roles run, who leads what, and how flags, streams and events do",
    details: [
      "All of it stands in Redis, where every role announces itself every ten seconds. Without",
      "[Redis] it is read from the private one of a relay that runs on the same [Main] dataDir.",
      "Exit code 1 if a Redis is away; what is known all the same is printed.",
    ],
    options: ["json"],
    examples: ["ld-relay status --config my.conf", "ld-relay status --json"],
  },
  {
    words: "archive create",
    operands: "FILE",
    summary: "make an offline archive of what Redis holds",
    details: [
      "For [OfflineMode] of a relay that cannot reach LaunchDarkly, ours or the original. FILE is replaced",
      "at once, or not at all. It contains the environments' keys, so only its owner may read it.",
    ],
    options: ["environment"],
    examples: ["ld-relay archive create flags.tar.gz --config my.conf"],
  },
  {
    words: "archive show",
    operands: "FILE",
    summary: "what is in an offline archive: environments, flags, masked keys",
    options: ["json"],
    examples: ["ld-relay archive show flags.tar.gz"],
  },
  {
    words: "archive verify",
    operands: "FILE",
    summary: "whether an offline archive can be used, with all environments in it",
    details: ["Exit code 1, and why, if not."],
    options: [],
    examples: ["ld-relay archive verify flags.tar.gz"],
  },
  {
    words: "events status",
    summary: "what waits, is in flight, parked and dead, by environment",
    options: ["environment", "json"],
    examples: ["ld-relay events status --environment Production"],
  },
  {
    words: "events pause",
    summary: "stop the delivery of events by hand; what SDKs send waits",
    options: ["environment", "json"],
  },
  {
    words: "events resume",
    summary: "go on with the delivery of events",
    options: ["environment", "json"],
  },
  {
    words: "events adopt",
    operands: "QUEUE",
    summary: "let an environment deliver what waits in a queue without an owner",
    details: [
      "QUEUE is named as events status names it. Dead letters and open batches go along; payload ids stay.",
      "If it is broken off, do it again: nothing is lost.",
    ],
    options: ["into", "force", "json"],
    examples: ["ld-relay events adopt ld-relay:events-Production --into Production"],
  },
  {
    words: "events drop",
    operands: "QUEUE",
    summary: "remove a queue without an owner for good",
    details: ["Without --yes it only says what that would remove."],
    options: ["yes", "force", "json"],
    examples: ["ld-relay events drop ld-relay:events-Old --yes"],
  },
  {
    words: "events dead list",
    operands: "[ID ...]",
    summary: "what could not be delivered, one line each",
    details: IDS,
    options: [...DEAD_LETTERS, "show-bodies"],
    examples: ['ld-relay events dead list --reason "status 400" --since 2h'],
  },
  {
    words: "events dead show",
    operands: "[ID ...]",
    summary: "what could not be delivered, with everything that is known of it",
    details: IDS,
    options: [...DEAD_LETTERS, "show-bodies"],
    examples: ["ld-relay events dead show 3f2a91c07b5d --show-bodies"],
  },
  {
    words: "events dead replay",
    operands: "[ID ...]",
    summary: "put dead letters back into the queue, under their ids",
    details: IDS,
    options: [...DEAD_LETTERS, "all"],
    examples: ["ld-relay events dead replay --environment Production --since 2026-01-31"],
  },
  {
    words: "events dead drop",
    operands: "[ID ...]",
    summary: "remove dead letters for good",
    details: IDS,
    options: [...DEAD_LETTERS, "all"],
    examples: ["ld-relay events dead drop --all"],
  },
  {
    words: "help",
    operands: "[COMMAND]",
    summary: "print this, or what a command does",
    options: [],
  },
];

/** The command of which `words` begin with the most; `undefined` if the first word begins none. */
export function commandCalled(words: readonly string[]): CommandHelp | undefined {
  for (let length = words.length; length > 0; length -= 1) {
    const known = COMMANDS.find((command) => command.words === words.slice(0, length).join(" "));
    if (known !== undefined) return known;
  }
  return words.length === 0 ? COMMANDS.find(({ words: none }) => none === "") : undefined;
}

/** The words that may follow `group`, such as `dead` after `events`; none if it is no group of commands. */
export function wordsAfter(group: readonly string[]): readonly string[] {
  const next = COMMANDS.map(({ words }) => words.split(" "))
    .filter((words) => words.length > group.length && group.every((word, at) => word === words[at]))
    .flatMap((words) => words[group.length] || []);
  return [...new Set(next)];
}
