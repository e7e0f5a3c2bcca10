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
  "ID is the id of a dead letter, or its beginning. Without ids, options select the letters;",
  "several options are combined.",
];

/** Every command, in the order of the help texts. */
export const COMMANDS: readonly CommandHelp[] = [
  {
    words: "",
    summary: "all roles in this process",
    details: ["Without [Redis] in the configuration it starts a private redis-server."],
    options: ["version"],
  },
  {
    words: "ingestor",
    summary: "receive flags from LaunchDarkly and keep them in Redis",
    details: [
      "Several may run: one leads an environment, and another takes over when it stops.",
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
      "Secrets are masked. Prints the warnings and notices that a start would log, too.",
      "If there are problems, prints all of them and exits with 1.",
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
    summary: "show who has claimed each prefix of the configuration in Redis",
    details: [
      "Under a prefix claimed by another environment nothing is written, served or delivered.",
      "--force takes such a prefix over: its flags are removed in the same step,",
      "and its queued events stay in a separate queue, which is not delivered.",
    ],
    options: ["environment", "force", "json"],
    examples: ["ld-relay claim --config my.conf", "ld-relay claim --force --environment Production"],
  },
  {
    words: "status",
    summary: "show running roles, leaders, and the state of flags, streams and events",
    details: [
      "Reads Redis, where every role announces itself every ten seconds. Without",
      "[Redis], it reads the private Redis of a relay with the same [Main] dataDir.",
      "Exit code 1 if a Redis is unreachable; the rest is still printed.",
    ],
    options: ["json"],
    examples: ["ld-relay status --config my.conf", "ld-relay status --json"],
  },
  {
    words: "archive create",
    operands: "FILE",
    summary: "make an offline archive of the data in Redis",
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
    summary: "show an offline archive: environments, flags, masked keys",
    options: ["json"],
    examples: ["ld-relay archive show flags.tar.gz"],
  },
  {
    words: "archive verify",
    operands: "FILE",
    summary: "check that an offline archive and all its environments are usable",
    details: ["If not, prints the reason and exits with 1."],
    options: [],
    examples: ["ld-relay archive verify flags.tar.gz"],
  },
  {
    words: "events status",
    summary: "show queued, in-flight, parked and dead events by environment",
    options: ["environment", "json"],
    examples: ["ld-relay events status --environment Production"],
  },
  {
    words: "events pause",
    summary: "pause event delivery; events are queued meanwhile",
    options: ["environment", "json"],
  },
  {
    words: "events resume",
    summary: "resume event delivery",
    options: ["environment", "json"],
  },
  {
    words: "events adopt",
    operands: "QUEUE",
    summary: "move a queue without an owner to an environment",
    details: [
      "QUEUE is a name from events status. Dead letters and open batches move, too; payload ids stay.",
      "If interrupted, run it again: nothing is lost.",
    ],
    options: ["into", "force", "json"],
    examples: ["ld-relay events adopt ld-relay:events-Production --into Production"],
  },
  {
    words: "events drop",
    operands: "QUEUE",
    summary: "remove a queue without an owner permanently",
    details: ["Without --yes it only prints what would be removed."],
    options: ["yes", "force", "json"],
    examples: ["ld-relay events drop ld-relay:events-Old --yes"],
  },
  {
    words: "events dead list",
    operands: "[ID ...]",
    summary: "list undelivered payloads, one per line",
    details: IDS,
    options: [...DEAD_LETTERS, "show-bodies"],
    examples: ['ld-relay events dead list --reason "status 400" --since 2h'],
  },
  {
    words: "events dead show",
    operands: "[ID ...]",
    summary: "show undelivered payloads with all details",
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
    summary: "remove dead letters permanently",
    details: IDS,
    options: [...DEAD_LETTERS, "all"],
    examples: ["ld-relay events dead drop --all"],
  },
  {
    words: "help",
    operands: "[COMMAND]",
    summary: "print this, or the help of a command",
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
