import { parseArgs } from "node:util";
import { EventSink } from "../test/support/event-sink.ts";
import { eventually } from "../test/support/eventually.ts";
import { DeliveryRelay } from "./delivery/relay.ts";
import { median, verdict } from "./figures.ts";

const SDK_KEY = "sdk-drain";
const UPSTREAM_MS = 20;
const MIN_RATIO = 8;

/**
 * How fast one forwarder drains jobs of 50 payloads, beside jobs of one, to an upstream that takes 20 ms for each POST.
 * Both take turns, with the same Redis settings. Options: `--payloads=20000` (in large jobs), `--rounds=3`.
 */
export async function benchDrain(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { payloads: { type: "string", default: "20000" }, rounds: { type: "string", default: "3" } },
  });
  const payloads = Number(values.payloads);
  const [large, single]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    large.push(await drainedPerSecond(payloads, 50));
    single.push(await drainedPerSecond(Math.ceil(payloads / 10), 1));
  }
  console.log(`\nupstream of ${UPSTREAM_MS} ms, one environment, one forwarder; medians\n`);
  console.log(`jobs of 50   ${median(large).toFixed(0).padStart(6)} payloads a second`);
  console.log(`jobs of one  ${median(single).toFixed(0).padStart(6)} payloads a second`);
  return verdict(
    "times as fast in jobs of 50 as in jobs of one",
    median(large) / median(single),
    "at least",
    MIN_RATIO,
  );
}

async function drainedPerSecond(payloads: number, payloadsPerJob: number): Promise<number> {
  const sink = await EventSink.open(new Map([[SDK_KEY, { status: 202, delayMs: UPSTREAM_MS }]]));
  try {
    await using relay = await DeliveryRelay.open({ sdkKeys: [SDK_KEY], eventsUri: sink.url });
    await relay.fill(SDK_KEY, "drain", payloads, payloadsPerJob);
    await relay.startForwarder();
    await eventually("everything to arrive", () => sink.arrivals.size >= payloads, { timeoutMs: 120_000 });
    const times = [...sink.arrivals.values()];
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    return (1000 * times.length) / (last - first);
  } finally {
    await sink.pause();
  }
}
