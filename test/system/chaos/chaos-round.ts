import { setTimeout as sleep } from "node:timers/promises";
import { arrivedPost } from "./arrived-post.ts";
import { ChaosLoad } from "./chaos-load.ts";
import { type Cast, chaosPlan, type Incident, type Mishap } from "./chaos-plan.ts";
import { ChaosWorld, type Fsync } from "./chaos-world.ts";
import { judge, type Verdict } from "./verdict.ts";

const CAST: Cast = { edges: 2, forwarders: 2, environments: 3 };
/** A lock and a POST may both have to run out first, on a busy machine. */
const DRAIN_MS = 90_000;

/** What a round is made of; the same makes the same plan and the same payloads, if not the same timing. */
export interface RoundOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly fsync: Fsync;
}

/** How a round went. */
export interface RoundReport extends Verdict {
  readonly sent: number;
  readonly acknowledged: number;
  /** Markers of what was acknowledged. */
  readonly events: number;
  /** POSTs that came to LaunchDarkly, and those that it took. */
  readonly posts: number;
  readonly taken: number;
  readonly deadLetters: number;
  readonly mishaps: number;
  readonly delayedFsyncs: number;
  /** From the last mishap's end until the queues were empty. */
  readonly drainMs: number;
}

/** Sends events for a while in which everything goes wrong, lets all be delivered, and counts. Leaves nothing running. */
export async function chaosRound({ seed, durationMs, fsync }: RoundOptions): Promise<RoundReport> {
  const incidents = chaosPlan(seed, durationMs, CAST);
  await using world = await ChaosWorld.open(CAST, fsync);
  const urls = world.edges.map(({ url }) => url);
  const load = new ChaosLoad(seed, `round-${seed}`, { urls, environments: world.environments });
  const over = new AbortController();
  const sending = load.run(over.signal);
  const happening = Promise.all(inLines(incidents).map((line) => happen(world, line)));
  const ending = sleep(durationMs).then(() => over.abort());
  try {
    await Promise.all([sending, happening, ending]);
  } finally {
    over.abort();
  }

  const began = performance.now();
  await world.drained(DRAIN_MS);
  const drainMs = performance.now() - began;
  await world.countDelayedFsyncs();
  const { attempts, accepted } = world.ld.events;
  const acknowledged = load.sent.filter((payload) => payload.acknowledged);
  return {
    ...judge(load.sent, attempts.map(arrivedPost)),
    sent: load.sent.length,
    acknowledged: acknowledged.length,
    events: acknowledged.reduce((sum, { markers }) => sum + markers.length, 0),
    posts: attempts.length,
    taken: accepted.length,
    deadLetters: await world.deadLetters(),
    mishaps: incidents.length,
    delayedFsyncs: world.delayedFsyncs,
    drainMs,
  };
}

/** What meets the same process, or LaunchDarkly, in the order in which it does. */
function inLines(incidents: readonly Incident[]): Incident[][] {
  return [...Map.groupBy(incidents, ({ mishap }) => victimOf(mishap)).values()];
}

function victimOf(mishap: Mishap): string {
  switch (mishap.kind) {
    case "kill edge":
      return `edge ${mishap.edge}`;
    case "kill forwarder":
    case "stop forwarder":
      return `forwarder ${mishap.forwarder}`;
    case "kill redis":
      return "redis";
    case "upstream":
      return "upstream";
  }
}

/** One after the other: on a busy machine a start may outlast the pause until the next mishap. */
async function happen(world: ChaosWorld, incidents: readonly Incident[]): Promise<void> {
  const began = performance.now();
  for (const { mishap, atMs, forMs } of incidents) {
    await sleep(Math.max(0, began + atMs - performance.now()));
    const makeGood = await world.befall(mishap);
    await sleep(forMs);
    await makeGood();
  }
}
