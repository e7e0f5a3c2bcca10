import type { Logger } from "../../../shared/base/logger.ts";
import type { Usability } from "../../../shared/bus/follower.ts";
import { foreignClaim } from "../../../shared/bus/foreign-claim.ts";
import type { Claim } from "../../../shared/model/claim.ts";
import type { Environment } from "../../../shared/model/environment.ts";

/** Says why what Redis holds for an environment cannot be served, once each time, and when it can be again. */
export function usabilityLog(
  { prefix }: Environment,
  own: Claim,
  logger: Logger,
): (usability: Usability, hasData: boolean) => void {
  let wasUsable = true;
  return (usability, hasData) => {
    const goesOn = hasData ? "; serving the flags that this edge has meanwhile" : "";
    switch (usability.kind) {
      case "usable":
        if (!wasUsable)
          logger.info("what Redis holds for this environment can be served", { event: "bus.usable", prefix });
        break;
      case "unclaimed":
        logger[hasData ? "warn" : "info"](
          `nothing under the prefix "${prefix}" in Redis is claimed: waiting for the first write of an ingestor of this version${goesOn}`,
          { event: "claim.missing", prefix },
        );
        break;
      case "foreign": {
        const { message, facts } = foreignClaim(prefix, usability.claim, own);
        logger.error(message + goesOn, facts);
        break;
      }
      case "damaged":
        logger.warn(
          `items under the prefix "${prefix}" in Redis are missing or were changed: waiting for the ingestor to mend them${goesOn}`,
          { event: "content.damaged", prefix },
        );
        break;
    }
    wasUsable = usability.kind === "usable";
  };
}
