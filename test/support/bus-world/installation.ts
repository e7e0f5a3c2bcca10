import { type Claim, claimOf, claimsAgree, decodeClaim } from "../../../shared/model/claim.ts";
import type { EnvironmentId, SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { samePosition } from "../../../shared/model/position.ts";
import { environment } from "../environment.ts";
import { EdgeProcess } from "./edge-process.ts";
import { IngestorProcess } from "./ingestor-process.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatedRedis } from "./simulated-redis.ts";
import { type SaysId, SimulatedUpstream, visible } from "./simulated-upstream.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface InstallationOptions {
  /** Unlike that of any other. */
  readonly owner: string;
  /** What its environment is called, which others may be called, too. */
  readonly name: string;
  /** Where it keeps its data; without one the name decides. */
  readonly prefix: string | undefined;
  readonly saysId: SaysId;
  readonly configuresId: boolean;
  readonly edges: number;
  readonly slow: boolean;
  readonly recreates: boolean;
  readonly high: boolean;
  readonly repeats: boolean;
  /** Whether nobody takes its prefix by force or starts its processes anew, so that a key is exchanged smoothly. */
  readonly undisturbed: boolean;
}

/** Two ingestors, some edges and their SDKs, which serve one environment of an upstream of their own. */
export class Installation {
  readonly upstream: SimulatedUpstream;
  readonly ingestors: readonly IngestorProcess[];
  readonly edges: readonly EdgeProcess[];
  readonly #options: InstallationOptions;
  readonly #random: SeededRandom;
  #name: string;
  #key = 1;
  #changesSmoothly: boolean;
  /** Whether its key was exchanged: then nothing but the environment's id may connect the old with the new. */
  #hasRotated = false;

  constructor(
    time: VirtualTime,
    random: SeededRandom,
    redis: SimulatedRedis,
    options: InstallationOptions,
    violate: (what: string) => void,
  ) {
    const { owner, saysId, slow, recreates, high, repeats, name } = options;
    this.#options = options;
    this.#changesSmoothly = options.undisturbed;
    this.#random = random;
    this.#name = name;
    this.upstream = new SimulatedUpstream(time, random, {
      owner,
      envId: this.#envId,
      saysId,
      slow,
      recreates,
      high,
      repeats,
    });
    const configuration = (): Environment => this.configuration;
    this.ingestors = [1, 2].map(() => new IngestorProcess(time, redis, this.upstream, configuration));
    this.edges = Array.from(
      { length: options.edges },
      () =>
        new EdgeProcess(time, redis, this.upstream, configuration, violate, (claim) => {
          if (this.#isOwnClaim(claim)) violate(`an edge takes its own claim for another's: ${claim}`);
        }),
    );
  }

  get configuration(): Environment {
    const { owner, prefix, configuresId } = this.#options;
    return environment(this.#name, {
      prefix: prefix ?? `launchdarkly-${this.#name}`,
      credentials: {
        sdkKey: `sdk-${owner}-${this.#key}` as SdkKey,
        ...(configuresId && { envId: this.#envId }),
      },
    });
  }

  get prefix(): string {
    return this.configuration.prefix;
  }

  /** What its ingestors would claim, once upstream has said the environment's id. */
  get claim(): Claim {
    return claimOf(this.configuration, this.#options.saysId === "always" ? this.#envId : undefined);
  }

  owns(claim: Claim | undefined): boolean {
    return claim !== undefined && claimsAgree(claim, this.claim);
  }

  /** Whether only an operator can tell that `claim`, made under an earlier key, is of this installation. */
  isLockedOut(claim: Claim | undefined): boolean {
    const knowsId = this.#options.saysId === "always" || this.#options.configuresId;
    return this.#hasRotated && !(knowsId && claim?.envId !== undefined);
  }

  get processes(): readonly (IngestorProcess | EdgeProcess)[] {
    return [...this.ingestors, ...this.edges];
  }

  /** Another key: told to the running processes, each at another moment, or by starting them anew. */
  rotateKey(later: (ms: number, what: () => void) => void): void {
    this.#key += 1;
    this.#hasRotated = true;
    if (this.#random.chance(0.2)) {
      this.#changesSmoothly = false;
      return this.#restartAll();
    }
    for (const process of this.processes) later(this.#random.between(0, 1500), () => process.reconfigure());
  }

  /** Another name, and with it, unless one is configured, another prefix. */
  rename(name: string): void {
    if (name === this.#name) return;
    this.#name = name;
    this.#restartAll();
  }

  /** What does not agree with upstream, if anything, given that `prefix` in Redis is this installation's. */
  disagreement(redis: SimulatedRedis): string | undefined {
    const truth = visible(this.upstream.data);
    const stored = visible(redis.data(this.prefix));
    if (stored !== truth || !redis.inited(this.prefix)) return `Redis has ${stored}, upstream ${truth}`;
    for (const edge of this.edges) {
      if (edge.view !== truth) return `an edge has ${edge.view}, upstream ${truth}`;
      const at = redis.position(this.prefix);
      if (edge.position === undefined || !samePosition(edge.position, at))
        return `an edge stands at ${edge.position?.offset}, Redis at ${at.offset}`;
      if (edge.misled) return "an edge serves what it cannot know to be right";
      if (edge.sdkViews.some((view) => view !== truth))
        return `SDKs have ${edge.sdkViews}, upstream ${truth}`;
    }
    return undefined;
  }

  get #envId(): EnvironmentId {
    return `env-${this.#options.owner}` as EnvironmentId;
  }

  /** Whether all of its processes must know `text` for a claim of their own: after one key at most, told to all of them. */
  #isOwnClaim(text: string): boolean {
    if (!this.#changesSmoothly || this.#key > 2) return false;
    const { fingerprints = [] } = decodeClaim(text) ?? {};
    return [1, 2].some((key) => fingerprints.some((one) => this.#claimWith(key).fingerprints.includes(one)));
  }

  #claimWith(key: number): Claim {
    const { credentials } = this.configuration;
    const sdkKey = `sdk-${this.#options.owner}-${key}` as SdkKey;
    return claimOf({ ...this.configuration, credentials: { ...credentials, sdkKey } });
  }

  #restartAll(): void {
    for (const process of this.processes) process.restart(this.#random.between(1, 1500));
  }
}
