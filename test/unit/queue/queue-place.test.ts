import { expect, it } from "vitest";
import { eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { environmentKeys } from "../../../shared/redis/keys.ts";

it("puts all keys of an environment's events under its prefix, beside those of its flags", () => {
  const { queue, deadLetters } = eventsPlace("shop:{eu} ü", "0a");
  const keys = [queueKey(queue, "wait"), queueKey(deadLetters, "wait")];
  expect(keys).toEqual(["shop:{eu} ü:events-0a:wait", "shop:{eu} ü:dead-0a:wait"]);
  for (const flags of Object.values(environmentKeys("shop:{eu} ü"))) expect(keys).not.toContain(flags);
});
