import type { Redis } from "ioredis";
import type { Clock } from "../../../shared/base/clock.ts";
import { UserError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Configuration } from "../../../shared/config/configuration.ts";
import { findLeftEvents } from "../../../shared/queue/left-queues.ts";
import type { Terminal } from "../terminal.ts";
import type { EventsCommand } from "./command.ts";
import { type EnvironmentEvents, environmentEvents } from "./environment-events.ts";
import { connectEventsRedis } from "./events-redis.ts";
import { dealWithLeft, leftRow, leftTable } from "./left.ts";
import {
  bodyText,
  describeLetter,
  type FoundLetter,
  findLetters,
  type LetterRecord,
  letterRecord,
  lettersTable,
} from "./letters.ts";
import { describeResumed, type ResumedEvents, resumeEvents } from "./resume.ts";
import { sinceTime } from "./since.ts";
import { statusRows, statusTable } from "./status.ts";

/** How often a long command says how far it is. */
const PROGRESS_EVERY = 100;

/**
 * Does what `ld-relay events …` asks for, in the Redis of the events. Rejects with a `UserError` when that cannot be
 * had, or the command names what is not there.
 */
export async function runEvents(
  command: EventsCommand,
  configuration: Configuration,
  terminal: Terminal,
  logger: Logger,
  clock: Clock,
): Promise<void> {
  const redis = await connectEventsRedis(configuration, logger);
  if ("queue" in command) {
    try {
      const done = await dealWithLeft(command, configuration.environments, redis, logger);
      return terminal.result(command.json ? json([done]) : `${done.queue}: ${done.done}`);
    } finally {
      redis.disconnect();
    }
  }
  const name = "filter" in command ? command.filter.environment : command.environment;
  const owners = await environmentEvents(configuration.environments, name, redis, logger);
  try {
    if (owners.length === 0) throw new UserError(`there is no environment "${name}" in the configuration`);
    if (command.action === "status") await showStatus(command, owners, configuration, redis, terminal, clock);
    else await runFor(command, owners, redis, terminal, clock);
  } finally {
    for (const { queue, deadLetters } of owners) await Promise.all([queue.close(), deadLetters.close()]);
    redis.disconnect();
  }
}

/** What no environment owns is shown unless a single environment is asked for. */
async function showStatus(
  command: Extract<EventsCommand, { readonly action: "status" }>,
  owners: readonly EnvironmentEvents[],
  { environments }: Configuration,
  redis: Redis,
  terminal: Terminal,
  clock: Clock,
): Promise<void> {
  const now = clock.now();
  const rows = (await Promise.all(owners.map((owner) => statusRows(owner, redis, now)))).flat();
  const found =
    command.environment === undefined
      ? await findLeftEvents(
          redis,
          owners.map(({ place }) => place),
        )
      : [];
  const left = found.map((events) => leftRow(events, environments));
  if (command.json) return terminal.result(json([...rows, ...left]));
  terminal.result([statusTable(rows, now), leftTable(left, now)].join("\n").trimEnd());
}

async function runFor(
  command: Exclude<EventsCommand, { readonly queue: string } | { readonly action: "status" }>,
  owners: readonly EnvironmentEvents[],
  redis: Redis,
  terminal: Terminal,
  clock: Clock,
): Promise<void> {
  const now = clock.now();
  switch (command.action) {
    case "pause": {
      for (const { queue } of owners) await queue.pause();
      const done = owners.map(({ name }) => ({ environment: name, paused: true }));
      const lines = done.map(({ environment }) => `${environment}: paused until events resume`);
      return terminal.result(command.json ? json(done) : lines.join("\n"));
    }
    case "resume": {
      const done: ResumedEvents[] = [];
      for (const owner of owners) done.push(await resumeEvents(owner, redis));
      return terminal.result(command.json ? json(done) : done.map(describeResumed).join("\n"));
    }
  }
  const { filter } = command;
  const found = findLetters(owners, filter, filter.since === undefined ? 0 : sinceTime(filter.since, now));
  switch (command.action) {
    case "dead list":
    case "dead show":
      return showLetters(found, command, terminal, now);
    case "dead replay":
      return forEach(found, command.json, "replayed", terminal, async ({ owner, letter }) =>
        owner.deadLetters.replay(letter, owner.queue, now),
      );
    case "dead drop":
      return forEach(found, command.json, "dropped", terminal, async ({ owner, letter }) =>
        owner.deadLetters.drop(letter.id),
      );
  }
}

/** What of a letter is shown beside its record. */
interface ShownLetter extends LetterRecord {
  readonly answer?: string | null;
  readonly body?: string;
}

/** Also shows what was found when finding ends with an error: of several ids one may be wrong. */
async function showLetters(
  found: AsyncIterable<FoundLetter>,
  { action, json: asJson, showBodies }: Extract<EventsCommand, { readonly showBodies: boolean }>,
  terminal: Terminal,
  now: number,
): Promise<void> {
  const records: ShownLetter[] = [];
  try {
    for await (const one of found) {
      const body = showBodies ? { body: await bodyText(one) } : {};
      const answer = action === "dead show" ? { answer: one.letter.cause.answer ?? null } : {};
      records.push({ ...letterRecord(one), ...answer, ...body });
      if (action === "dead show" && !asJson)
        terminal.result([describeLetter(one), ...Object.values(body), ""].join("\n"));
    }
  } finally {
    if (asJson) terminal.result(json(records));
    else if (action === "dead list") listLetters(records, terminal, now);
  }
  if (action === "dead show" && !asJson && records.length === 0)
    terminal.progress("there are no such dead letters");
}

function listLetters(records: readonly ShownLetter[], terminal: Terminal, now: number): void {
  terminal.result(lettersTable(records, now));
  for (const { id, body } of records) if (body !== undefined) terminal.result(`\n${id}\n${body}`);
}

/**
 * Does something with each letter, one after the other, so that a break leaves a clear state behind; also says what was
 * done when finding ends with an error.
 */
async function forEach(
  found: AsyncIterable<FoundLetter>,
  asJson: boolean,
  done: string,
  terminal: Terminal,
  act: (one: FoundLetter) => Promise<void>,
): Promise<void> {
  const records: LetterRecord[] = [];
  try {
    for await (const one of found) {
      await act(one);
      records.push(letterRecord(one));
      if (records.length % PROGRESS_EVERY === 0) terminal.progress(`${records.length} ${done}`);
    }
  } finally {
    terminal.progress(`${records.length} ${done} in all`);
    if (asJson) terminal.result(json(records));
  }
}

function json(rows: readonly unknown[]): string {
  return JSON.stringify(rows, undefined, 2);
}
