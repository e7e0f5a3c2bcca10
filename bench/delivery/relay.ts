import { analytics, QueueClient } from "../../test/support/queue-client.ts";
import { startRedis, type TestRedis } from "../../test/support/redis.ts";
import { type RelayPorts, type RelayProcess, startRelay } from "../../test/support/relay-process.ts";

/** What a benchmark of deliveries runs. */
export interface DeliverySetup {
  /** Also the names of the environments. */
  readonly sdkKeys: readonly string[];
  readonly eventsUri: string;
}

const ADDS_AT_A_TIME = 200;

/** A Redis, and processes of the relay that are started when their turn has come. */
export class DeliveryRelay implements AsyncDisposable {
  readonly #redis: TestRedis;
  readonly #setup: DeliverySetup;
  readonly #processes: RelayProcess[] = [];

  private constructor(redis: TestRedis, setup: DeliverySetup) {
    this.#redis = redis;
    this.#setup = setup;
  }

  static async open(setup: DeliverySetup): Promise<DeliveryRelay> {
    return new DeliveryRelay(await startRedis(), setup);
  }

  async startForwarder(): Promise<void> {
    const forwarder = await this.#start("forwarder");
    await forwarder.waitUntilReady({ timeoutMs: 30_000 });
  }

  /** Resolves with the edge's URL once it serves. */
  async startEdge(): Promise<string> {
    const edge = await this.#start("edge");
    await edge.waitForLog(({ message }) => String(message).includes("listening"), { timeoutMs: 30_000 });
    return edge.url;
  }

  /** Puts payloads of about 300 bytes into the queue of an environment, with the ids `name-0`, `name-1` and so on. */
  async fill(sdkKey: string, name: string, payloads: number, payloadsPerJob: number): Promise<void> {
    await using client = await QueueClient.connect(this.#redis.port, sdkKey, sdkKey);
    const marker = "x".repeat(260);
    for (let next = 0; next < payloads; ) {
      const adds: Promise<void>[] = [];
      for (; next < payloads && adds.length < ADDS_AT_A_TIME; next += payloadsPerJob) {
        const ids = Array.from({ length: payloadsPerJob }, (_, i) => `${name}-${next + i}`);
        adds.push(client.queue.add(ids.map((id) => analytics(id, [marker]))));
      }
      await Promise.all(adds);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill()));
    await this.#redis[Symbol.asyncDispose]();
  }

  async #start(role: "edge" | "forwarder"): Promise<RelayProcess> {
    const process = await startRelay({ role, config: (ports) => this.#config(ports) });
    this.#processes.push(process);
    return process;
  }

  #config({ port, adminPort }: RelayPorts): string {
    const { sdkKeys, eventsUri } = this.#setup;
    return `
      [Main]
      port = ${port}
      [Events]
      sendEvents = true
      eventsUri = ${eventsUri}
      [Redis]
      url = ${this.#redis.url}
      [Admin]
      port = ${adminPort}
      ${sdkKeys.map(environmentSection).join("\n")}`;
  }
}

/** The credentials of an environment beside its SDK key, which they follow from. */
export function otherCredentials(sdkKey: string): { readonly mobileKey: string; readonly envId: string } {
  return { mobileKey: `mob-${sdkKey}`, envId: `env-${sdkKey}` };
}

function environmentSection(sdkKey: string): string {
  const { mobileKey, envId } = otherCredentials(sdkKey);
  const settings = { sdkKey, mobileKey, envId, prefix: sdkKey };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [`[Environment "${sdkKey}"]`, ...lines].join("\n");
}
