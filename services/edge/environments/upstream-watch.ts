import type { UpstreamReport } from "../../../shared/bus/environment-store.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";

/** After so long without a new report, the ingestor counts as gone: a lease's life and a take-over fit in it twice. */
const SILENCE_MS = 20_000;

/**
 * What an edge knows of an environment's connection to LaunchDarkly. It has only the ingestor's word, so when that
 * does not come any more, neither a dead ingestor nor a Redis that is away may look healthy.
 */
export class UpstreamWatch {
  readonly #startedAt: number;
  #report: UpstreamReport | undefined;
  #grewAt: number;

  constructor(now: number) {
    this.#startedAt = now;
    this.#grewAt = now;
  }

  /** `now` in milliseconds since the epoch; compared with itself only, never with the ingestor's clock. */
  heard(report: UpstreamReport | undefined, now: number): void {
    if (report === undefined) return;
    if (report.aliveAt !== this.#report?.aliveAt) this.#grewAt = now;
    this.#report = report;
  }

  /** LaunchDarkly's id of the environment, if upstream ever named it. */
  get envId(): string | undefined {
    return this.#report?.envId;
  }

  state(now: number): UpstreamState {
    if (this.#report === undefined) return { state: "INITIALIZING", since: this.#startedAt };
    if (this.#report.state !== "VALID" || now - this.#grewAt <= SILENCE_MS) return this.#report;
    return {
      ...this.#report,
      state: "INTERRUPTED",
      since: this.#grewAt,
      lastError: { kind: "UNKNOWN", time: this.#grewAt },
    };
  }
}
