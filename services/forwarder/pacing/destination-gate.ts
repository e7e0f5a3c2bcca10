import type { Cause } from "../../../shared/base/cause.ts";
import type { Clock } from "../../../shared/base/clock.ts";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { OutagePart } from "../../../shared/base/outage-reporter.ts";
import type { Random } from "../../../shared/base/random.ts";
import type { Obstacle } from "../../../shared/queue/destination-states.ts";
import type { Parking, ParkingAnswer, ParkingTimes } from "../../../shared/queue/parking.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import type { DestinationSignal } from "./destination-signal.ts";

/** What may be done with payloads for a destination. */
export type Admission =
  | { readonly kind: "open" }
  /** One of them, then {@link DestinationGate.conclude}, and the others if that one was answered well. */
  | { readonly kind: "one first" }
  | { readonly kind: "held"; readonly forMs: number };

/** What becomes of a payload that was refused. */
export type RefusedEnd =
  /** Its destination is parked, and it with it. */
  | { readonly kind: "parked" }
  /** Others are taken there, so the trouble is with this payload: it alone waits. */
  | { readonly kind: "again"; readonly delayMs: number };

/** What a gate works with. */
export interface GateParts {
  readonly parking: Pick<
    Parking,
    "park" | "admit" | "lift" | "liftIfOther" | "release" | "noteTrouble" | "troubleEnded"
  >;
  readonly times: ParkingTimes;
  /** POSTs at a time. */
  readonly permits: number;
  /** The longest open period of the circuit. */
  readonly maxOpenMs: number;
  readonly stopping: AbortSignal;
  /** Where outages of LaunchDarkly are reported, to be logged once for the whole process. */
  readonly service: OutagePart;
  readonly clock: Clock;
  readonly random: Random;
  /** Its lines name the destination. */
  readonly logger: Logger;
}

/** A payload that is under way for longer makes its destination slow. */
const SLOW_MS = 1000;
/** How long what Redis said of a parking is believed. */
const BELIEVED_MS = 5000;
/**
 * The longest that parked payloads wait for this forwarder's circuit before somebody asks again: it may be another
 * forwarder, whose way to LaunchDarkly is better.
 */
const CIRCUIT_LOOK_MS = 2000;
/** How long Redis remembers why a forwarder gets no answer; renewed by {@link DestinationGate.look}. */
const TROUBLE_MS = 30_000;

/**
 * Decides whether payloads for one destination of one environment may be tried. Three things close the gate, each by itself:
 *
 * | closed because it is | begins | ends |
 * | --- | --- | --- |
 * | *parked* (in Redis, for all forwarders) | a credential or a path is refused | the time is over and one payload, tried first, was taken; {@link use} with another credential; an operator; a refusal then parks for longer |
 * | *unreachable* (this forwarder's {@link CircuitBreaker}) | five failures in a row | one POST is answered |
 * | *slow* (this forwarder) | a POST is under way for longer than a second | it ends: others must not wait for it |
 *
 * What Redis said of a parking is believed for a few seconds, and that there is none for half a first parking: the gate asks
 * again in {@link admit} and {@link look}. While the destination *flows* (the last answered payload was taken), a refusal
 * may concern one payload alone, so it parks for a second only, and that payload waits by itself.
 */
export class DestinationGate {
  readonly #parts: GateParts;
  readonly #circuit: CircuitBreaker;
  readonly #underWay = new Set<{ readonly since: number }>();
  #fingerprint: string;
  #refusal: Obstacle | undefined;
  #trouble: Obstacle | undefined;
  /** By the monotonic clock: until then there is no parking, the parking lasts, and what Redis said is believed. */
  #freeUntil = 0;
  #parkedUntil = 0;
  #believedUntil = 0;
  /** Whether the last payload that was answered here was taken. */
  #flows = false;
  #lastCause: Cause = { code: "UNKNOWN", text: "", vague: true };

  /** `fingerprint` tells the credential under which payloads go out from others. */
  constructor(fingerprint: string, parts: GateParts) {
    const { permits, maxOpenMs, stopping, clock, random } = parts;
    this.#fingerprint = fingerprint;
    this.#parts = parts;
    const changed = (open: boolean): void => this.#circuitChanged(open);
    this.#circuit = new CircuitBreaker({ permits, maxOpenMs, stopping, changed, clock, random });
  }

  /** What keeps payloads from the destination at the moment, as far as this forwarder knows. */
  get obstacle(): Obstacle | undefined {
    return this.#refusal ?? this.#trouble;
  }

  /** Which credential payloads go out under. */
  get fingerprint(): string {
    return this.#fingerprint;
  }

  /** From now on payloads go out under another credential, of which nothing is known yet. */
  use(fingerprint: string): void {
    if (fingerprint === this.#fingerprint) return;
    this.#fingerprint = fingerprint;
    this.#flows = false;
    this.#notParked(0);
  }

  /** Ends a parking that is for another credential than ours; resolves with whether it did. */
  async liftForeign(): Promise<boolean> {
    const { parking, logger } = this.#parts;
    if (!(await parking.liftIfOther(this.#fingerprint))) return false;
    logger.info("the credential has changed, resuming delivery", { event: "events.parking.ended" });
    return true;
  }

  /** Asks before payloads of a job are tried. Rejects when Redis cannot be asked. */
  async admit(): Promise<Admission> {
    const now = this.#now();
    if (now >= (this.#refusal === undefined ? this.#freeUntil : this.#believedUntil)) await this.#ask(false);
    return this.isClosed ? { kind: "held", forMs: this.heldForMs() } : { kind: "open" };
  }

  /** Asks before parked payloads are taken: only here anybody is told to try one first. */
  async admitRelease(): Promise<Admission> {
    const answer = await this.#ask(true);
    if (answer.kind === "hurry") this.#circuit.hurry();
    const probes = answer.kind === "probe" || (this.#refusal === undefined && this.#circuit.isProbing);
    if (probes) return { kind: "one first" };
    return this.isClosed ? { kind: "held", forMs: this.heldForMs() } : { kind: "open" };
  }

  /** Says what the payload that was tried first has shown. A refusal has been told by {@link refused}. */
  async conclude(sign: DestinationSignal): Promise<void> {
    const { parking, clock, logger } = this.#parts;
    if (sign === "refused") return;
    if (sign !== "healthy") return parking.release();
    const since = await parking.lift();
    this.#notParked(0);
    if (since === undefined) return;
    logger.info("LaunchDarkly accepts events at this destination again", {
      event: "events.parking.ended",
      parkedMs: Math.max(0, clock.now() - since),
    });
  }

  /** Whether nothing more is to be sent at the moment. */
  get isClosed(): boolean {
    return this.#refusal !== undefined || this.#circuit.isOpen || this.#isSlow();
  }

  /** How long to wait before the next look, whatever it is that holds payloads up; 0 if nothing does. */
  heldForMs(): number {
    const parkedMs = this.#refusal === undefined ? 0 : Math.max(SLOW_MS, this.#parkedUntil - this.#now());
    const circuitMs = this.#circuit.isOpen ? Math.min(CIRCUIT_LOOK_MS, this.#circuit.retryInMs()) : 0;
    return Math.ceil(Math.max(parkedMs, circuitMs, this.#isSlow() ? SLOW_MS : 0));
  }

  /** Resolves with true when a POST may be sent, which {@link leave} must follow, or with false: not now. */
  enter(): Promise<boolean> {
    return this.#circuit.enter();
  }

  /** `cause`: what was answered, or why nothing was; left out if nothing was sent, or it was broken off. */
  leave(sign: DestinationSignal, cause?: Cause): void {
    if (cause !== undefined) this.#lastCause = cause;
    if (sign === "healthy") this.#flows = true;
    this.#circuit.leave(sign);
    if (sign === "failing" && this.#circuit.isOpen) this.#failedAgain();
  }

  /** Nothing goes through the gate any more: the environment was removed, or the process ends. */
  close(): void {
    this.#parts.service.leave();
  }

  /** Notes that a POST is sent; to be called again when it has ended. */
  sending(): () => void {
    const post = { since: this.#now() };
    this.#underWay.add(post);
    return () => void this.#underWay.delete(post);
  }

  /**
   * Parks the destination, because the credential with this fingerprint was refused: unless it is another one now, or others
   * are taken and this payload was refused `times` times before. On probation (`probes`) every refusal counts.
   */
  async refused(reason: string, fingerprint: string, times: number, probes: boolean): Promise<RefusedEnd> {
    const { parking, times: parkingTimes, clock, logger } = this.#parts;
    if (fingerprint !== this.#fingerprint) return { kind: "again", delayMs: 0 };
    const { firstMs, maxMs } = parkingTimes;
    const flows = this.#flows && !probes;
    const alone: RefusedEnd = {
      kind: "again",
      delayMs: Math.min(maxMs, firstMs * 2 ** Math.max(0, times - 1)),
    };
    this.#flows = false;
    if (flows && times > 0) return alone;
    const askedAt = this.#now();
    const { forMs, news } = await parking.park(reason, fingerprint, flows, clock.now());
    this.#parked(reason, askedAt, forMs);
    if (news)
      logger.warn("LaunchDarkly rejected the credential or path of this destination, parking its events", {
        event: "events.parking.began",
        reason,
        forMs,
      });
    // Others were just taken, so another one is to show whether it is only this payload, which until then waits apart.
    return flows ? alone : { kind: "parked" };
  }

  /** To be called now and then: looks whether a parking goes on, and tells Redis that other trouble does. */
  async look(): Promise<void> {
    if (this.#refusal !== undefined) await this.#ask(false);
    if (this.#trouble !== undefined) await this.#noteTrouble(this.#trouble);
  }

  async #ask(mayProbe: boolean): Promise<ParkingAnswer> {
    const askedAt = this.#now();
    const answer = await this.#parts.parking.admit(this.#fingerprint, mayProbe);
    switch (answer.kind) {
      case "free":
      case "hurry":
        if (this.#refusal !== undefined)
          this.#parts.logger.info("the parking has ended, retrying delivery", {
            event: "events.parking.ended",
          });
        // Whoever parks now, parks for longer than that.
        this.#notParked(askedAt + this.#parts.times.firstMs / 2);
        break;
      case "parked":
        this.#parked(answer.reason, askedAt, answer.forMs);
        break;
      case "probe":
      case "probed":
        this.#parked(answer.reason, askedAt, 0);
    }
    return answer;
  }

  #parked(reason: string, askedAt: number, forMs: number): void {
    const since = this.#refusal?.since ?? this.#parts.clock.now();
    this.#refusal = { state: "refused", reason, since };
    this.#parkedUntil = askedAt + forMs;
    this.#believedUntil = askedAt + Math.min(BELIEVED_MS, Math.max(forMs, SLOW_MS));
  }

  #notParked(freeUntil: number): void {
    this.#refusal = undefined;
    this.#freeUntil = freeUntil;
  }

  #isSlow(): boolean {
    const [oldest] = this.#underWay;
    return oldest !== undefined && this.#now() - oldest.since > SLOW_MS;
  }

  #circuitChanged(open: boolean): void {
    const { service, clock } = this.#parts;
    if (open) this.#trouble = { state: "unreachable", reason: this.#lastCause.text, since: clock.now() };
    else {
      this.#trouble = undefined;
      service.worked();
    }
    void this.#noteTrouble(this.#trouble);
  }

  /** Failures while the circuit is closed are retried and concern nobody; from then on they are an outage. */
  #failedAgain(): void {
    const { service } = this.#parts;
    service.failed(this.#lastCause);
    if (this.#trouble !== undefined) this.#trouble = { ...this.#trouble, reason: this.#lastCause.text };
  }

  /** For those who look into Redis; nothing rests on it. */
  async #noteTrouble(trouble: Obstacle | undefined): Promise<void> {
    const { parking, logger } = this.#parts;
    try {
      if (trouble === undefined) await parking.troubleEnded();
      else await parking.noteTrouble(trouble.reason, trouble.since, TROUBLE_MS);
    } catch (error) {
      logger.debug("cannot store in Redis why events wait", { error: describeError(error) });
    }
  }

  #now(): number {
    return this.#parts.clock.monotonic();
  }
}
