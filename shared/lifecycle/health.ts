import { describeError } from "../base/errors.ts";

/** Anything that can stand in a JSON document. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Why `name` is not ready, or `undefined` if it is. */
export type ReadinessCheck = () => string | undefined;

/** Whether a load balancer should send requests here, and what an operator wants to know beside it. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly { readonly name: string; readonly reason: string }[];
  readonly details: { readonly [name: string]: JsonValue };
}

/** Where a part of the process says how it is. */
export interface HealthReports {
  /** Adds a condition of readiness; several may share a name. Returns what takes it away again. */
  addCheck(name: string, check: ReadinessCheck): () => void;
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
  readonly #checks = new Set<{ readonly name: string; readonly check: ReadinessCheck }>();
  readonly #details = new Map<string, () => JsonValue>();
  #stopping = false;

  addCheck(name: string, check: ReadinessCheck): () => void {
    const entry = { name, check };
    this.#checks.add(entry);
    return () => {
      this.#checks.delete(entry);
    };
  }

  addDetail(name: string, detail: () => JsonValue): () => void {
    if (this.#details.has(name)) throw new Error(`there is a health detail named ${name} already`);
    this.#details.set(name, detail);
    return () => {
      this.#details.delete(name);
    };
  }

  /** For parts whose trouble is worth showing but must not keep requests away: their checks become details. */
  showingOnly(): HealthReports {
    return {
      addCheck: (name, check) => this.addDetail(name, () => check() ?? "ok"),
      addDetail: (name, detail) => this.addDetail(name, detail),
    };
  }

  /** From now on not ready, for good: load balancers should look elsewhere while requests in hand are finished. */
  stopping(): void {
    this.#stopping = true;
  }

  /** Asks every part. One that cannot even answer counts as not ready. */
  readiness(): Readiness {
    const reasons = this.#stopping ? [{ name: "process", reason: "shutting down" }] : [];
    for (const { name, check } of this.#checks) {
      const reason = answer(check, describeError);
      if (reason !== undefined) reasons.push({ name, reason });
    }
    const details = Object.fromEntries(
      [...this.#details].map(([name, detail]) => [
        name,
        answer(detail, (error) => ({ error: describeError(error) })),
      ]),
    );
    return { ready: reasons.length === 0, reasons, details };
  }
}

function answer<T>(ask: () => T, inPlace: (error: unknown) => T): T {
  try {
    return ask();
  } catch (error) {
    return inPlace(error);
  }
}
