import { EnvironmentIngestor } from "../../../services/ingestor/leadership/environment-ingestor.ts";
import { Identity } from "../../../services/ingestor/leadership/identity.ts";
import type { LeaseTiming } from "../../../services/ingestor/leadership/lease-timing.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { FlagStream } from "../../../shared/upstream/flag-stream.ts";
import { ignoredReports } from "../redis-reports.ts";
import { silentLogger } from "../silent-logger.ts";
import { Restartable } from "./restartable.ts";
import type { SimulatedRedis } from "./simulated-redis.ts";
import type { SimulatedUpstream } from "./simulated-upstream.ts";
import type { VirtualTime } from "./virtual-time.ts";

export const LEASE: LeaseTiming = {
  ttlMs: 3000,
  renewMs: 1000,
  retryMs: 200,
  walkMs: 6000,
  learnAgainMs: 5000,
};

/** The relay's own ingestor of one environment, in virtual time. */
export class IngestorProcess extends Restartable {
  readonly #redis: SimulatedRedis;
  readonly #upstream: SimulatedUpstream;
  readonly #configuration: () => Environment;
  #ingestor: EnvironmentIngestor | undefined;
  #stream: FlagStream | undefined;

  constructor(
    time: VirtualTime,
    redis: SimulatedRedis,
    upstream: SimulatedUpstream,
    configuration: () => Environment,
  ) {
    super(time);
    this.#redis = redis;
    this.#upstream = upstream;
    this.#configuration = configuration;
    this.start();
  }

  reconfigure(): void {
    const ingestor = this.#ingestor;
    if (ingestor === undefined) return;
    void ingestor.stop();
    this.#begin(new Identity(this.#configuration(), ingestor.identity.claim));
  }

  protected start(): void {
    this.#begin(new Identity(this.#configuration()));
  }

  protected ended(): void {
    this.#stream?.close();
    this.#ingestor = undefined;
  }

  #begin(identity: Identity): void {
    const { process } = this;
    const { prefix } = this.#configuration();
    this.#ingestor = new EnvironmentIngestor(
      {
        store: this.#redis.connect(process, prefix),
        prefix,
        identity,
        openStream: ({ event }) => {
          this.#stream = this.#upstream.open(process, event);
          return this.#stream;
        },
        reports: ignoredReports,
        clock: process,
        logger: silentLogger,
        leases: { taken: () => undefined, ended: () => undefined },
        repaired: () => undefined,
      },
      LEASE,
    );
  }
}
