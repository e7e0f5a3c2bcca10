import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { EventSink, type SinkAnswer } from "../test/support/event-sink.ts";
import { eventually } from "../test/support/eventually.ts";
import { analytics } from "../test/support/queue-client.ts";
import { DeliveryRelay } from "./delivery/relay.ts";
import { median, percentile, verdict } from "./figures.ts";

const [A, B] = ["sdk-fairness-a", "sdk-fairness-b"];

/** What A suffers; nothing: it has no payloads. */
const TROUBLES: ReadonlyMap<string, SinkAnswer | undefined> = new Map([
  ["without A", undefined],
  ["A parked", { status: 401, delayMs: 0 }],
  ["A slow", { status: 202, delayMs: 5000 }],
]);
const MAX_RATIO = 2;
const ALLOWANCE_MS = 50;
/** Payloads of B that are sent first and not looked at, while code is compiled and connections are made. */
const WARM_UP_PAYLOADS = 300;

interface Options {
  readonly depth: number;
  readonly payloads: number;
  readonly perSecond: number;
}

/**
 * How long payloads of one environment take from accepted to delivered, while another one's are stuck: its key
 * refused, or its destination slow (5 s an answer), with a long queue behind. One edge, one forwarder; the cases take
 * turns. Options: `--depth=100000` (payloads of A, each a job), `--payloads=1000` (of B), `--perSecond=100`, `--rounds=3`.
 */
export async function benchFairness(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
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
  };
  const p99s = new Map<string, number[]>([...TROUBLES.keys()].map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1)
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
  console.log(
    `\np99 of B from accepted to delivered, medians of all rounds; without A ${alone.toFixed(1)} ms\n`,
  );
  const verdicts = troubled.map(([name, p99]) =>
    verdict(`ms with ${name}`, p99, "at most", MAX_RATIO * alone + ALLOWANCE_MS),
  );
  return verdicts.every((passed) => passed);
}

async function agesOfB(trouble: SinkAnswer | undefined, options: Options): Promise<number[]> {
  const sink = await EventSink.open(trouble === undefined ? new Map() : new Map([[A, trouble]]));
  try {
    await using relay = await DeliveryRelay.open({ sdkKeys: [A, B], eventsUri: sink.url });
    if (trouble !== undefined) await relay.fill(A, "a", options.depth, 1);
    const edge = await relay.startEdge();
    await relay.startForwarder();
    const sentAt = await sendB(edge, options);
    await eventually(
      "all payloads of B to arrive",
      () => [...sentAt.keys()].every((id) => sink.arrivals.has(id)),
      {
        timeoutMs: 60_000,
      },
    );
    // Else this would be a measure of nothing.
    if (trouble !== undefined && sink.posts(A) === 0) throw new Error("nothing of A was tried");
    return [...sentAt].slice(WARM_UP_PAYLOADS).map(([id, at]) => (sink.arrivals.get(id) ?? Number.NaN) - at);
  } finally {
    await sink.pause();
  }
}

/** Sends at a steady pace, whatever the answers take; resolves with when each payload was sent. */
async function sendB(edge: string, { payloads, perSecond }: Options): Promise<ReadonlyMap<string, number>> {
  const sentAt = new Map<string, number>();
  const dispatcher = new Agent();
  const start = performance.now();
  const answers: Promise<number>[] = [];
  for (let n = 0; n < WARM_UP_PAYLOADS + payloads; n += 1) {
    await sleep(Math.max(0, start + (1000 * n) / perSecond - performance.now()));
    const { id, headers, body } = analytics(randomUUID(), [`b-${n}`]);
    sentAt.set(id, performance.now());
    answers.push(
      request(`${edge}/bulk`, {
        method: "POST",
        headers: { ...headers, authorization: B },
        body,
        dispatcher,
      }).then(async (answer) => {
        await answer.body.dump();
        return answer.statusCode;
      }),
    );
  }
  const refused = (await Promise.all(answers)).filter((status) => status !== 202);
  if (refused.length > 0) throw new Error(`the edge refused payloads of B with ${refused[0]}`);
  await dispatcher.close();
  return sentAt;
}
