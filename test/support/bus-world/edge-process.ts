import { EnvironmentReplica } from "../../../services/edge/replica/environment-replica.ts";
import { Follower, type FollowerTiming } from "../../../shared/bus/follower.ts";
import type { FollowedData } from "../../../shared/bus/follower-listener.ts";
import type { Usability } from "../../../shared/bus/usability.ts";
import { type Claim, claimOf, withFingerprintsOf } from "../../../shared/model/claim.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { Position } from "../../../shared/model/position.ts";
import { silentLogger } from "../silent-logger.ts";
import { Restartable } from "./restartable.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatedRedis } from "./simulated-redis.ts";
import { SimulatedSdk } from "./simulated-sdk.ts";
import { type SimulatedUpstream, visible } from "./simulated-upstream.ts";
import type { VirtualTime } from "./virtual-time.ts";

const FOLLOWING: FollowerTiming = { checkMs: 2000, impatientMs: 500, retryMs: 100 };

/** The relay's own follower and replica of one environment, with two SDKs, in virtual time. */
export class EdgeProcess extends Restartable {
  readonly #redis: SimulatedRedis;
  readonly #upstream: SimulatedUpstream;
  readonly #configuration: () => Environment;
  readonly #violate: (what: string) => void;
  readonly #foreign: (claim: string) => void;
  #replica = new EnvironmentReplica();
  #sdks: SimulatedSdk[] = [];
  #follower: Follower | undefined;
  #claim: Claim | undefined;
  /** Whether it began with content that is not what was written, and does not know better yet. */
  #misled = false;

  constructor(
    time: VirtualTime,
    redis: SimulatedRedis,
    upstream: SimulatedUpstream,
    configuration: () => Environment,
    violate: (what: string) => void,
    foreign: (claim: string) => void,
  ) {
    super(time);
    this.#redis = redis;
    this.#upstream = upstream;
    this.#configuration = configuration;
    this.#violate = violate;
    this.#foreign = foreign;
    this.start();
  }

  get view(): string {
    return this.#replica.data === undefined ? "nothing" : visible(this.#replica.data);
  }

  get position(): Position | undefined {
    return this.#replica.position;
  }

  get sdkViews(): string[] {
    return this.#sdks.map((sdk) => sdk.view);
  }

  get misled(): boolean {
    return this.#misled;
  }

  /** One of the SDKs drops its connection and comes back. */
  reconnectSdk(random: SeededRandom): void {
    const { data } = this.#replica;
    if (data !== undefined && this.#sdks.length > 0) random.pick(this.#sdks).connect(data, this.#misled);
  }

  reconfigure(): void {
    this.#claim = withFingerprintsOf(this.#claim, claimOf(this.#configuration()));
    this.#follower?.identify(this.#claim);
  }

  protected start(): void {
    const { process } = this;
    const replica = new EnvironmentReplica();
    this.#replica = replica;
    const listener = {
      data: (followed: FollowedData) => this.#take(replica, followed),
      status: () => undefined,
      usability: (usability: Usability) => {
        if (usability.kind === "foreign") this.#foreign(usability.claim);
      },
      answered: () => undefined,
      failed: () => undefined,
      repaired: () => undefined,
    };
    const configuration = this.#configuration();
    this.#claim = claimOf(configuration);
    const store = this.#redis.connect(process, configuration.prefix);
    this.#follower = new Follower(store, this.#claim, listener, process, silentLogger, FOLLOWING);
  }

  protected ended(): void {
    this.#sdks = [];
    this.#replica = new EnvironmentReplica();
    this.#follower = undefined;
  }

  #take(replica: EnvironmentReplica, { data, position, changes }: FollowedData): void {
    const update = replica.apply({ data, position }, changes);
    const isMeant = this.#redis.isMeant(data, position);
    this.#misled = update === undefined && !isMeant;
    if (update !== undefined && !isMeant)
      this.#violate(`an edge gave up what it had for damaged content: ${visible(data)}`);
    if (update === undefined) {
      this.#sdks = [1, 2].map(() => new SimulatedSdk(this.#upstream.states, this.#violate));
      for (const sdk of this.#sdks) sdk.connect(data, this.#misled);
    } else for (const sdk of this.#sdks) sdk.receive(update, this.#misled);
    if (!this.#upstream.owns(data))
      this.#violate(`an edge took another environment's data: ${visible(data)}`);
  }
}
