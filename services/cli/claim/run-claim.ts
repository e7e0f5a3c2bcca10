import { UserError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { describeClaim } from "../../../shared/bus/foreign-claim.ts";
import type { Configuration } from "../../../shared/config/configuration.ts";
import {
  type Owner,
  type PrefixClaim,
  prefixClaim,
  type Redises,
  takeOver,
} from "../../operator/prefix-claims.ts";
import { connectOnce } from "../connect-once.ts";
import { redisOfEvents, redisOfFlags } from "../events/events-redis.ts";
import { table } from "../events/table.ts";
import type { Terminal } from "../terminal.ts";

/** What `ld-relay claim` was asked for. */
export interface ClaimCommand {
  /** Only this environment, by its name. */
  readonly environment: string | undefined;
  /** Whether to take over what is another's. */
  readonly force: boolean;
  readonly json: boolean;
}

/**
 * Shows whose the prefixes of the configuration's environments are in Redis, and with `force` takes over those that
 * are another's. Rejects with a {@link UserError} when a Redis cannot be reached or there is no such environment.
 */
export async function runClaim(
  command: ClaimCommand,
  configuration: Configuration,
  terminal: Terminal,
  logger: Logger,
): Promise<void> {
  const environments = configuration.environments.filter(
    ({ name }) => command.environment === undefined || name === command.environment,
  );
  if (environments.length === 0)
    throw new UserError(`there is no environment "${command.environment}" in the configuration`);
  const redises: Redises = {
    flags: await connectOnce(await redisOfFlags(configuration), logger),
    events: await connectOnce(await redisOfEvents(configuration), logger),
  };
  try {
    const found = await Promise.all(environments.map((environment) => prefixClaim(environment, redises)));
    const taken = command.force ? found.filter(isForeign) : [];
    for (const one of taken) await takeOver(one, redises);
    terminal.result(command.json ? json(found, taken) : text(found, taken, command.force));
  } finally {
    redises.flags.disconnect();
    redises.events.disconnect();
  }
}

function isForeign({ flags, events }: PrefixClaim): boolean {
  return flags.ownership === "foreign" || events.ownership === "foreign";
}

function json(found: readonly PrefixClaim[], taken: readonly PrefixClaim[]): string {
  const rows = found.map((one) => ({
    environment: one.environment.name,
    prefix: one.environment.prefix,
    flags: one.flags,
    events: one.events,
    takenOver: taken.includes(one),
  }));
  return JSON.stringify(rows, undefined, 2);
}

function text(found: readonly PrefixClaim[], taken: readonly PrefixClaim[], force: boolean): string {
  const rows = found.map(({ environment: { name, prefix }, flags, events }) => [
    name,
    prefix,
    ownerText(flags),
    ownerText(events),
  ]);
  const lines = [table(["ENVIRONMENT", "PREFIX", "FLAGS OF", "EVENTS OF"], rows)];
  for (const { environment } of taken)
    lines.push(
      `${environment.name}: took the prefix "${environment.prefix}" over; its ingestor fills it within seconds`,
    );
  if (force && taken.length === 0)
    lines.push("nothing to take over: no prefix belongs to another environment");
  if (!force && found.some(isForeign))
    lines.push(
      "",
      "To take over a prefix, which removes the other's flags: ld-relay claim --force --environment NAME",
    );
  return lines.join("\n");
}

function ownerText({ ownership, claim }: Owner): string {
  if (ownership === "ours") return "this environment";
  return ownership === "unclaimed" ? "nobody" : describeClaim(claim);
}
