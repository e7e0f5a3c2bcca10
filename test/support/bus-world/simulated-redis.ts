import { randomToken } from "../../../shared/base/random.ts";
import { changeMessage, encodeChangeMessage } from "../../../shared/bus/change-message.ts";
import type {
  ChangeListener,
  EnvironmentStore,
  Look,
  RenewOutcome,
  Snapshot,
  UpstreamReport,
  WriteOutcome,
} from "../../../shared/bus/environment-store.ts";
import type { Difference } from "../../../shared/model/difference.ts";
import { type FlagData, NO_DATA, withChanges } from "../../../shared/model/item.ts";
import { NOWHERE, type Position, samePosition } from "../../../shared/model/position.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualProcess, VirtualTime } from "./virtual-time.ts";

interface State {
  readonly data: FlagData;
  readonly inited: boolean;
  readonly position: Position;
  readonly seenAt: number;
  readonly upstream: UpstreamReport | undefined;
  readonly lease: { readonly token: string; readonly until: number } | undefined;
}

const EMPTY: State = {
  data: NO_DATA,
  inited: false,
  position: NOWHERE,
  seenAt: 0,
  upstream: undefined,
  lease: undefined,
};

/** Which kinds of trouble this Redis may have, each with its probability per command or message. */
export interface RedisTrouble {
  readonly slow: number;
  /** An error is seen, and the command is done now, later or never. */
  readonly unknown: number;
  /** A message does not arrive. */
  readonly loss: number;
}

interface Subscription {
  readonly process: VirtualProcess;
  readonly listener: ChangeListener;
  /** Messages of one connection arrive in order, however long they take. */
  last: number;
  open: boolean;
}

/**
 * One environment in a Redis that can lose messages, forget its newest writes, be emptied, go away and keep
 * callers in the dark about outcomes. Its steps mean what the scripts of `shared/bus` mean; one suite of tests
 * holds both to that.
 */
export class SimulatedRedis {
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  #trouble: RedisTrouble;
  #state: State = EMPTY;
  #history: State[] = [EMPTY];
  /** A new era begins when connections break: what was under way before never happens after. */
  #era = 0;
  #away = false;
  readonly #subscriptions = new Set<Subscription>();

  constructor(time: VirtualTime, random: SeededRandom, trouble: RedisTrouble) {
    this.#time = time;
    this.#random = random;
    this.#trouble = trouble;
  }

  get data(): FlagData {
    return this.#state.data;
  }

  get inited(): boolean {
    return this.#state.inited;
  }

  get writes(): number {
    return this.#state.position.offset;
  }

  connect(process: VirtualProcess): EnvironmentStore {
    const call = <T>(step: () => T): Promise<T> => this.#call(process, step);
    return {
      acquire: (token, ttlMs) => call(() => this.#acquire(token, ttlMs)),
      renew: (token, ttlMs, upstream, settledAt) =>
        call(() => this.#renew(token, ttlMs, upstream, settledAt)),
      release: (token) => call(() => this.#release(token)),
      write: (token, from, difference, receivedAtMs) =>
        call(() => this.#write(token, from, difference, receivedAtMs)),
      snapshot: () => call((): Snapshot => ({ ...this.#state })),
      look: () => call((): Look => this.#state),
      subscribe: (listener) => call(() => this.#subscribe(process, listener)),
    };
  }

  /** Trouble ends: from now on everything works and is quick. */
  heal(): void {
    this.#trouble = { slow: 0, unknown: 0, loss: 0 };
    this.#away = false;
    for (const subscription of this.#subscriptions) if (!subscription.open) this.#end(subscription, true);
  }

  goAway(forMs: number): void {
    if (this.#away) return;
    this.#away = true;
    this.#breakConnections();
    this.#time.after(forMs, () => {
      this.#away = false;
    });
  }

  /** Comes back as it was `steps` changes ago, as after a failover or a restore. */
  rollBack(steps: number): void {
    const index = Math.max(0, this.#history.length - 1 - steps);
    this.#history = this.#history.slice(0, index + 1);
    this.#state = this.#history.at(-1) ?? EMPTY;
    this.#breakConnections();
  }

  empty(): void {
    this.#history = [EMPTY];
    this.#state = EMPTY;
    this.#breakConnections();
  }

  /** Ends one subscription, with a sign or without: then its reader waits for messages that never come. */
  breakSubscription(): void {
    const open = [...this.#subscriptions].filter((subscription) => subscription.open);
    if (open.length > 0) this.#end(this.#random.pick(open), this.#random.chance(0.7));
  }

  #breakConnections(): void {
    this.#era += 1;
    for (const subscription of this.#subscriptions) this.#end(subscription, this.#random.chance(0.7));
  }

  #end(subscription: Subscription, told: boolean): void {
    subscription.open = false;
    if (!told) return;
    this.#subscriptions.delete(subscription);
    subscription.process.deliver(0, () => subscription.listener.lost());
  }

  #latency(): number {
    return this.#random.chance(this.#trouble.slow)
      ? this.#random.between(50, 1500)
      : this.#random.between(1, 5);
  }

  #call<T>(process: VirtualProcess, step: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const era = this.#era;
      const fail = (): void =>
        process.deliver(this.#random.between(1, 60), () => reject(new Error("Redis is away")));
      this.#time.after(this.#latency(), () => {
        if (this.#away || era !== this.#era) return fail();
        if (this.#random.chance(this.#trouble.unknown)) {
          const late = this.#random.pick([undefined, 0, this.#random.between(5, 1500)]);
          if (late !== undefined)
            this.#time.after(late, () => {
              if (!this.#away && era === this.#era) step();
            });
          return fail();
        }
        const value = step();
        this.#time.after(this.#latency(), () => {
          if (era === this.#era) process.deliver(0, () => resolve(value));
          else fail();
        });
      });
    });
  }

  #put(fields: Partial<State>): void {
    this.#state = { ...this.#state, ...fields };
    this.#history.push(this.#state);
    if (this.#history.length > 80) this.#history.shift();
  }

  #holds(token: string): boolean {
    const { lease } = this.#state;
    return lease !== undefined && lease.token === token && lease.until > this.#time.now;
  }

  #word(): number {
    return Math.max(this.#time.now, this.#state.seenAt + 1);
  }

  #acquire(token: string, ttlMs: number): boolean {
    const { lease } = this.#state;
    if (lease !== undefined && lease.until > this.#time.now) return false;
    this.#put({ lease: { token, until: this.#time.now + ttlMs } });
    return true;
  }

  #renew(
    token: string,
    ttlMs: number,
    upstream: UpstreamState | undefined,
    settledAt: Position | undefined,
  ): RenewOutcome {
    if (!this.#holds(token)) return { kind: "lost" };
    const { position } = this.#state;
    const speaks = settledAt !== undefined && samePosition(settledAt, position);
    this.#put({
      lease: { token, until: this.#time.now + ttlMs },
      ...(upstream && { upstream: { ...upstream, aliveAt: this.#time.now } }),
      ...(speaks && { seenAt: this.#word() }),
    });
    return { kind: "held", position };
  }

  #release(token: string): void {
    if (this.#holds(token)) this.#put({ lease: undefined });
  }

  #write(token: string, from: Position, difference: Difference, receivedAtMs: number): WriteOutcome {
    if (!this.#holds(token)) return { kind: "lost" };
    const previous = this.#state.position;
    if (!samePosition(previous, from)) return { kind: "moved" };
    const position = { offset: previous.offset + 1, stamp: randomToken() };
    const data = withChanges(this.#state.data, difference.changes);
    this.#put({ data, inited: true, position, seenAt: this.#word() });
    this.#publish(encodeChangeMessage(changeMessage(position, previous, receivedAtMs, difference)));
    return { kind: "written", position };
  }

  #publish(text: string): void {
    for (const subscription of this.#subscriptions) {
      if (!subscription.open || this.#random.chance(this.#trouble.loss)) continue;
      subscription.last = Math.max(subscription.last, this.#time.now + this.#latency());
      subscription.process.deliver(subscription.last - this.#time.now, () => {
        if (subscription.open) subscription.listener.message(text);
      });
    }
  }

  #subscribe(process: VirtualProcess, listener: ChangeListener): () => void {
    const subscription: Subscription = { process, listener, last: this.#time.now, open: true };
    this.#subscriptions.add(subscription);
    return () => {
      subscription.open = false;
      this.#subscriptions.delete(subscription);
    };
  }
}
