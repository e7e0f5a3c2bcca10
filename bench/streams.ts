import { parseArgs } from "node:util";
import { median, verdict } from "./figures.ts";
import {
  BenchProcess,
  type ClientReply,
  type ClientRequest,
  type ServerReply,
  type ServerRequest,
} from "./streams/protocol.ts";

/** What one way to stream costs: medians of all rounds. */
interface Costs {
  readonly kbPerStream: number;
  readonly middleMs: number;
  readonly lastMs: number;
}

const FLOOR = "net-server.ts";
const OURS = "edge-server.ts";
const VARIANTS: Readonly<Record<string, string>> = {
  [FLOOR]: "floor: bare node:net",
  [OURS]: "ours: the whole edge, and Redis",
  "stream-sse-server.ts": "Hono streamSSE()",
};

const MAX_KB_PER_STREAM = 6;
const MAX_DELAY_RATIO = 1.3;
/** Streams opened and closed before measuring, so that code and pools made once are not counted. */
const WARM_UP_STREAMS = 500;

/**
 * Memory of N idle streams and the delay of one 2 KB change to the last of them, beside what Node can do at best.
 * Every server and its client are processes of their own; the variants take turns, so that a busy machine hurts
 * all alike. Options: `--streams=5000`, `--rounds=5` (processes per variant), `--changes=7` (per process).
 */
export async function benchStreams(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      streams: { type: "string", default: "5000" },
      rounds: { type: "string", default: "5" },
      changes: { type: "string", default: "7" },
    },
  });
  const streams = Number(values.streams);
  const samples = new Map<string, Costs[]>(Object.keys(VARIANTS).map((script) => [script, []]));
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const [script, costs] of samples) costs.push(await measure(script, streams, Number(values.changes)));

  const costs = new Map([...samples].map(([script, some]) => [script, medianCosts(some)]));
  return report(streams, costs);
}

async function measure(script: string, streams: number, changes: number): Promise<Costs> {
  const server = new BenchProcess<ServerRequest, ServerReply>(
    new URL(`./streams/${script}`, import.meta.url),
  );
  const client = new BenchProcess<ClientRequest, ClientReply>(
    new URL("./streams/client.ts", import.meta.url),
  );
  try {
    const { port } = await server.next<{ port: number }>();
    await client.ask({ ask: "connect", port, streams: WARM_UP_STREAMS });
    await client.ask({ ask: "disconnect" });
    const before = await server.ask<{ rssBytes: number }>({ ask: "memory" });
    await client.ask({ ask: "connect", port, streams });
    const after = await server.ask<{ rssBytes: number }>({ ask: "memory" });

    const middles: number[] = [];
    const lasts: number[] = [];
    for (let n = 0; n < changes; n += 1) {
      await client.ask({ ask: "arm" });
      const arrival = client.ask({ ask: "arrival" });
      const { changedAtMs } = await server.ask<{ changedAtMs: number }>({ ask: "change" });
      const { middleAtMs, lastAtMs } = await arrival;
      middles.push(middleAtMs - changedAtMs);
      lasts.push(lastAtMs - changedAtMs);
    }
    return {
      kbPerStream: (after.rssBytes - before.rssBytes) / 1024 / streams,
      middleMs: median(middles),
      lastMs: median(lasts),
    };
  } finally {
    await Promise.all([server.stop(), client.stop()]);
  }
}

function report(streams: number, costs: ReadonlyMap<string, Costs>): boolean {
  const floor = costs.get(FLOOR);
  const ours = costs.get(OURS);
  if (floor === undefined || ours === undefined) throw new Error("a variant was not measured");
  console.log(`\n${streams} idle streams, one 2 KB change to all; medians\n`);
  console.log("                                       KB/stream   p50 ms  last ms  last/floor");
  for (const [script, { kbPerStream, middleMs, lastMs }] of costs) {
    const numbers = [
      kbPerStream.toFixed(1).padStart(10),
      middleMs.toFixed(0).padStart(9),
      lastMs.toFixed(0).padStart(9),
      (lastMs / floor.lastMs).toFixed(2).padStart(12),
    ];
    console.log(`${VARIANTS[script]?.padEnd(37)} ${numbers.join("")}`);
  }
  const memory = verdict("KB a stream", ours.kbPerStream, "at most", MAX_KB_PER_STREAM);
  const delay = verdict(
    "times the floor's last delay",
    ours.lastMs / floor.lastMs,
    "at most",
    MAX_DELAY_RATIO,
  );
  return memory && delay;
}

function medianCosts(some: readonly Costs[]): Costs {
  return {
    kbPerStream: median(some.map((costs) => costs.kbPerStream)),
    middleMs: median(some.map((costs) => costs.middleMs)),
    lastMs: median(some.map((costs) => costs.lastMs)),
  };
}
