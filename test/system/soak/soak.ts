/**
 * `npm run test:soak -- [--payloads N] [--fsync everysec|always]`: LaunchDarkly is down while N payloads come in
 * (1,000,000 unless told), then it is back. Exit 1 unless everything arrives and the memory of edge and forwarder stays
 * flat.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { EventSink } from "../../support/event-sink.ts";
import { eventually } from "../../support/eventually.ts";
import { QueueClient } from "../../support/queue-client.ts";
import { startRedis } from "../../support/redis.ts";
import { type RelayPorts, startRelay } from "../../support/relay-process.ts";
import { residentMb } from "../../support/resident-memory.ts";
import { NumberedLoad, numberedId } from "./numbered-load.ts";

const SDK_KEY = "sdk-soak";
/** What a process may have more at the end of the outage than after its first tenth: the garbage of a busy moment. */
const FLAT_MB = 64;
/** For a tenth of the payloads, or the long rest that a forwarder takes from an upstream that is down. */
const PATIENCE_MS = 300_000;

const { values } = parseArgs({
  options: {
    payloads: { type: "string", default: "1000000" },
    fsync: { type: "string", default: "everysec" },
  },
});
const payloads = Number(values.payloads);

const sink = await EventSink.open();
await sink.pause();
await using redis = await startRedis({ settings: { appendfsync: values.fsync } });
const config = ({ port, adminPort }: RelayPorts): string => `
  [Main]
  port = ${port}
  [Events]
  sendEvents = true
  eventsUri = ${sink.url}
  maxQueueBytes = 8GiB
  [Redis]
  url = ${redis.url}
  [Admin]
  port = ${adminPort}
  [Environment "${SDK_KEY}"]
  sdkKey = ${SDK_KEY}`;
await using edge = await startRelay({ role: "edge", config });
await using forwarder = await startRelay({ role: "forwarder", config });
await forwarder.waitUntilReady();
await edge.waitForLog(({ message }) => String(message).includes("listening"));
await using queue = await QueueClient.connect(redis.port, "launchdarkly", SDK_KEY);

const load = new NumberedLoad(edge.url, SDK_KEY);
const memory = async (): Promise<{ readonly edge: number; readonly forwarder: number }> => {
  const now = { edge: residentMb(edge.pid), forwarder: residentMb(forwarder.pid) };
  const usedMb = Number(/used_memory:(\d+)/.exec(await queue.redis.info("memory"))?.[1]) / 1024 ** 2;
  const text = `edge ${now.edge.toFixed(0)} MB, forwarder ${now.forwarder.toFixed(0)} MB, Redis ${usedMb.toFixed(0)} MB`;
  console.log(`${String(load.acknowledged).padStart(8)} accepted, ${sink.arrivals.size} delivered: ${text}`);
  return now;
};

const began = performance.now();
const sending = load.send(payloads);
const early = await whenAt("accepted", 1);
for (let tenths = 2; tenths <= 10; tenths += 1) await whenAt("accepted", tenths);
await sending;
const outageSeconds = (performance.now() - began) / 1000;
// An outage goes on also when nobody sends any more.
await sleep(5000);
const late = await memory();

await sink.resume();
const backAt = performance.now();
for (let tenths = 1; tenths <= 10; tenths += 1) await whenAt("delivered", tenths);
const drainSeconds = (performance.now() - backAt) / 1000;
await eventually("the queue to be empty", () => queue.isEmpty());
await memory();
await sink.pause();

const missing = Array.from({ length: payloads }, (_, n) => numberedId(n)).filter(
  (id) => !sink.arrivals.has(id),
);
const growthMb = { edge: late.edge - early.edge, forwarder: late.forwarder - early.forwarder };
console.log(
  `\n${payloads} payloads of 300 bytes accepted in ${outageSeconds.toFixed(0)} s (${load.refusals} refusals), ` +
    `delivered within ${drainSeconds.toFixed(0)} s after LaunchDarkly was back, ${missing.length} missing\n` +
    `from the first tenth to the end of the outage: edge ${growthMb.edge.toFixed(0)} MB more, ` +
    `forwarder ${growthMb.forwarder.toFixed(0)} MB more (at most ${FLAT_MB})`,
);
if (missing.length > 0 || growthMb.edge > FLAT_MB || growthMb.forwarder > FLAT_MB) process.exitCode = 1;

/** Prints and resolves with the memory when so many tenths of the payloads are. */
async function whenAt(what: "accepted" | "delivered", tenths: number): ReturnType<typeof memory> {
  const count = Math.floor((payloads * tenths) / 10);
  const reached = (): boolean => (what === "accepted" ? load.acknowledged : sink.arrivals.size) >= count;
  await eventually(`${count} payloads to be ${what}`, reached, { timeoutMs: PATIENCE_MS, everyMs: 100 });
  return memory();
}
