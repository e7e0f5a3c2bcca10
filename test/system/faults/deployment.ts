import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { type RelayPorts, type RelayProcess, startRelay } from "../../support/relay-process.ts";
import { openSse, type SseStream } from "../../support/sse.ts";

/** How long processes may take to start on a busy machine, several at once. */
const START_MS = 40_000;
/** How often edges send a heartbeat. */
const HEARTBEAT_MS = 500;

/** The key of the environment that is called `name`, here and at the simulated LaunchDarkly. */
export const sdkKeyOf = (name: string): string => `sdk-key-of-${name}`;

/** Starts LaunchDarkly and Redis, and prepares to run the relay's roles for environments called `names`. */
export async function deploy(...names: readonly string[]): Promise<Deployment> {
  return new Deployment(await startLaunchDarkly(), await startRedis(), names);
}

/** What an operator deploys: the roles as processes of their own, that meet in one Redis. */
export class Deployment implements AsyncDisposable {
  readonly ld: LaunchDarklySimulator;
  readonly redis: TestRedis;
  readonly #names: readonly string[];
  readonly #relays: RelayProcess[] = [];
  readonly #streams: SseStream[] = [];

  constructor(ld: LaunchDarklySimulator, redis: TestRedis, names: readonly string[]) {
    this.ld = ld;
    this.redis = redis;
    this.#names = names;
  }

  /** Makes LaunchDarkly know an environment. Its prefix in Redis is its name. */
  upstream(name: string): SimulatedEnvironment {
    return this.ld.environment(sdkKeyOf(name), { envId: `id-of-${name}` });
  }

  /** Starts a process that ends with the deployment, and waits until it answers probes. */
  async run(role: "ingestor" | "edge"): Promise<RelayProcess> {
    const relay = await startRelay({
      role,
      config: (ports) => relayConfig(this.ld.url, this.#names, ports, `[Redis]\nurl = ${this.redis.url}\n`),
    });
    this.#relays.push(relay);
    await relay.waitForLog(({ message }) => message === "admin listener is open", { timeoutMs: START_MS });
    return relay;
  }

  /** Starts an ingestor and waits until it leads every environment. */
  async runLeader(): Promise<RelayProcess> {
    const ingestor = await this.run("ingestor");
    await untilLeading(ingestor, this.#names.length);
    return ingestor;
  }

  /** Starts an edge and waits until it serves every environment. */
  async runEdge(): Promise<RelayProcess> {
    const edge = await this.run("edge");
    await edge.waitUntilReady({ timeoutMs: START_MS });
    return edge;
  }

  /** Opens a server-side SDK's stream, and waits for its first `put`. */
  async connect(edge: RelayProcess, name: string): Promise<SseStream> {
    const stream = await openStream(edge, name);
    this.#streams.push(stream);
    await stream.waitFor("put");
    return stream;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#streams) stream.close();
    await Promise.all(this.#relays.map((relay) => relay.kill()));
    await Promise.all([this.redis[Symbol.asyncDispose](), this.ld.stop()]);
  }
}

/** A configuration for environments called `names`, with `more` at its end. */
export function relayConfig(
  launchDarklyUrl: string,
  names: readonly string[],
  { port, adminPort }: RelayPorts,
  more: string,
): string {
  const environments = names.map(
    (name) => `[Environment "${name}"]\nsdkKey = ${sdkKeyOf(name)}\nprefix = ${name}\n`,
  );
  return `[Main]
port = ${port}
streamUri = ${launchDarklyUrl}
baseUri = ${launchDarklyUrl}
heartbeatInterval = ${HEARTBEAT_MS}ms
[Admin]
port = ${adminPort}
${environments.join("")}${more}`;
}

/** Opens a server-side SDK's stream, whatever the answer. */
export function openStream(edge: RelayProcess, name: string): Promise<SseStream> {
  return openSse(`${edge.url}/all`, { headers: { Authorization: sdkKeyOf(name) } });
}

/** Waits until an ingestor has taken `times` leases in all. */
export async function untilLeading(ingestor: RelayProcess, times = 1): Promise<void> {
  const leases = () => countLeases(ingestor, "lease.taken");
  await eventually(`lease ${times} of ${ingestor.name}`, () => leases() >= times, { timeoutMs: START_MS });
}

/** How many leases an ingestor has said to have taken or left, over all lines. */
export function countLeases(ingestor: RelayProcess, event: "lease.taken" | "lease.lost"): number {
  const lines = ingestor.logs.filter((line) => line.event === event);
  return lines.reduce((sum, { environmentCount }) => sum + Number(environmentCount), 0);
}
