import { parseArgs } from "node:util";
import { fairnessOfDestinations } from "./fairness/destinations.ts";
import { fairnessOfEnvironments } from "./fairness/environments.ts";

/**
 * Whether trouble of some events keeps others waiting: of one environment those of another (`--part=environments`), and of
 * one destination those for another of the same environment (`--part=destinations`). Both, unless one is named.
 *
 * Options: `--depth=100000` (payloads of the environment in trouble, each a job), `--payloads=1000` (looked at in a
 * case), `--perSecond=100`, `--rounds=3`.
 */
export async function benchFairness(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: { type: "string", default: "" },
      depth: { type: "string", default: "100000" },
      payloads: { type: "string", default: "1000" },
      perSecond: { type: "string", default: "100" },
      rounds: { type: "string", default: "3" },
    },
  });
  const options = {
    depth: Number(values.depth),
    payloads: Number(values.payloads),
    perSecond: Number(values.perSecond),
    rounds: Number(values.rounds),
  };
  const isFair: boolean[] = [];
  if (values.part !== "destinations") isFair.push(await fairnessOfEnvironments(options));
  if (values.part !== "environments") isFair.push(await fairnessOfDestinations(options));
  return isFair.every((fair) => fair);
}
