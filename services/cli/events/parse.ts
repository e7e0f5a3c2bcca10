import { UserError } from "../../../shared/base/errors.ts";
import { unknownCommand } from "../help.ts";
import { shownWord } from "../shown-word.ts";
import type { EventsCommand, LetterFilter } from "./command.ts";

/** What was given for the options of `ld-relay events`. */
export interface EventsOptions {
  readonly environment?: string | undefined;
  readonly reason?: string | undefined;
  readonly since?: string | undefined;
  readonly all?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly "show-bodies"?: boolean | undefined;
  readonly into?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** The command in the words after `events`. Throws a {@link UserError} for what it does not know. */
export function parseEventsCommand(words: readonly string[], options: EventsOptions): EventsCommand {
  const [first, second, ...rest] = words;
  const json = options.json ?? false;
  const { environment } = options;
  switch (first) {
    case "status":
    case "pause":
    case "resume":
      if (second !== undefined)
        throw new UserError(
          `ld-relay events ${first} takes no "${shownWord(second)}". Try ld-relay help events ${first}`,
        );
      return { action: first, ...(environment !== undefined && { environment }), json };
    case "adopt":
    case "drop": {
      const queue = oneQueue(first, second, rest);
      const force = options.force ?? false;
      if (first === "drop") return { action: first, queue, yes: options.yes ?? false, force, json };
      if (options.into === undefined)
        throw new UserError("ld-relay events adopt needs to know the environment: --into NAME");
      return { action: first, queue, into: options.into, force, json };
    }
    case "dead":
      return parseDeadCommand(second, filterOf(options, rest), options, json);
    default:
      throw unknownCommand(["events", ...words]);
  }
}

function oneQueue(verb: string, queue: string | undefined, more: readonly string[]): string {
  if (queue !== undefined && more.length === 0) return queue;
  throw new UserError(
    `ld-relay events ${verb} takes one queue, as ld-relay events status names it. Try ld-relay help events ${verb}`,
  );
}

function parseDeadCommand(
  verb: string | undefined,
  filter: LetterFilter,
  options: EventsOptions,
  json: boolean,
): EventsCommand {
  switch (verb) {
    case "list":
    case "show":
      return { action: `dead ${verb}`, filter, json, showBodies: options["show-bodies"] ?? false };
    case "replay":
    case "drop":
      if (!options.all && Object.keys(filter).length === 1 && filter.ids.length === 0)
        throw new UserError(
          `events dead ${verb} needs to know which: ids, --environment, --reason, --since, or --all`,
        );
      return { action: `dead ${verb}`, filter, json };
    default:
      throw unknownCommand(["events", "dead", ...(verb === undefined ? [] : [verb])]);
  }
}

function filterOf({ environment, reason, since }: EventsOptions, ids: readonly string[]): LetterFilter {
  return {
    ...(environment !== undefined && { environment }),
    ...(reason !== undefined && { reason }),
    ...(since !== undefined && { since }),
    ids,
  };
}
