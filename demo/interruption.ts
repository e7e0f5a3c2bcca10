import { constants } from "node:os";

/** Somebody wants the demo to end before its story does. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** What a process that this signal ends exits with. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Ctrl-C in a terminal comes twice: to everyone in it, and once more by way of npm. */
const ECHO_MS = 100;

/**
 * Ends whatever the demo waits for when something makes going on pointless. Only waits that go through {@link or}
 * are cut short, so nothing is left half started.
 */
export class Interruption {
  readonly #cut = Promise.withResolvers<never>();

  constructor() {
    // Whoever waits is told; that nobody waits at the moment is no error.
    this.#cut.promise.catch(() => undefined);
  }

  /** Cuts short what is being waited for now, and every wait from now on. Only the first `reason` counts. */
  because(reason: Error): void {
    this.#cut.reject(reason);
  }

  /** The outcome of `work`, or a rejection as soon as there is a reason not to wait for it. */
  or<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#cut.promise, work]);
  }

  /** From now on a signal interrupts; a second one ends the process at once. */
  onSignals(): void {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      const reason = new Interrupted(signal);
      if (first !== undefined && now - first > ECHO_MS) process.exit(reason.exitCode);
      first ??= now;
      this.because(reason);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  }
}
