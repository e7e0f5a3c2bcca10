import { decodeClaim } from "../../../shared/model/claim.ts";
import { samePosition } from "../../../shared/model/position.ts";
import { ageItem, type Vanishing, vanish } from "./damage.ts";
import type { EdgeProcess } from "./edge-process.ts";
import { type IngestorProcess, LEASE } from "./ingestor-process.ts";
import { Installation, type InstallationOptions } from "./installation.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedRedis } from "./simulated-redis.ts";
import { VirtualTime } from "./virtual-time.ts";

/** After the faults end, everybody must agree within so long. */
const REPAIR_MS = 20_000;
/** By then whoever a new key has locked out of its own prefix is locked out for good, and an operator helps. */
const HELP_MS = 6000;
/** What was sent before the faults ended has arrived by then, however late. */
const LATE_MS = 2000;
const QUIET_MS = 3000;
const START_MS = 600;
/** Missing items are noticed by the next renewal, others by the next walk, or when upstream repeats what it has said. */
const MENDED_MS = {
  missing: 3500,
  aged: 2 * LEASE.walkMs,
  repeated: 1000,
  undone: 2000,
  "repair lost": 5000,
};
/** Without a prefix of its own, an installation keeps its data under its name: few, so that they meet. */
const NAMES = ["shop", "web"] as const;

const FAULTS = [
  "pause-ingestor",
  "kill-ingestor",
  "pause-edge",
  "kill-edge",
  "reset-upstream",
  "recreate-items",
  "drop-streams",
  "upstream-away",
  "roll-back-redis",
  "empty-redis",
  "redis-away",
  "break-subscription",
  "unknown-outcomes",
  "lost-messages",
  "failing-writes",
  "repeated-changes",
  "slow",
  "vanishing-items",
  "ageing-items",
  "rival",
  "rotate-key",
  "rename",
] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * The relay's own ingestors and edges between simulated LaunchDarklys and a simulated Redis, in virtual time, with
 * a mixture of faults that the seed decides. Some runs have a second installation, with an environment of its own,
 * that may have come to the same prefix. Afterwards `violations` says what promises were broken.
 */
export class BusWorld {
  readonly violations: string[] = [];
  readonly #time = new VirtualTime();
  readonly #random: SeededRandom;
  readonly #faults: ReadonlySet<Fault>;
  readonly #redis: SimulatedRedis;
  readonly #installations: readonly Installation[];

  /** Without a list of faults, the seed decides which there are. */
  constructor(seed: number, faults?: readonly Fault[]) {
    const random = new SeededRandom(seed);
    this.#random = random;
    this.#faults = new Set(faults ?? FAULTS.filter(() => random.chance(0.4)));
    const has = (fault: Fault, probability: number): number => (this.#faults.has(fault) ? probability : 0);
    this.#redis = new SimulatedRedis(
      this.#time,
      random,
      {
        slow: has("slow", 0.05),
        unknown: has("unknown-outcomes", 0.04),
        loss: has("lost-messages", 0.08),
      },
      this.#violate,
    );
    const owners = this.#faults.has("rival") ? ["home", "rival"] : ["home"];
    const id = {
      saysId: random.pick(["always", "always", "sometimes", "never"] as const),
      configuresId: random.chance(0.3),
    };
    this.#installations = owners.map((owner) => this.#install({ owner, ...id }));
  }

  #install(options: Pick<InstallationOptions, "owner" | "saysId" | "configuresId">): Installation {
    const random = this.#random;
    return new Installation(
      this.#time,
      random,
      this.#redis,
      {
        ...options,
        name: random.pick(NAMES),
        prefix: random.chance(0.7) ? "launchdarkly" : undefined,
        edges: random.between(1, 3),
        slow: this.#faults.has("slow"),
        recreates: this.#faults.has("recreate-items"),
        repeats: this.#faults.has("repeated-changes"),
        high: options.owner === "rival" && random.chance(0.5),
        undisturbed: !["rival", "kill-ingestor", "kill-edge", "rename"].some((fault) =>
          this.#faults.has(fault as Fault),
        ),
      },
      this.#violate,
    );
  }

  /** Lives through the faults, then waits until everybody agrees with upstream's last word. */
  async run(): Promise<void> {
    const random = this.#random;
    const activeUntil = START_MS + random.between(1500, 9000);
    this.#every(activeUntil, random.pick([60, 200, 600]), () =>
      random.pick(this.#installations).upstream.change(),
    );
    if (this.#faults.size > 0)
      this.#every(activeUntil, random.pick([150, 500, 1500]), () =>
        this.#strike(random.pick([...this.#faults])),
      );
    this.#every(activeUntil, 700, () => random.pick(this.#edges).reconnectSdk(random));
    await this.#time.run(activeUntil);
    this.#heal();
    this.#time.after(HELP_MS, () => this.#help());
    await this.#time.run(activeUntil + REPAIR_MS, () => this.#disagreement() === undefined);
    await this.#time.run(Math.max(this.#time.now, activeUntil + HELP_MS) + LATE_MS);
    await this.#restUndisturbed();
    await this.#damageOnceMore();
  }

  async #restUndisturbed(): Promise<void> {
    const counts = (): unknown => [
      this.#installations.map(({ prefix }) => this.#redis.writes(prefix)),
      // Whose prefix is another's has nothing to ask upstream for.
      this.#installations.map((one) => (this.#isOwner(one) ? 0 : one.upstream.opened)),
    ];
    const before = JSON.stringify(counts());
    await this.#time.run(this.#time.now + QUIET_MS);
    const after = JSON.stringify(counts());
    if (after !== before)
      this.#violate(`something was written or asked although nothing changed: ${before} ${after}`);
    const wrong = this.#disagreement();
    if (wrong !== undefined) this.#violate(`after quiet ${wrong}`);
  }

  /** While all is calm, something goes or changes in Redis: it is mended without anybody's help. */
  async #damageOnceMore(): Promise<void> {
    const kinds = (["vanishing-items", "ageing-items"] as const).filter((fault) => this.#faults.has(fault));
    const owner = this.#installations.find((one) => this.#isOwner(one));
    if (kinds.length === 0 || owner === undefined || this.violations.length > 0) return;
    if (
      this.#installations.filter(({ prefix }) => prefix === owner.prefix).length > 1 &&
      this.#random.chance(0.4)
    )
      return this.#loseClaim(owner);
    const how = this.#random.pick(
      this.#random.pick(kinds) === "vanishing-items"
        ? (["missing", "undone", "repair lost"] as const)
        : (["aged", "repeated"] as const),
    );
    switch (how) {
      case "missing":
        this.#vanish(owner, ["some", "all", "inited", "sum"]);
        break;
      case "undone":
        this.#vanishForAMoment(owner);
        break;
      case "repair lost":
        await this.#loseRepair(owner);
        break;
      case "aged":
        ageItem(this.#redis, owner, this.#random, ["other", "higher"]);
        break;
      case "repeated":
        ageItem(this.#redis, owner, this.#random, ["other", "higher"]);
        owner.upstream.repeat();
        break;
    }
    await this.#time.run(this.#time.now + MENDED_MS[how]);
    const wrong = owner.disagreement(this.#redis);
    if (wrong !== undefined) this.#violate(`damage lasts (${how}): ${wrong}`);
  }

  /** An edge begins with what is left; then a failover brings the rest back, before anybody has written. */
  #vanishForAMoment(owner: Installation): void {
    const { prefix, edges } = owner;
    const before = this.#redis.replica(prefix);
    this.#vanish(owner, ["some", "all", "sum"]);
    this.#random.pick(edges).restart(this.#random.between(1, 100));
    this.#time.after(this.#random.between(150, 500), () => {
      if (samePosition(this.#redis.position(prefix), before.position)) this.#redis.failOver(prefix, before);
    });
  }

  /** What was mended changed no item; then a failover takes the position back, and nothing else. */
  async #loseRepair(owner: Installation): Promise<void> {
    const before = this.#redis.replica(owner.prefix);
    this.#vanish(owner, ["inited", "sum"]);
    await this.#time.run(this.#time.now + MENDED_MS.missing);
    this.#redis.failOver(owner.prefix, before);
  }

  /** Whoever is first may have the prefix then, but nobody's edges may go over to another's data. */
  async #loseClaim({ prefix }: Installation): Promise<void> {
    this.#redis.damage(prefix, () => ({ claim: undefined, lease: undefined }));
    await this.#time.run(this.#time.now + MENDED_MS.missing);
  }

  get #edges(): readonly EdgeProcess[] {
    return this.#installations.flatMap(({ edges }) => edges);
  }

  get #ingestors(): readonly IngestorProcess[] {
    return this.#installations.flatMap(({ ingestors }) => ingestors);
  }

  #heal(): void {
    this.#redis.heal();
    for (const { upstream, processes } of this.#installations) {
      upstream.heal();
      for (const process of processes) process.resume();
    }
  }

  /** Forces the prefix for who can prove it to be theirs by nothing any more. */
  #help(): void {
    for (const one of this.#installations) {
      const text = this.#redis.claim(one.prefix);
      const claim = text === undefined ? undefined : decodeClaim(text);
      if (claim === undefined || this.#installations.some((other) => other.owns(claim))) continue;
      if (one.isLockedOut(claim)) this.#redis.takeOver(one.prefix, one.claim);
    }
  }

  readonly #violate = (what: string): void => {
    this.violations.push(`at ${this.#time.now}: ${what}`);
  };

  #every(until: number, meanMs: number, what: () => void): void {
    const again = (): void => {
      if (this.#time.now >= until) return;
      what();
      this.#time.after(this.#random.between(1, 2 * meanMs), again);
    };
    this.#time.after(START_MS + this.#random.between(1, meanMs), again);
  }

  #strike(fault: Fault): void {
    const random = this.#random;
    const stop = random.chance(0.5) ? random.between(1, 300) : random.between(500, 7000);
    const someone = random.pick(this.#installations);
    switch (fault) {
      case "pause-ingestor":
        return random.pick(this.#ingestors).pause(stop);
      case "kill-ingestor":
        return random.pick(this.#ingestors).restart(random.between(1, 4000));
      case "pause-edge":
        return random.pick(this.#edges).pause(stop);
      case "kill-edge":
        return random.pick(this.#edges).restart(random.between(1, 1500));
      case "reset-upstream":
        return someone.upstream.reset();
      case "drop-streams":
        return someone.upstream.dropStreams();
      case "upstream-away":
        return someone.upstream.goAway(random.between(200, 5000));
      case "roll-back-redis":
        return this.#redis.rollBack(random.between(1, random.pick([1, 3, 12])));
      case "empty-redis":
        return random.chance(0.3) ? this.#redis.empty() : undefined;
      case "redis-away":
        return this.#redis.goAway(random.between(50, 5000));
      case "break-subscription":
        return this.#redis.breakSubscription();
      case "failing-writes":
        return this.#redis.failWrites(random.between(500, 4000));
      case "vanishing-items":
        return this.#vanish(
          someone,
          this.#faults.has("rival")
            ? ["some", "all", "inited", "sum", "claim", "whole"]
            : ["some", "all", "inited", "sum", "whole"],
        );
      case "ageing-items":
        return ageItem(this.#redis, someone, random, ["old", "other", "higher"]);
      case "rival":
        return random.chance(0.3) ? this.#redis.takeOver(someone.prefix, someone.claim) : undefined;
      case "rotate-key":
        return random.chance(0.5) ? someone.rotateKey((ms, what) => this.#time.after(ms, what)) : undefined;
      case "rename":
        return random.chance(0.3) ? someone.rename(random.pick(NAMES)) : undefined;
      case "recreate-items":
      case "repeated-changes":
      case "unknown-outcomes":
      case "lost-messages":
      case "slow":
        return; // These are there all the time.
    }
  }

  #vanish({ prefix }: Installation, kinds: readonly Vanishing[]): void {
    vanish(this.#redis, prefix, this.#random, this.#random.pick(kinds));
  }

  #isOwner(installation: Installation): boolean {
    const claim = this.#redis.claim(installation.prefix);
    return claim !== undefined && installation.owns(decodeClaim(claim));
  }

  #disagreement(): string | undefined {
    for (const { prefix } of this.#installations) {
      const text = this.#redis.claim(prefix);
      const claim = text === undefined ? undefined : decodeClaim(text);
      const owner = this.#installations.find((one) => one.owns(claim));
      if (owner === undefined) return `nobody has "${prefix}", claimed as ${text}`;
      // Who has moved on leaves a prefix behind that stays theirs.
      const wrong = owner.prefix === prefix ? owner.disagreement(this.#redis) : undefined;
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
}
