import { setTimeout as sleep } from "node:timers/promises";
import { arrivedPost } from "./arrived-post.ts";
import { ChaosLoad } from "./chaos-load.ts";
import { type Cast, chaosPlan, type Incident } from "./chaos-plan.ts";
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
  const happening = Promise.all(incidents.map((incident) => happen(world, incident)));
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

async function happen(world: ChaosWorld, { mishap, atMs, forMs }: Incident): Promise<void> {
  await sleep(atMs);
  const makeGood = await world.befall(mishap);
  await sleep(forMs);
  await makeGood();
}
