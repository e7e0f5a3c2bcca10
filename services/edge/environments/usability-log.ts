import type { Logger } from "../../../shared/base/logger.ts";
import { foreignClaim } from "../../../shared/bus/foreign-claim.ts";
import type { Usability } from "../../../shared/bus/usability.ts";
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
    const goesOn = hasData ? "; serving the flags that this edge already has" : "";
    switch (usability.kind) {
      case "usable":
        if (!wasUsable)
          logger.info("the data in Redis can be served again", { event: "content.usable", prefix });
        break;
      case "unclaimed":
        logger[hasData ? "warn" : "info"](
          `no ingestor of this version has claimed the prefix "${prefix}" in Redis yet, waiting for its first write${goesOn}`,
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
          `items under the prefix "${prefix}" in Redis are missing or were modified by others, waiting for the ingestor to repair them${goesOn}`,
          { event: "content.damaged", prefix },
        );
        break;
    }
    wasUsable = usability.kind === "usable";
  };
}
