import { EnvironmentReplica } from "../../../services/edge/replica/environment-replica.ts";
import { EnvironmentIngestor } from "../../../services/ingestor/environment-ingestor.ts";
import type { LeaseTiming } from "../../../services/ingestor/lease.ts";
import type { FlagStream } from "../../../services/ingestor/upstream/flag-stream.ts";
import { Follower, type FollowerTiming } from "../../../shared/bus/follower.ts";
import { ignoredReports } from "../redis-reports.ts";
import { silentLogger } from "../silent-logger.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedRedis } from "./simulated-redis.ts";
import { SimulatedSdk } from "./simulated-sdk.ts";
import { SimulatedUpstream, visible } from "./simulated-upstream.ts";
import { VirtualProcess, VirtualTime } from "./virtual-time.ts";

const LEASE: LeaseTiming = { ttlMs: 3000, renewMs: 1000, retryMs: 200 };
const FOLLOWING: FollowerTiming = { checkMs: 2000, impatientMs: 500, retryMs: 100 };
/** After the faults end, everybody must agree within so long. */
const REPAIR_MS = 15_000;
/** What was sent before the faults ended has arrived by then, however late. */
const LATE_MS = 2000;
const QUIET_MS = 3000;
const START_MS = 600;

const FAULTS = [
  "pause-ingestor",
  "kill-ingestor",
  "pause-edge",
  "kill-edge",
  "reset-upstream",
  "recreate-items",
  "drop-streams",
  "upstream-away",
  "roll-back-redis",
  "empty-redis",
  "redis-away",
  "break-subscription",
  "unknown-outcomes",
  "lost-messages",
  "slow",
] as const;
type Fault = (typeof FAULTS)[number];

/**
 * The relay's own ingestors and edges between a simulated LaunchDarkly and a simulated Redis, in virtual time, with
 * a mixture of faults that the seed decides. Afterwards `violations` says what promises were broken.
 */
export class BusWorld {
  readonly violations: string[] = [];
  readonly #time = new VirtualTime();
  readonly #random: SeededRandom;
  readonly #faults: ReadonlySet<Fault>;
  readonly #upstream: SimulatedUpstream;
  readonly #redis: SimulatedRedis;
  readonly #ingestors: IngestorProcess[];
  readonly #edges: EdgeProcess[];

  /** Without a list of faults, the seed decides which there are. */
  constructor(seed: number, faults?: readonly Fault[]) {
    const random = new SeededRandom(seed);
    this.#random = random;
    this.#faults = new Set(faults ?? FAULTS.filter(() => random.chance(0.4)));
    const has = (fault: Fault, probability: number): number => (this.#faults.has(fault) ? probability : 0);
    this.#upstream = new SimulatedUpstream(
      this.#time,
      random,
      this.#faults.has("slow"),
      this.#faults.has("recreate-items"),
    );
    this.#redis = new SimulatedRedis(this.#time, random, {
      slow: has("slow", 0.05),
      unknown: has("unknown-outcomes", 0.04),
      loss: has("lost-messages", 0.08),
    });
    this.#ingestors = [1, 2].map(() => new IngestorProcess(this.#time, this.#redis, this.#upstream));
    const edges = Array.from({ length: random.between(1, 3) }, (_, index) => index);
    this.#edges = edges.map(() => new EdgeProcess(this.#time, this.#redis, this.#upstream, this.#violate));
  }

  /** Lives through the faults, then waits until everybody agrees with upstream's last word. */
  async run(): Promise<void> {
    const activeUntil = START_MS + this.#random.between(1500, 9000);
    this.#every(activeUntil, this.#random.pick([60, 200, 600]), () => this.#upstream.change());
    if (this.#faults.size > 0)
      this.#every(activeUntil, this.#random.pick([150, 500, 1500]), () =>
        this.#strike(this.#random.pick([...this.#faults])),
      );
    this.#every(activeUntil, 700, () => this.#random.pick(this.#edges).reconnectSdk(this.#random));
    await this.#time.run(activeUntil);
    this.#heal();
    await this.#time.run(activeUntil + REPAIR_MS, () => this.#disagreement() === undefined);
    await this.#time.run(this.#time.now + LATE_MS);
    const { writes } = this.#redis;
    await this.#time.run(this.#time.now + QUIET_MS);
    if (this.#redis.writes !== writes) this.#violate("something was written although nothing changed");
    const wrong = this.#disagreement();
    if (wrong !== undefined) this.#violate(`after quiet ${wrong}`);
  }

  #heal(): void {
    this.#upstream.heal();
    this.#redis.heal();
    for (const process of [...this.#ingestors, ...this.#edges]) process.resume();
  }

  readonly #violate = (what: string): void => {
    this.violations.push(`at ${this.#time.now}: ${what}`);
  };

  #every(until: number, meanMs: number, what: () => void): void {
    const again = (): void => {
      if (this.#time.now >= until) return;
      what();
      this.#time.after(this.#random.between(1, 2 * meanMs), again);
    };
    this.#time.after(START_MS + this.#random.between(1, meanMs), again);
  }

  #strike(fault: Fault): void {
    const random = this.#random;
    const stop = random.chance(0.5) ? random.between(1, 300) : random.between(500, 7000);
    switch (fault) {
      case "pause-ingestor":
        return random.pick(this.#ingestors).pause(stop);
      case "kill-ingestor":
        return random.pick(this.#ingestors).restart(random.between(1, 4000));
      case "pause-edge":
        return random.pick(this.#edges).pause(stop);
      case "kill-edge":
        return random.pick(this.#edges).restart(random.between(1, 1500));
      case "reset-upstream":
        return this.#upstream.reset();
      case "drop-streams":
        return this.#upstream.dropStreams();
      case "upstream-away":
        return this.#upstream.goAway(random.between(200, 5000));
      case "roll-back-redis":
        return this.#redis.rollBack(random.between(1, random.pick([1, 3, 12])));
      case "empty-redis":
        return random.chance(0.3) ? this.#redis.empty() : undefined;
      case "redis-away":
        return this.#redis.goAway(random.between(50, 5000));
      case "break-subscription":
        return this.#redis.breakSubscription();
      case "recreate-items":
      case "unknown-outcomes":
      case "lost-messages":
      case "slow":
        return; // These are there all the time.
    }
  }

  #disagreement(): string | undefined {
    const truth = visible(this.#upstream.data);
    const stored = visible(this.#redis.data);
    if (stored !== truth || !this.#redis.inited) return `Redis has ${stored}, upstream ${truth}`;
    for (const edge of this.#edges) {
      if (edge.view !== truth) return `an edge has ${edge.view}, upstream ${truth}`;
      if (edge.sdkViews.some((view) => view !== truth))
        return `SDKs have ${edge.sdkViews}, upstream ${truth}`;
    }
    return undefined;
  }
}

/** What runs in a process of its own, and can be paused, killed and started again. */
abstract class Restartable {
  protected readonly time: VirtualTime;
  protected process: VirtualProcess;

  constructor(time: VirtualTime) {
    this.time = time;
    this.process = new VirtualProcess(time);
  }

  pause(ms: number): void {
    this.process.stopFor(ms);
  }

  resume(): void {
    this.process.resume();
  }

  restart(afterMs: number): void {
    this.process.kill();
    this.ended();
    this.process = new VirtualProcess(this.time);
    this.process.deliver(afterMs, () => this.start());
  }

  protected abstract start(): void;
  protected abstract ended(): void;
}

class IngestorProcess extends Restartable {
  readonly #redis: SimulatedRedis;
  readonly #upstream: SimulatedUpstream;
  #stream: FlagStream | undefined;

  constructor(time: VirtualTime, redis: SimulatedRedis, upstream: SimulatedUpstream) {
    super(time);
    this.#redis = redis;
    this.#upstream = upstream;
    this.start();
  }

  protected start(): void {
    const { process } = this;
    const openStream = (take: Parameters<SimulatedUpstream["open"]>[1]): FlagStream => {
      this.#stream = this.#upstream.open(process, take);
      return this.#stream;
    };
    new EnvironmentIngestor(
      this.#redis.connect(process),
      openStream,
      ignoredReports,
      process,
      silentLogger,
      LEASE,
    );
  }

  protected ended(): void {
    this.#stream?.close();
  }
}

class EdgeProcess extends Restartable {
  readonly #redis: SimulatedRedis;
  readonly #upstream: SimulatedUpstream;
  readonly #violate: (what: string) => void;
  #replica = new EnvironmentReplica();
  #sdks: SimulatedSdk[] = [];

  constructor(
    time: VirtualTime,
    redis: SimulatedRedis,
    upstream: SimulatedUpstream,
    violate: (what: string) => void,
  ) {
    super(time);
    this.#redis = redis;
    this.#upstream = upstream;
    this.#violate = violate;
    this.start();
  }

  get view(): string {
    return this.#replica.data === undefined ? "nothing" : visible(this.#replica.data);
  }

  get sdkViews(): string[] {
    return this.#sdks.map((sdk) => sdk.view);
  }

  /** One of the SDKs drops its connection and comes back. */
  reconnectSdk(random: SeededRandom): void {
    const { data } = this.#replica;
    if (data !== undefined && this.#sdks.length > 0) random.pick(this.#sdks).connect(data);
  }

  protected start(): void {
    const { process } = this;
    const replica = new EnvironmentReplica();
    this.#replica = replica;
    const listener = {
      data: (...[data]: Parameters<EnvironmentReplica["become"]>) => {
        const update = replica.become(data);
        if (update === undefined) this.#welcome();
        else for (const sdk of this.#sdks) sdk.receive(update);
      },
      looked: () => undefined,
      answered: () => undefined,
      failed: () => undefined,
      repaired: () => undefined,
    };
    new Follower(this.#redis.connect(process), listener, process, silentLogger, FOLLOWING);
  }

  protected ended(): void {
    this.#sdks = [];
    this.#replica = new EnvironmentReplica();
  }

  #welcome(): void {
    const { data } = this.#replica;
    if (data === undefined) return;
    this.#sdks = [1, 2].map(() => new SimulatedSdk(this.#upstream.states, this.#violate));
    for (const sdk of this.#sdks) sdk.connect(data);
  }
}
