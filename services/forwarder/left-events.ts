import type { Redis } from "ioredis";
import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { EnvironmentSource } from "../../shared/environments/environment-source.ts";
import { type Claim, claimOf, claimsAgree } from "../../shared/model/claim.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { claimedPlace } from "../../shared/queue/claimed-place.ts";
import { findLeftEvents } from "../../shared/queue/left-queues.ts";

/** Says once which events in Redis nobody delivers: of renamed environments, and of earlier versions. Never rejects. */
export async function logLeftEvents(
  connection: Redis,
  source: EnvironmentSource,
  logger: Logger,
): Promise<void> {
  try {
    const environments = known(source);
    const places = await Promise.all(environments.map((one) => claimedPlace(connection, one)));
    const found = await findLeftEvents(
      connection,
      places.map(({ place }) => place),
    );
    // What is in use under other keys may be another installation's: its own forwarders deliver it.
    const ours = (claim: Claim) => environments.some((one) => claimsAgree(claim, claimOf(one)));
    const left = found.filter(({ inUse, claim }) => !inUse || claim === undefined || ours(claim));
    if (left.length > 0)
      logger.warn(
        "events in Redis belong to no configured environment and are not delivered: see ld-relay events status, adopt and drop",
        { event: "events.unowned", queues: left.map(({ queueName }) => queueName) },
      );
  } catch (error) {
    logger.debug("cannot look for events without an owner", { error: describeError(error) });
  }
}

function known(source: EnvironmentSource): readonly Environment[] {
  const environments: Environment[] = [];
  const nothing = () => undefined;
  void source.follow({ added: (one) => void environments.push(one), changed: nothing, removed: nothing })();
  return environments;
}
