import { parseArgs } from "node:util";
import type { Mix } from "./evaluation/flags.ts";
import type {
  ClientReply,
  ClientRequest,
  Contexts,
  ServerReply,
  ServerRequest,
} from "./evaluation/protocol.ts";
import { median, verdict } from "./figures.ts";
import { BenchProcess } from "./streams/protocol.ts";

/** An environment that is asked about, and how often ours must answer where the floor answers once. */
interface Case {
  readonly flags: number;
  readonly mix: Mix;
  readonly atLeast: { readonly [C in Contexts]: number };
}

const CASES: readonly Case[] = [
  { flags: 200, mix: "simple", atLeast: { distinct: 4, returning: 6 } },
  { flags: 200, mix: "heavy", atLeast: { distinct: 4, returning: 6 } },
  { flags: 1000, mix: "simple", atLeast: { distinct: 20, returning: 20 } },
];
const FLOOR = "official-server.ts";
const OURS = "edge-server.ts";

const CONNECTIONS = 16;
const WARM_UP_MS = 2000;
const BURST_CLIENTS = 1000;
const BURST_FLAGS = 1000;
const MAX_STALL_MS = 20;

/**
 * `GET /sdk/evalx/{envId}/contexts/{…}`: requests per second of server CPU, ours beside LaunchDarkly's own evaluator for
 * Node behind the same route, for contexts that are all different, and for some that return. Half of the flags are
 * visible. The variants take turns in short windows. Then how long the event loop stands still while 1,000 clients
 * ask at once. Options: `--windows=5`, `--seconds=1` (a window), `--bursts=5`.
 */
export async function benchEvaluation(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      windows: { type: "string", default: "5" },
      seconds: { type: "string", default: "1" },
      bursts: { type: "string", default: "5" },
    },
  });
  let passed = true;
  for (const one of CASES)
    passed = (await compare(one, Number(values.windows), Number(values.seconds) * 1000)) && passed;
  return (await burst(Number(values.bursts))) && passed;
}

async function compare({ flags, mix, atLeast }: Case, windows: number, forMs: number): Promise<boolean> {
  const floor = await Setup.start(FLOOR, flags, mix, CONNECTIONS);
  const ours = await Setup.start(OURS, flags, mix, CONNECTIONS);
  let passed = true;
  try {
    for (const contexts of ["distinct", "returning"] as const) {
      for (const setup of [floor, ours]) await setup.perCpuSecond(contexts, WARM_UP_MS);
      const pairs: { readonly floor: number; readonly ours: number }[] = [];
      for (let n = 0; n < windows; n += 1)
        pairs.push({
          floor: await floor.perCpuSecond(contexts, forMs),
          ours: await ours.perCpuSecond(contexts, forMs),
        });
      const rates = `${rate(pairs.map((pair) => pair.ours))} beside ${rate(pairs.map((pair) => pair.floor))}`;
      console.log(`\n${flags} flags, ${mix}, ${contexts} contexts: ${rates} requests per CPU second`);
      const ratio = median(pairs.map((pair) => pair.ours / pair.floor));
      passed = verdict("times the floor", ratio, "at least", atLeast[contexts]) && passed;
    }
  } finally {
    await Promise.all([floor.stop(), ours.stop()]);
  }
  return passed;
}

function rate(rates: readonly number[]): string {
  return median(rates).toFixed(0);
}

async function burst(times: number): Promise<boolean> {
  const ours = await Setup.start(OURS, BURST_FLAGS, "simple", BURST_CLIENTS);
  try {
    const stalls: number[] = [];
    // The first one only warms up.
    for (let n = 0; n <= times; n += 1) stalls.push(await ours.stallOfBurst());
    console.log(`\n${BURST_CLIENTS} clients ask at once for ${BURST_FLAGS} flags`);
    return verdict("ms of the longest stall", median(stalls.slice(1)), "at most", MAX_STALL_MS);
  } finally {
    await ours.stop();
  }
}

/** A server and its clients. */
class Setup {
  readonly #server: BenchProcess<ServerRequest, ServerReply>;
  readonly #client: BenchProcess<ClientRequest, ClientReply>;

  private constructor(script: string, flags: number, mix: Mix) {
    const url = new URL(`./evaluation/${script}`, import.meta.url);
    this.#server = new BenchProcess(url, [String(flags), mix]);
    this.#client = new BenchProcess(new URL("./evaluation/client.ts", import.meta.url));
  }

  static async start(script: string, flags: number, mix: Mix, connections: number): Promise<Setup> {
    const setup = new Setup(script, flags, mix);
    const { port } = await setup.#server.next<{ port: number }>();
    await setup.#client.ask({ ask: "connect", port, connections });
    return setup;
  }

  async perCpuSecond(contexts: Contexts, forMs: number): Promise<number> {
    const before = await this.#server.ask<{ cpuMs: number }>({ ask: "cpu" });
    const { answered } = await this.#client.ask({ ask: "load", contexts, forMs });
    const after = await this.#server.ask<{ cpuMs: number }>({ ask: "cpu" });
    return (answered / (after.cpuMs - before.cpuMs)) * 1000;
  }

  async stallOfBurst(): Promise<number> {
    await this.#server.ask({ ask: "watch" });
    await this.#client.ask({ ask: "burst" });
    const { stallMs } = await this.#server.ask<{ stallMs: number }>({ ask: "stall" });
    return stallMs;
  }

  async stop(): Promise<void> {
    await this.#client.stop();
    await this.#server.stop();
  }
}
