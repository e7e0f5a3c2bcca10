import { EventSink, type SinkAnswer } from "../../test/support/event-sink.ts";
import { eventually } from "../../test/support/eventually.ts";
import { DeliveryRelay } from "../delivery/relay.ts";
import { median, percentile, verdict } from "../figures.ts";
import { type FairnessOptions, WARM_UP_PAYLOADS } from "./options.ts";
import { steadyLoad } from "./steady-load.ts";

const [A, B] = ["sdk-fairness-a", "sdk-fairness-b"];

/** What A suffers; nothing: it has no payloads. */
const TROUBLES: ReadonlyMap<string, SinkAnswer | undefined> = new Map([
  ["without A", undefined],
  ["A parked", { status: 401, delayMs: 0 }],
  ["A slow", { status: 202, delayMs: 5000 }],
]);
const MAX_RATIO = 2;
const ALLOWANCE_MS = 50;

/**
 * How long payloads of one environment take from sent to delivered, while another one's are stuck: its key refused, or
 * its destination slow (5 s an answer), with a long queue behind. One edge, one forwarder; the cases take turns.
 */
export async function fairnessOfEnvironments(options: FairnessOptions): Promise<boolean> {
  const p99s = new Map<string, number[]>([...TROUBLES.keys()].map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1)
    for (const [name, trouble] of TROUBLES) {
      const ages = await agesOfB(trouble, options);
      p99s.get(name)?.push(percentile(ages, 0.99));
      console.log(
        `${name.padEnd(10)} p50 ${median(ages).toFixed(1)} ms, p99 ${percentile(ages, 0.99).toFixed(1)} ms`,
      );
    }
  return report(new Map([...p99s].map(([name, some]) => [name, median(some)])));
}

function report(p99s: ReadonlyMap<string, number>): boolean {
  const [[, alone] = ["", Number.NaN], ...troubled] = p99s;
  console.log(`\np99 of B from sent to delivered, medians of all rounds; without A ${alone.toFixed(1)} ms\n`);
  const verdicts = troubled.map(([name, p99]) =>
    verdict(`ms with ${name}`, p99, "at most", MAX_RATIO * alone + ALLOWANCE_MS),
  );
  return verdicts.every((passed) => passed);
}

async function agesOfB(trouble: SinkAnswer | undefined, options: FairnessOptions): Promise<number[]> {
  const sink = await EventSink.open(trouble === undefined ? new Map() : new Map([[A, trouble]]));
  try {
    await using relay = await DeliveryRelay.open({ sdkKeys: [A, B], eventsUri: sink.url });
    if (trouble !== undefined) await relay.fill(A, "a", options.depth, 1);
    const edge = await relay.startEdge();
    await relay.startForwarder();
    const { payloads, perSecond } = options;
    const ofB = [{ path: "/bulk", authorization: B }];
    const sent = await steadyLoad(edge, ofB, WARM_UP_PAYLOADS + payloads, perSecond);
    await eventually(
      "all payloads of B to arrive",
      () => [...sent.keys()].every((id) => sink.arrivals.has(id)),
      { timeoutMs: 60_000 },
    );
    // Else this would be a measure of nothing.
    if (trouble !== undefined && sink.posts(A) === 0) throw new Error("nothing of A was tried");
    const inOrder = [...sent].sort(([, one], [, other]) => one.sentAt - other.sentAt);
    return inOrder
      .slice(WARM_UP_PAYLOADS)
      .map(([id, { sentAt }]) => (sink.arrivals.get(id) ?? Number.NaN) - sentAt);
  } finally {
    await sink.pause();
  }
}
