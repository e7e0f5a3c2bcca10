import { describeError } from "../base/errors.ts";

/** Anything that can stand in a JSON document. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** What is not as it should be. */
export interface Reason {
  /** Stable, for alerts and scripts: `redis.away`, `flags.none` … docs/operate.md lists them. */
  readonly code: string;
  /** What, why and what to do, as a sentence. */
  readonly reason: string;
  /** Since when, in milliseconds since the epoch, where that is known. */
  readonly since?: number;
  /** The code of what it is due to, such as `WRONGPASS`. */
  readonly cause?: string;
}

/** What is not as it should be with a part, or `undefined` if all is. */
export type Check = () => Reason | undefined;

/** A reason, and the part that gives it. */
interface PartReason extends Reason {
  readonly name: string;
}

/** Whether a load balancer should send requests here, and what an operator wants to know beside it. */
export interface Readiness {
  readonly ready: boolean;
  /** `degraded`: requests are welcome, but not all is as it should be. */
  readonly status: "ready" | "degraded" | "unready";
  /** Why no requests should be sent here. */
  readonly reasons: readonly PartReason[];
  /** What is wrong without keeping requests away. */
  readonly degraded: readonly PartReason[];
  readonly details: { readonly [name: string]: JsonValue };
}

/** Where a part of the process says how it is. */
export interface HealthReports {
  /** Adds a condition of readiness; several may share a name. Returns what takes it away again. */
  addCheck(name: string, check: Check): () => void;
  /** Adds what is shown as degraded while it gives a reason, and keeps no request away. Else as {@link addCheck}. */
  addWarning(name: string, check: Check): () => void;
  /** Adds something to show that decides nothing. Returns what takes it away again; throws if the name is taken. */
  addDetail(name: string, detail: () => JsonValue): () => void;
}

/**
 * What a process knows of its own health. Its parts register themselves; nobody here knows what they do.
 *
 * Liveness has no state on purpose: a process that can answer is alive. If it depended on Redis or LaunchDarkly,
 * their failure would make an orchestrator restart every process, again and again, which mends nothing.
 */
export class Health implements HealthReports {
  readonly #checks = new Set<NamedCheck>();
  readonly #warnings = new Set<NamedCheck>();
  readonly #details = new Map<string, () => JsonValue>();
  #stopping = false;

  addCheck(name: string, check: Check): () => void {
    return added(this.#checks, { name, check });
  }

  addWarning(name: string, check: Check): () => void {
    return added(this.#warnings, { name, check });
  }

  addDetail(name: string, detail: () => JsonValue): () => void {
    if (this.#details.has(name)) throw new Error(`there is a health detail named ${name} already`);
    this.#details.set(name, detail);
    return () => {
      this.#details.delete(name);
    };
  }

  /** For parts whose trouble is worth showing but must not keep requests away: their checks become warnings. */
  showingOnly(): HealthReports {
    return {
      addCheck: (name, check) => this.addWarning(name, check),
      addWarning: (name, check) => this.addWarning(name, check),
      addDetail: (name, detail) => this.addDetail(name, detail),
    };
  }

  /** From now on not ready, for good: load balancers should look elsewhere while requests in hand are finished. */
  stopping(): void {
    this.#stopping = true;
  }

  /** Asks every part. One that cannot even answer counts as not ready. */
  readiness(): Readiness {
    const stopping = { name: "process", code: "process.stopping", reason: "the process is shutting down" };
    const reasons = [...(this.#stopping ? [stopping] : []), ...reasonsOf(this.#checks)];
    const degraded = reasonsOf(this.#warnings);
    const details = Object.fromEntries(
      [...this.#details].map(([name, detail]) => [
        name,
        answer(detail, (error) => ({ error: describeError(error) })),
      ]),
    );
    const ready = reasons.length === 0;
    const status = !ready ? "unready" : degraded.length > 0 ? "degraded" : "ready";
    return { ready, status, reasons, degraded, details };
  }
}

interface NamedCheck {
  readonly name: string;
  readonly check: Check;
}

function added(checks: Set<NamedCheck>, entry: NamedCheck): () => void {
  checks.add(entry);
  return () => {
    checks.delete(entry);
  };
}

function reasonsOf(checks: Iterable<NamedCheck>): PartReason[] {
  return [...checks].flatMap(({ name, check }) => {
    const reason = answer(check, (error) => ({ code: "check.failed", reason: describeError(error) }));
    return reason === undefined ? [] : [{ name, ...reason }];
  });
}

function answer<T>(ask: () => T, inPlace: (error: unknown) => T): T {
  try {
    return ask();
  } catch (error) {
    return inPlace(error);
  }
}
