import { UserError } from "../../../shared/base/errors.ts";
import type { EventsCommand, LetterFilter } from "./command.ts";

/** The options that only `ld-relay events` knows. */
export const EVENTS_OPTIONS = {
  environment: { type: "string" },
  reason: { type: "string" },
  since: { type: "string" },
  all: { type: "boolean" },
  json: { type: "boolean" },
  "show-bodies": { type: "boolean" },
} as const;

/** What was given for them. */
export interface EventsOptions {
  readonly environment?: string | undefined;
  readonly reason?: string | undefined;
  readonly since?: string | undefined;
  readonly all?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly "show-bodies"?: boolean | undefined;
}

export const EVENTS_USAGE = `  events status             what waits, is in flight, parked and dead, by environment
  events pause | resume     stop the delivery of events by hand, and go on
  events dead list | show   what could not be delivered, and why
  events dead replay | drop put it back into the queue, or remove it for good
                            options: --environment NAME, --reason TEXT, --since 2h
                            or a date, ids or how they begin, --all; --json for
                            machines; --show-bodies with list and show
`;

/** The command in the words after `events`. Throws a {@link UserError} for what it does not know. */
export function parseEventsCommand(words: readonly string[], options: EventsOptions): EventsCommand {
  const [first, second, ...rest] = words;
  const json = options.json ?? false;
  const { environment } = options;
  switch (first) {
    case "status":
    case "pause":
    case "resume":
      if (second !== undefined) throw new UserError(`events ${first} takes no "${second}". Try --help`);
      return { action: first, ...(environment !== undefined && { environment }), json };
    case "dead":
      return parseDeadCommand(second, filterOf(options, rest), options, json);
    default:
      throw new UserError("events needs one of: status, pause, resume, dead. Try --help");
  }
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
      throw new UserError("events dead needs one of: list, show, replay, drop. Try --help");
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
