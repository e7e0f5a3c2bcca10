import { backoffMs } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { OutagePart } from "../base/outage-reporter.ts";
import type { Random } from "../base/random.ts";
import { credentialTail, type SdkKey } from "../model/credentials.ts";
import type { UpstreamState } from "../model/upstream-state.ts";
import { afterFailure, afterPut, initializing } from "./connection-status.ts";
import { FlagConnection, type UpstreamTarget } from "./fdv1/flag-connection.ts";
import type { FlagEvent } from "./fdv1/flag-event.ts";
import { upstreamCause } from "./upstream-cause.ts";
import {
  describeFailure,
  isPermanent,
  PROBE_BACKOFF,
  RETRY_BACKOFF,
  type UpstreamFailure,
} from "./upstream-failure.ts";

/** A connection that lasts for so long after its data makes earlier failures forgotten (R3). */
const GOOD_CONNECTION_MS = 60_000;

/** An upstream event, and when it arrived here in milliseconds since the epoch; 0: not known. */
export interface ReceivedEvent {
  readonly event: Exclude<FlagEvent, { kind: "ignored" }>;
  readonly receivedAtMs: number;
}

/** Is told what a stream says, and that its state is another now. */
export interface FlagStreamListener {
  event(received: ReceivedEvent): void;
  stateChanged(): void;
}

export type OpenFlagStream = (listener: FlagStreamListener) => FlagStream;

/** What an environment's ingestor needs of its upstream. */
export interface FlagStream {
  /** How the connection is doing right now. */
  readonly state: UpstreamState;
  close(): void;
}

/**
 * A flag stream that lives until it is closed: one connection after another, with growing, jittered pauses after
 * trouble. Nothing that upstream does ends it.
 */
export class SupervisedFlagStream implements FlagStream {
  readonly #target: UpstreamTarget;
  readonly #sdkKey: SdkKey;
  readonly #listener: FlagStreamListener;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #outage: OutagePart;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #connection: FlagConnection | undefined;
  #failures = 0;
  /** Whether LaunchDarkly refused the key at the last attempt that it answered. */
  #refused = false;
  #state: UpstreamState;

  constructor(
    target: UpstreamTarget,
    sdkKey: SdkKey,
    listener: FlagStreamListener,
    clock: Clock,
    random: Random,
    outage: OutagePart,
    logger: Logger,
  ) {
    this.#target = target;
    this.#sdkKey = sdkKey;
    this.#listener = listener;
    this.#clock = clock;
    this.#random = random;
    this.#outage = outage;
    this.#logger = logger;
    this.#state = initializing(clock.now());
    this.#connect();
  }

  get state(): UpstreamState {
    return this.#state;
  }

  close(): void {
    this.#closing.abort();
    this.#connection?.close();
    this.#outage.leave();
  }

  #connect(): void {
    let goodSince = Number.POSITIVE_INFINITY;
    this.#connection = new FlagConnection(this.#target, this.#sdkKey, {
      opened: (envId) => {
        if (envId !== undefined) this.#enter({ ...this.#state, envId });
      },
      event: (event) => {
        const receivedAtMs = this.#clock.now();
        if (event.kind === "put") {
          this.#receivedPut(receivedAtMs);
          goodSince = Math.min(goodSince, this.#clock.monotonic());
        }
        this.#listener.event({ event, receivedAtMs });
      },
      ended: (failure) => {
        if (this.#clock.monotonic() - goodSince >= GOOD_CONNECTION_MS) this.#failures = 0;
        void this.#comeBack(failure);
      },
    });
  }

  #receivedPut(now: number): void {
    this.#outage.worked();
    if (this.#refused)
      this.#logger.info("LaunchDarkly accepts this environment's SDK key again", {
        event: "launchdarkly.key_accepted",
      });
    // Each change of who leads begins a stream for every environment, so this is no news.
    else this.#logger.debug("receiving flags from LaunchDarkly", { event: "launchdarkly.receiving" });
    this.#refused = false;
    this.#enter(afterPut(this.#state, now));
  }

  #enter(state: UpstreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#listener.stateChanged();
  }

  async #comeBack(failure: UpstreamFailure): Promise<void> {
    this.#failures += 1;
    this.#enter(afterFailure(this.#state, failure, this.#clock.now()));
    const permanent = isPermanent(failure);
    const delayMs = backoffMs(permanent ? PROBE_BACKOFF : RETRY_BACKOFF, this.#failures, this.#random);
    if (permanent) this.#wasRefused(failure, delayMs);
    else this.#outage.failed(upstreamCause(failure));
    this.#logger.debug("connection to LaunchDarkly ended: coming back", {
      reason: describeFailure(failure),
      delayMs,
    });
    await this.#clock.sleep(delayMs, this.#closing.signal);
    if (!this.#closing.signal.aborted) this.#connect();
  }

  /** A refused key is its environment's affair: the service is there. */
  #wasRefused(failure: UpstreamFailure, delayMs: number): void {
    this.#outage.worked();
    if (this.#refused) return;
    this.#refused = true;
    this.#logger.error(
      "LaunchDarkly rejected this environment's SDK key, retrying slowly: correct it in the configuration",
      {
        event: "launchdarkly.key_refused",
        sdkKeyTail: credentialTail(this.#sdkKey),
        reason: describeFailure(failure),
        delayMs,
      },
    );
  }
}
