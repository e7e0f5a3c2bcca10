import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { startRedis, type TestRedis } from "../test/support/redis.ts";
import type { ClientReply, ClientRequest, ServerReply, ServerRequest } from "./events/protocol.ts";
import { BenchProcess } from "./streams/protocol.ts";

/** One way to take events in, under load for one window of time. */
interface Window {
  readonly perSecond: number;
  /** What one request costs the server, its Redis not counted. */
  readonly cpuUs: number;
}

const FLOOR = "floor: bare Hono route, one XADD a request";
const OURS = "ours: the whole edge";
const SURE = "ours, with appendfsync always";
/** How a server is started. */
interface Variant {
  readonly script: string;
  /** What it is told besides where its Redis is. */
  readonly args: readonly string[];
  /** Its Redis's `appendfsync`, if another than that of the others. */
  readonly fsync?: string;
}
const VARIANTS: Readonly<Record<string, Variant>> = {
  [FLOOR]: { script: "xadd-server.ts", args: ["bytes"] },
  [OURS]: { script: "edge-server.ts", args: [] },
  [SURE]: { script: "edge-server.ts", args: [], fsync: "always" },
  "the floor with text, which spoils gzip": { script: "xadd-server.ts", args: ["text"] },
};

const LEAST_RATIO = 1.15;
const WARM_UP_MS = 2000;

/**
 * Acknowledged requests per second, beside one XADD a request. Every server, its client and its Redis are processes
 * of their own, and all of them are there all the time; the variants take turns in short windows, and the ratio is
 * the median of those of neighbouring windows, so that a busy machine hurts both alike. Options: `--rounds=3` (sets
 * of processes), `--windows=8` (a round), `--seconds=1` (a window), `--bytes=1024`, `--connections=64`,
 * `--fsync=everysec`.
 */
export async function benchEvents(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "3" },
      windows: { type: "string", default: "8" },
      seconds: { type: "string", default: "1" },
      bytes: { type: "string", default: "1024" },
      connections: { type: "string", default: "64" },
      fsync: { type: "string", default: "everysec" },
    },
  });
  const load: Load = {
    connections: Number(values.connections),
    bodyBytes: Number(values.bytes),
    fsync: values.fsync,
  };
  const windows = new Map<string, Window[]>(Object.keys(VARIANTS).map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const setups = new Map<string, Setup>();
    try {
      for (const [name, variant] of Object.entries(VARIANTS)) {
        const setup = await Setup.start(variant, load);
        setups.set(name, setup);
        await setup.measure(WARM_UP_MS);
      }
      for (let n = 0; n < Number(values.windows); n += 1)
        for (const [name, setup] of setups)
          windows.get(name)?.push(await setup.measure(Number(values.seconds) * 1000));
    } finally {
      for (const setup of setups.values()) await setup.stop();
    }
  }
  console.log(
    `\nPOST /bulk, ${load.bodyBytes} bytes, ${load.connections} connections, appendfsync ${load.fsync}; medians\n`,
  );
  return report(windows);
}

/** What all variants have to bear. */
interface Load {
  readonly connections: number;
  readonly bodyBytes: number;
  readonly fsync: string;
}

/** A server, its client and its Redis. */
class Setup {
  readonly #redis: TestRedis;
  readonly #server: BenchProcess<ServerRequest, ServerReply>;
  readonly #client: BenchProcess<ClientRequest, ClientReply>;

  private constructor(redis: TestRedis, { script, args }: Variant) {
    this.#redis = redis;
    this.#server = new BenchProcess(new URL(`./events/${script}`, import.meta.url), [redis.url, ...args]);
    this.#client = new BenchProcess(new URL("./events/client.ts", import.meta.url));
  }

  static async start(variant: Variant, { connections, bodyBytes, fsync }: Load): Promise<Setup> {
    const settings = { appendfsync: variant.fsync ?? fsync };
    const setup = new Setup(await startRedis({ settings }), variant);
    const { port } = await setup.#server.next<{ port: number }>();
    await setup.#client.ask({ ask: "connect", port, connections, bodyBytes });
    return setup;
  }

  async measure(forMs: number): Promise<Window> {
    await this.#empty();
    const before = await this.#server.ask<{ cpuMs: number }>({ ask: "cpu" });
    const { acknowledged, elapsedMs } = await this.#client.ask({ ask: "post", forMs });
    const after = await this.#server.ask<{ cpuMs: number }>({ ask: "cpu" });
    return {
      perSecond: (acknowledged / elapsedMs) * 1000,
      cpuUs: ((after.cpuMs - before.cpuMs) / acknowledged) * 1000,
    };
  }

  /** Nobody takes the events away, and a full queue would be refused. */
  async #empty(): Promise<void> {
    const connection = new Redis(this.#redis.url);
    await connection.flushall();
    connection.disconnect();
  }

  async stop(): Promise<void> {
    await this.#client.stop();
    await this.#server.stop();
    await this.#redis[Symbol.asyncDispose]();
  }
}

function report(windows: ReadonlyMap<string, readonly Window[]>): boolean {
  const floor = windows.get(FLOOR) ?? [];
  console.log(
    "                                              requests/s   times floor   server CPU us/request",
  );
  for (const [name, some] of windows) {
    const numbers = [
      median(some.map(({ perSecond }) => perSecond))
        .toFixed(0)
        .padStart(12),
      times(some, floor).toFixed(2).padStart(14),
      median(some.map(({ cpuUs }) => cpuUs))
        .toFixed(1)
        .padStart(24),
    ];
    console.log(`${name.padEnd(44)}${numbers.join("")}`);
  }
  const ours = windows.get(OURS) ?? [];
  const ratio = times(ours, floor);
  const passed = ratio >= LEAST_RATIO;
  console.log(`appendfsync always leaves ${times(windows.get(SURE) ?? [], ours).toFixed(2)} of our requests`);
  console.log(
    `${passed ? "pass" : "FAIL"}: ${ratio.toFixed(2)} times the floor's requests, at least ${LEAST_RATIO}`,
  );
  return passed;
}

/** How many times as many requests one variant took as another one, in windows next to each other. */
function times(some: readonly Window[], others: readonly Window[]): number {
  return median(some.map(({ perSecond }, n) => perSecond / (others[n]?.perSecond ?? Number.NaN)));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
