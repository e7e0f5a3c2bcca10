import type { ActiveFault, Reaction } from "../../../simulator/faults.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";
import { QueueClient } from "../../support/queue-client.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { freeRelayPorts, type RelayPorts } from "../../support/relay-process.ts";
import type { Cast, Mishap, Trouble } from "./chaos-plan.ts";
import type { EnvironmentKeys } from "./event-address.ts";
import { LARGEST_BODY } from "./marked-payload.ts";
import { RelaySeat } from "./relay-seat.ts";

/** How surely Redis keeps what it confirmed. */
export type Fsync = "always" | "everysec";

const REACTIONS: Readonly<Record<Trouble, Reaction>> = {
  "status 503": { kind: "answer", status: 503 },
  "status 429": { kind: "answer", status: 429, headers: { "retry-after": "1" } },
  "status 401": { kind: "answer", status: 401 },
  reset: { kind: "cut" },
  "lost answer": { kind: "lose answer" },
  silence: { kind: "silence" },
};

/** Makes a mishap good again. */
export type MakeGood = () => Promise<void>;

/** A relay in many processes, its Redis and its LaunchDarkly, with a hand that reaches into all of them. */
export class ChaosWorld implements AsyncDisposable {
  readonly ld: LaunchDarklySimulator;
  readonly redis: TestRedis;
  /** Each is named after its SDK key. */
  readonly environments: readonly EnvironmentKeys[];
  readonly edges: RelaySeat[];
  readonly #forwarders: RelaySeat[];
  #tooLarge: ActiveFault | undefined;
  #delayedFsyncs = 0;

  private constructor(ld: LaunchDarklySimulator, redis: TestRedis, cast: Cast, ports: readonly RelayPorts[]) {
    this.ld = ld;
    this.redis = redis;
    this.environments = Array.from({ length: cast.environments }, (_, i) => ({
      sdkKey: `sdk-chaos-${i}`,
      mobileKey: `mob-chaos-${i}`,
      envId: `env-chaos-${i}`,
    }));
    for (const { sdkKey, ...others } of this.environments) ld.environment(sdkKey, others);
    const seat = (role: "edge" | "forwarder", at: RelayPorts): RelaySeat =>
      new RelaySeat(role, at, this.#config(at));
    this.edges = ports.slice(0, cast.edges).map((at) => seat("edge", at));
    this.#forwarders = ports.slice(cast.edges).map((at) => seat("forwarder", at));
    this.#refuseTooLarge();
  }

  /** Starts everything, and waits until it works. */
  static async open(cast: Cast, fsync: Fsync): Promise<ChaosWorld> {
    const count = cast.edges + cast.forwarders;
    const [ld, redis, ports] = await Promise.all([
      startLaunchDarkly(),
      startRedis({ settings: { appendfsync: fsync } }),
      Promise.all(Array.from({ length: count }, freeRelayPorts)),
    ]);
    const world = new ChaosWorld(ld, redis, cast, ports);
    try {
      await Promise.all([...world.edges, ...world.#forwarders].map((seat) => seat.fill()));
      await Promise.all(world.edges.map((seat) => seat.waitUntilServing()));
      await Promise.all(world.#forwarders.map((seat) => seat.waitUntilReady()));
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How often Redis wrote late because a slow disk kept it waiting (`aof_delayed_fsync`), as far as it was asked. */
  get delayedFsyncs(): number {
    return this.#delayedFsyncs;
  }

  /** Lets it happen. */
  async befall(mishap: Mishap): Promise<MakeGood> {
    switch (mishap.kind) {
      case "kill edge":
        return this.#kill(this.edges[mishap.edge]);
      case "kill forwarder":
        return this.#kill(this.#forwarders[mishap.forwarder]);
      case "stop forwarder": {
        const { process } = seatOf(this.#forwarders[mishap.forwarder]);
        process.suspend();
        return async () => process.resume();
      }
      case "kill redis":
        await this.countDelayedFsyncs();
        await this.redis.kill();
        return () => this.redis.start();
      case "upstream":
        return this.#trouble(mishap.trouble, mishap.environment);
    }
  }

  /** Waits until nothing is left to deliver; rejects with what is left when that takes too long. */
  async drained(timeoutMs: number): Promise<void> {
    for (const { sdkKey: name } of this.environments) {
      await using client = await QueueClient.connect(this.redis.port, name, name);
      await eventually(`the queue of ${name} to be empty`, () => client.isEmpty(), {
        timeoutMs,
        everyMs: 200,
      });
    }
  }

  /** How many dead letters there are in all. */
  async deadLetters(): Promise<number> {
    let count = 0;
    for (const { sdkKey: name } of this.environments) {
      await using client = await QueueClient.connect(this.redis.port, name, name);
      count += await client.deadLetters.count();
    }
    return count;
  }

  /** Asks Redis, whose own count ends with each of its deaths. */
  async countDelayedFsyncs(): Promise<void> {
    const info = await this.redis.client((client) => client.info("persistence"));
    this.#delayedFsyncs += Number(/aof_delayed_fsync:(\d+)/.exec(info)?.[1] ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.edges, ...this.#forwarders].map((seat) => seat.kill()));
    await this.ld.stop();
    await this.redis[Symbol.asyncDispose]();
  }

  async #kill(seat: RelaySeat | undefined): Promise<MakeGood> {
    const victim = seatOf(seat);
    await victim.kill();
    return () => victim.fill();
  }

  async #trouble(trouble: Trouble, environment: number | undefined): Promise<MakeGood> {
    const sdkKey = environment === undefined ? undefined : this.environments[environment]?.sdkKey;
    const reaction = REACTIONS[trouble];
    const fault = this.ld.faults.add({ on: "events", reaction, ...(sdkKey !== undefined && { sdkKey }) });
    this.#refuseTooLarge();
    return async () => fault.remove();
  }

  /** What is too large is so at all times: had it been taken before, its parts would count again. */
  #refuseTooLarge(): void {
    this.#tooLarge?.remove();
    const reaction = { kind: "answer", status: 413 } as const;
    this.#tooLarge = this.ld.faults.add({ on: "events", largerThan: LARGEST_BODY, reaction });
  }

  #config({ port, adminPort }: RelayPorts): string {
    return `
      [Main]
      port = ${port}
      streamUri = ${this.ld.url}
      baseUri = ${this.ld.url}
      logLevel = warn
      [Events]
      sendEvents = true
      eventsUri = ${this.ld.url}
      flushInterval = 500ms
      retryMaxDelay = 300ms
      parkMaxDelay = 500ms
      [Redis]
      url = ${this.redis.url}
      [Admin]
      port = ${adminPort}
      ${this.environments.map(environmentSection).join("\n")}`;
  }
}

function environmentSection({ sdkKey, mobileKey, envId }: EnvironmentKeys): string {
  return `
      [Environment "${sdkKey}"]
      sdkKey = ${sdkKey}
      mobileKey = ${mobileKey}
      envId = ${envId}
      prefix = ${sdkKey}`;
}

function seatOf(seat: RelaySeat | undefined): RelaySeat {
  if (seat === undefined) throw new Error("the plan names a process that the world has not");
  return seat;
}
