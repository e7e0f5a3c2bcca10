import { randomToken } from "../../../shared/base/random.ts";
import { changeMessage, encodeChangeMessage } from "../../../shared/bus/change-message.ts";
import type {
  AcquireOutcome,
  ChangeListener,
  EnvironmentStore,
  ItemSlice,
  RelayStatus,
  RenewOutcome,
  Snapshot,
  UpstreamReport,
  Write,
  WriteCondition,
  WriteOutcome,
} from "../../../shared/bus/environment-store.ts";
import { type Claim, claimsAgree, decodeClaim, encodeClaim } from "../../../shared/model/claim.ts";
import { type ContentSum, sumOf } from "../../../shared/model/content-sum.ts";
import {
  type FlagData,
  ITEM_KINDS,
  type ItemKind,
  NO_DATA,
  withChanges,
} from "../../../shared/model/item.ts";
import { NOWHERE, type Position, samePosition } from "../../../shared/model/position.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualProcess, VirtualTime } from "./virtual-time.ts";

/** What Redis holds under a prefix. */
export interface State {
  readonly data: FlagData;
  readonly inited: boolean;
  readonly position: Position;
  readonly seenAt: number;
  readonly upstream: UpstreamReport | undefined;
  readonly claim: string | undefined;
  readonly sum: ContentSum | undefined;
  readonly receivedAtMs: number;
  readonly lease: { readonly token: string; readonly until: number } | undefined;
}

const EMPTY: State = {
  data: NO_DATA,
  inited: false,
  position: NOWHERE,
  seenAt: 0,
  upstream: undefined,
  claim: undefined,
  sum: undefined,
  receivedAtMs: 0,
  lease: undefined,
};

/** Few, so that a walk takes several. */
const SLICE_ITEMS = 2;

/** Which kinds of trouble this Redis may have, each with its probability per command or message. */
export interface RedisTrouble {
  readonly slow: number;
  /** An error is seen, and the command is done now, later or never. */
  readonly unknown: number;
  /** A message does not arrive. */
  readonly loss: number;
}

interface Subscription {
  readonly prefix: string;
  readonly process: VirtualProcess;
  readonly listener: ChangeListener;
  /** Messages of one connection arrive in order, however long they take. */
  last: number;
  open: boolean;
}

/** What can go or change without a sign. */
type Content = Pick<State, "data" | "inited" | "claim" | "sum" | "lease">;

/**
 * A Redis that can lose messages, forget its newest writes, be emptied, lose or age items, go away and keep
 * callers in the dark about outcomes. Its steps mean what the scripts of `shared/bus` mean; one suite of tests
 * holds both to that.
 */
export class SimulatedRedis {
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  #trouble: RedisTrouble;
  #states: ReadonlyMap<string, State> = new Map();
  #history: ReadonlyMap<string, State>[] = [new Map()];
  /** What whoever wrote a position meant Redis to hold there, by its stamp, known without any sums. */
  readonly #meant = new Map<string, FlagData>();
  readonly #violate: (what: string) => void;
  /** A new era begins when connections break: what was under way before never happens after. */
  #era = 0;
  #away = false;
  #writesFail = false;
  readonly #subscriptions = new Set<Subscription>();

  constructor(
    time: VirtualTime,
    random: SeededRandom,
    trouble: RedisTrouble,
    violate: (what: string) => void = () => undefined,
  ) {
    this.#violate = violate;
    this.#time = time;
    this.#random = random;
    this.#trouble = trouble;
  }

  data(prefix: string): FlagData {
    return this.#state(prefix).data;
  }

  position(prefix: string): Position {
    return this.#state(prefix).position;
  }

  inited(prefix: string): boolean {
    return this.#state(prefix).inited;
  }

  claim(prefix: string): string | undefined {
    return this.#state(prefix).claim;
  }

  writes(prefix: string): number {
    return this.#state(prefix).position.offset;
  }

  /** Whether `data` are what the writer of `position` meant Redis to hold there. */
  isMeant(data: FlagData, { stamp }: Position): boolean {
    const meant = this.#meant.get(stamp);
    return meant !== undefined && sameTexts(meant, data);
  }

  /** What a prefix held at some earlier moment. */
  someEarlier(prefix: string): FlagData {
    return this.#random.pick(this.#history).get(prefix)?.data ?? NO_DATA;
  }

  connect(process: VirtualProcess, prefix: string): EnvironmentStore {
    const call = <T>(step: () => T): Promise<T> => this.#call(process, step);
    /** What this process takes for Redis's data, by the answers that reached it. */
    let known = NO_DATA;
    const write = async (
      ...[token, condition, what, receivedAtMs]: Parameters<EnvironmentStore["write"]>
    ) => {
      const meant = withChanges(known, what.changes);
      const outcome = await call(() => this.#write(prefix, token, condition, what, receivedAtMs, meant));
      if (outcome.kind === "written") known = meant;
      return outcome;
    };
    const snapshot = async () => {
      const read = await call((): Snapshot => this.#state(prefix));
      known = read.data;
      return read;
    };
    return {
      acquire: (token, ttlMs, claim) => call(() => this.#acquire(prefix, token, ttlMs, claim)),
      renew: (token, ttlMs, claim, upstream, settledAt) =>
        call(() => this.#renew(prefix, token, ttlMs, claim, upstream, settledAt)),
      release: (token) => call(() => this.#release(prefix, token)),
      write,
      snapshot,
      scan: (kind, from) => call(() => this.#scan(prefix, kind, from)),
      status: () => call((): RelayStatus => this.#state(prefix)),
      takeOver: (claim) => call(() => this.takeOver(prefix, claim)),
      subscribe: (listener) => call(() => this.#subscribe(process, prefix, listener)),
    };
  }

  /** Something goes or changes, and nothing says so. */
  damage(prefix: string, change: (content: Content) => Partial<Content>): void {
    this.#put(prefix, change(this.#state(prefix)));
  }

  /** What a prefix holds now, to be failed over to later. */
  replica(prefix: string): State {
    return this.#state(prefix);
  }

  /** Fails over to a replica of some moment; whoever has the lease keeps it. */
  failOver(prefix: string, replica: State): void {
    this.#put(prefix, { ...replica, lease: this.#state(prefix).lease });
  }

  /** For a while writes alone fail, of all commands the longest. */
  failWrites(forMs: number): void {
    this.#writesFail = true;
    this.#time.after(forMs, () => {
      this.#writesFail = false;
    });
  }

  /** From now on no message arrives, and nobody is told. */
  loseMessages(): void {
    this.#trouble = { ...this.#trouble, loss: 1 };
  }

  /** Trouble ends: from now on everything works and is quick. */
  heal(): void {
    this.#trouble = { slow: 0, unknown: 0, loss: 0 };
    this.#away = false;
    this.#writesFail = false;
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
    this.#states = this.#history.at(-1) ?? new Map();
    this.#breakConnections();
  }

  empty(): void {
    this.#states = new Map();
    this.#history = [this.#states];
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

  #end(subscription: Subscription, noticed: boolean): void {
    subscription.open = false;
    if (!noticed) return;
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
              if (!this.#away && era === this.#era && !this.#writesFail) step();
            });
          return fail();
        }
        let value: T;
        try {
          value = step();
        } catch {
          return fail();
        }
        this.#time.after(this.#latency(), () => {
          if (era === this.#era) process.deliver(0, () => resolve(value));
          else fail();
        });
      });
    });
  }

  #state(prefix: string): State {
    return this.#states.get(prefix) ?? EMPTY;
  }

  #put(prefix: string, fields: Partial<State>): void {
    this.#states = new Map(this.#states).set(prefix, { ...this.#state(prefix), ...fields });
    this.#history.push(this.#states);
    if (this.#history.length > 80) this.#history.shift();
  }

  #holds(prefix: string, token: string): boolean {
    const { lease } = this.#state(prefix);
    return lease !== undefined && lease.token === token && lease.until > this.#time.now;
  }

  #word(prefix: string): number {
    return Math.max(this.#time.now, this.#state(prefix).seenAt + 1);
  }

  #acquire(prefix: string, token: string, ttlMs: number, claim: string | undefined): AcquireOutcome {
    const { lease, claim: stored } = this.#state(prefix);
    if (lease !== undefined && lease.until > this.#time.now) return { kind: "taken" };
    if (stored !== claim) return { kind: "claimed", claim: stored };
    this.#put(prefix, { lease: { token, until: this.#time.now + ttlMs } });
    return { kind: "acquired" };
  }

  #renew(
    prefix: string,
    token: string,
    ttlMs: number,
    claim: string | undefined,
    upstream: UpstreamState | undefined,
    settledAt: Position | undefined,
  ): RenewOutcome {
    if (!this.#holds(prefix, token)) return { kind: "lost" };
    const { position, claim: stored, sum, inited, data } = this.#state(prefix);
    const known = stored === claim;
    const confirms = known && settledAt !== undefined && samePosition(settledAt, position);
    this.#put(prefix, {
      lease: { token, until: this.#time.now + ttlMs },
      ...(known && upstream && { upstream: { ...upstream, aliveAt: this.#time.now } }),
      ...(confirms && { seenAt: this.#word(prefix) }),
    });
    const lengths = { flags: data.flags.size, segments: data.segments.size };
    return { kind: "held", outline: { position, claim: stored, sum, inited, lengths } };
  }

  #release(prefix: string, token: string): void {
    if (this.#holds(prefix, token)) this.#put(prefix, { lease: undefined });
  }

  #write(
    prefix: string,
    token: string,
    condition: WriteCondition,
    write: Write,
    receivedAtMs: number,
    meant: FlagData,
  ): WriteOutcome {
    if (this.#writesFail) throw new Error("the write took too long");
    if (!this.#holds(prefix, token)) return { kind: "lost" };
    const { position: previous, claim, data: before } = this.#state(prefix);
    if (!samePosition(previous, condition.position) || claim !== condition.claim) return { kind: "moved" };
    const position = { offset: previous.offset + 1, stamp: randomToken() };
    const data = withChanges(before, write.changes);
    this.#meant.set(position.stamp, meant);
    this.#checkId(claim, write.claim);
    this.#put(prefix, {
      data,
      inited: true,
      position,
      seenAt: this.#word(prefix),
      claim: encodeClaim(write.claim),
      sum: write.sum,
      receivedAtMs,
    });
    this.#publish(prefix, encodeChangeMessage(changeMessage(position, previous, receivedAtMs, write)));
    return { kind: "written", position };
  }

  /** Whoever does not know the environment's id must not take it from those who did. */
  #checkId(before: string | undefined, after: Claim): void {
    const claim = before === undefined ? undefined : decodeClaim(before);
    if (claim?.envId !== undefined && claimsAgree(claim, after) && after.envId === undefined)
      this.#violate("a write took the environment's id out of the claim");
  }

  #scan(prefix: string, kind: ItemKind, from: string | undefined): ItemSlice {
    const keys = [...this.#state(prefix).data[kind].keys()].sort();
    const rest = from === undefined ? keys : keys.filter((key) => key > from);
    const slice = rest.slice(0, SLICE_ITEMS);
    const texts = slice.map((key): [string, string] => [
      key,
      this.#state(prefix).data[kind].get(key)?.raw ?? "",
    ]);
    return { texts: new Map(texts), next: rest.length > slice.length ? slice.at(-1) : undefined };
  }

  /** An operator's command. */
  takeOver(prefix: string, claim: Claim): void {
    const { position: previous, seenAt, lease } = this.#state(prefix);
    const position = { offset: previous.offset + 1, stamp: randomToken() };
    this.#meant.set(position.stamp, NO_DATA);
    this.#put(prefix, { ...EMPTY, seenAt, lease, position, claim: encodeClaim(claim), sum: sumOf(NO_DATA) });
    const message = { position, previous, receivedAtMs: 0, changes: undefined };
    this.#publish(prefix, encodeChangeMessage(message));
  }

  #publish(prefix: string, text: string): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.prefix !== prefix) continue;
      if (!subscription.open || this.#random.chance(this.#trouble.loss)) continue;
      subscription.last = Math.max(subscription.last, this.#time.now + this.#latency());
      subscription.process.deliver(subscription.last - this.#time.now, () => {
        if (subscription.open) subscription.listener.message(text);
      });
    }
  }

  #subscribe(process: VirtualProcess, prefix: string, listener: ChangeListener): () => void {
    const subscription: Subscription = { prefix, process, listener, last: this.#time.now, open: true };
    this.#subscriptions.add(subscription);
    return () => {
      subscription.open = false;
      this.#subscriptions.delete(subscription);
    };
  }
}

function sameTexts(one: FlagData, other: FlagData): boolean {
  return ITEM_KINDS.every(
    (kind) =>
      one[kind].size === other[kind].size &&
      [...one[kind]].every(([key, { raw }]) => other[kind].get(key)?.raw === raw),
  );
}
