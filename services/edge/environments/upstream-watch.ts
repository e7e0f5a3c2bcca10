import type { Clock } from "../../../shared/base/clock.ts";
import type { UpstreamReport } from "../../../shared/bus/environment-store.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import { Growth } from "./growth.ts";

/** After so long without a new report, the ingestor counts as gone: a lease's life and a take-over fit in it twice. */
const SILENCE_MS = 20_000;

/**
 * What an edge knows of an environment's connection to LaunchDarkly. It has only the ingestor's reports, so when they
 * do not come any more, neither a dead ingestor nor a Redis that is away may look healthy.
 */
export class UpstreamWatch {
  readonly #startedAt: number;
  readonly #alive: Growth;
  #report: UpstreamReport | undefined;

  constructor(clock: Clock) {
    this.#startedAt = clock.now();
    this.#alive = new Growth(clock);
  }

  /** The ingestor's report, each time that it was read. */
  reported(report: UpstreamReport | undefined): void {
    if (report === undefined) return;
    this.#alive.read(report.aliveAt);
    this.#report = report;
  }

  /** LaunchDarkly's id of the environment, if upstream ever named it. */
  get envId(): string | undefined {
    return this.#report?.envId;
  }

  get state(): UpstreamState {
    if (this.#report === undefined) return { state: "INITIALIZING", since: this.#startedAt };
    if (this.#report.state !== "VALID" || this.#alive.stillMs <= SILENCE_MS) return this.#report;
    const since = this.#alive.grewAt ?? this.#startedAt;
    return { ...this.#report, state: "INTERRUPTED", since, lastError: { kind: "UNKNOWN", time: since } };
  }
}
