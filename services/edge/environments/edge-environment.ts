import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { EnvironmentStore } from "../../../shared/bus/environment-store.ts";
import { Follower } from "../../../shared/bus/follower.ts";
import type { FollowedData } from "../../../shared/bus/follower-listener.ts";
import type { Usability } from "../../../shared/bus/usability.ts";
import { type Claim, claimOf, withFingerprintsOf } from "../../../shared/model/claim.ts";
import { acceptedSdkKeys, type SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { FlagData } from "../../../shared/model/item.ts";
import type { Position } from "../../../shared/model/position.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { RedisState } from "../../../shared/redis/redis-state.ts";
import type { FlagView, SdkKind } from "../evaluation/view.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import type { StreamView } from "../protocol/fdv1/flag-messages.ts";
import type { Subscription } from "../protocol/fdv1/result-messages.ts";
import { EnvironmentReplica } from "../replica/environment-replica.ts";
import { type ClientSdkKind, ClientStreams } from "../streams/client/client-streams.ts";
import type { StreamHeaders } from "../streams/connection.ts";
import { DataHub } from "../streams/server/data-hub.ts";
import type { StreamParts } from "../streams/stream-parts.ts";
import { BusWatch, type StoreState } from "./bus-watch.ts";
import type { ChangesState } from "./changes-state.ts";
import { CompiledData } from "./compiled-data.ts";
import type { EdgeMetrics } from "./edge-metrics.ts";
import { PollBodies } from "./poll-bodies.ts";
import { usabilityLog } from "./usability-log.ts";

/** What exists once an environment has data, and then for as long as the environment does. */
interface Serving {
  readonly hubs: { readonly [View in StreamView]: DataHub };
  readonly clientStreams: ClientStreams;
  readonly compiled: CompiledData;
  encoded: PollBodies;
}

/** One environment as this edge serves it: its replica, kept true to Redis, and the streams that hang on it. */
export class EdgeEnvironment {
  readonly #replica = new EnvironmentReplica();
  readonly #follower: Follower;
  readonly #bus: BusWatch;
  readonly #streamParts: StreamParts;
  readonly #metrics: EdgeMetrics;
  readonly #clock: Clock;
  #environment: Environment;
  #serving: Serving | undefined;
  #lastLagMs: number | undefined;
  #claim: Claim;

  constructor(
    environment: Environment,
    store: EnvironmentStore,
    redis: RedisState,
    streamParts: StreamParts,
    metrics: EdgeMetrics,
    clock: Clock,
    logger: Logger,
  ) {
    this.#environment = environment;
    this.#bus = new BusWatch(redis, environment.name, clock);
    this.#streamParts = streamParts;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#claim = claimOf(environment);
    const logUsability = usabilityLog(environment, this.#claim, logger);
    this.#follower = new Follower(
      store,
      this.#claim,
      {
        data: (followed) => this.#apply(followed),
        status: (status) => this.#bus.statusRead(status),
        usability: (usability) => {
          this.#bus.usabilityChanged(usability);
          logUsability(usability, this.hasData);
        },
        answered: () => this.#bus.answered(),
        failed: (error) => this.#bus.failed(error),
        repaired: () => metrics.gapsRepaired.add({ environment: environment.name }),
      },
      clock,
      logger,
    );
  }

  get environment(): Environment {
    return this.#environment;
  }

  /** The SDK keys that are accepted now. */
  get sdkKeys(): readonly SdkKey[] {
    return acceptedSdkKeys(this.#environment.credentials, this.#clock.now());
  }

  /** What is served; `undefined` until there are data. */
  get data(): FlagData | undefined {
    return this.#replica.data;
  }

  get hasData(): boolean {
    return this.#serving !== undefined;
  }

  /** The current data as poll answers; `undefined` until there are any. */
  get encoded(): PollBodies | undefined {
    return this.#serving?.encoded;
  }

  /** The current flags as a kind of client sees them, to be evaluated; `undefined` until there are data. */
  view(sdkKind: SdkKind): FlagView | undefined {
    return this.#serving?.compiled.view(sdkKind);
  }

  /** The position in Redis of what is served; `undefined` until there are data. */
  get position(): Position | undefined {
    return this.#replica.position;
  }

  /** How many SDK streams are open. */
  get openStreams(): number {
    if (this.#serving === undefined) return 0;
    const { hubs, clientStreams } = this.#serving;
    return [...Object.values(hubs), clientStreams].reduce((sum, { size }) => sum + size, 0);
  }

  /** From the arrival of the last change at the ingestor to this edge; `undefined` before one. */
  get lastLagMs(): number | undefined {
    return this.#lastLagMs;
  }

  get upstream(): UpstreamState {
    return this.#bus.upstream;
  }

  get store(): StoreState {
    return this.#bus.store;
  }

  /** Whether what Redis holds can be served, as it was last seen; `undefined` until Redis has answered. */
  get usability(): Usability | undefined {
    return this.#bus.usability;
  }

  /** Whether changes of flags arrive here, and if not, since when and why. */
  get changes(): ChangesState {
    return this.#bus.changes;
  }

  /** For how long the holder's word that Redis holds LaunchDarkly's data has not been seen to grow, in milliseconds. */
  get wordAgeMs(): number {
    return this.#bus.wordAgeMs;
  }

  /** What every answer that carries this environment's flags says about it. */
  get headers(): Readonly<Record<string, string>> {
    const { envId } = this.#bus;
    return envId === undefined ? {} : { "X-Ld-Envid": envId };
  }

  /** Answers a request with a stream and keeps the reply. False: there are no data yet, and nothing was done. */
  stream(view: StreamView, response: ResponseWriter): boolean {
    this.#serving?.hubs[view].open(response, this.headers);
    return this.#serving !== undefined;
  }

  /**
   * Answers a request of a mobile SDK or a browser with a stream and keeps the reply. The stream carries the results
   * for whom the client has `asked`, if streams are configured to, else pings. `headers` go before those of every stream.
   * False: there are no data yet, and nothing was done.
   */
  clientStream(
    sdkKind: ClientSdkKind,
    response: ResponseWriter,
    headers: StreamHeaders,
    subscription?: Subscription,
  ): boolean {
    if (this.#serving === undefined) return false;
    const { clientStreams, compiled } = this.#serving;
    const state = { view: compiled.view(sdkKind), version: compiled.offset };
    clientStreams.open(sdkKind, state, response, { ...this.headers, ...headers }, subscription);
    return true;
  }

  /** Keys were rotated, or a setting changed: data and streams stay. */
  change(environment: Environment): void {
    this.#environment = environment;
    // What was claimed under its earlier keys is this environment's still.
    this.#claim = withFingerprintsOf(this.#claim, claimOf(environment));
    this.#follower.identify(this.#claim);
  }

  /** Ends all streams, spread evenly over `paceMs`. They are told of changes until then. */
  async endStreams(paceMs: number): Promise<void> {
    if (this.#serving === undefined) return;
    const { hubs, clientStreams } = this.#serving;
    await Promise.all([...Object.values(hubs), clientStreams].map((streams) => streams.close(paceMs)));
  }

  /** Ends following, then all streams. */
  async stop(): Promise<void> {
    await this.#follower.stop();
    this.#bus.stop();
    await this.endStreams(0);
  }

  #apply(followed: FollowedData): void {
    const { data, receivedAtMs } = followed;
    const { offset } = followed.position;
    const update = this.#replica.apply(followed, followed.changes);
    if (this.#serving === undefined || update === undefined) {
      this.#serving = this.#serve(data, offset);
      return;
    }
    if (update.changes.length === 0) return;
    const { hubs, clientStreams, compiled } = this.#serving;
    this.#serving.encoded = new PollBodies(data);
    for (const hub of Object.values(hubs)) hub.update(update);
    if (compiled.apply(data, update.changes, offset))
      clientStreams.update((sdkKind) => ({ view: compiled.view(sdkKind), version: offset }));
    const labels = { environment: this.#environment.name };
    this.#metrics.changes.add(labels, update.changes.length);
    if (receivedAtMs === undefined) return;
    this.#lastLagMs = this.#metrics.observeLag(labels.environment, receivedAtMs) ?? this.#lastLagMs;
  }

  #serve(data: FlagData, offset: number): Serving {
    const { name } = this.#environment;
    const parts = this.#streamParts;
    const hub = (view: StreamView): DataHub => new DataHub(name, view, data, parts);
    return {
      hubs: { all: hub("all"), flags: hub("flags") },
      clientStreams: new ClientStreams(name, parts),
      compiled: new CompiledData(data, offset, parts.clientStreams === "values"),
      encoded: new PollBodies(data),
    };
  }
}
