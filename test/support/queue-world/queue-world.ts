import type { Redis } from "ioredis";
import { systemClock } from "../../../shared/base/clock.ts";
import { claimOf } from "../../../shared/model/claim.ts";
import type { EnvironmentId, SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { adoptEvents } from "../../../shared/queue/adoption.ts";
import { claimKey, takeOverEvents } from "../../../shared/queue/claimed-place.ts";
import { ClaimedQueue } from "../../../shared/queue/claimed-queue.ts";
import { decodeJob } from "../../../shared/queue/event-job.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { findLeftEvents } from "../../../shared/queue/left-queues.ts";
import { ForeignClaimError, QueueClaim } from "../../../shared/queue/queue-claim.ts";
import { type EventsPlace, eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { SeededRandom } from "../bus-world/seeded-random.ts";
import { environment } from "../environment.ts";
import { RecordedLog } from "../recorded.ts";

/** A rule that is taken out, to see that something then goes wrong. */
export type Without = "check at add" | "check at fetch" | "queues of one's own";

const NAMES = ["Production", "Staging"];
const PREFIXES = ["one", "two:{tag} ü"];
const STEPS = 30;

/** Installations with equal and different names, prefixes and keys on one Redis, and what becomes of their payloads. */
export class QueueWorld {
  readonly violations: string[] = [];
  readonly #random: SeededRandom;
  readonly #installations: Installation[];
  readonly #acknowledged = new Map<string, Installation>();
  readonly #arrived = new Set<string>();

  constructor(seed: number, redis: Redis, without?: Without) {
    this.#random = new SeededRandom(seed);
    const number = this.#random.between(2, 3);
    this.#installations = Array.from(
      { length: number },
      (_, n) => new Installation(`${n}`, redis, this.#random, without),
    );
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      const together = Array.from({ length: this.#random.between(1, 3) }, (_, n) =>
        this.#step(`${step}-${n}`),
      );
      await Promise.all(together);
    }
    // What an operator does at last: each installation has its turn, and takes what was left of it.
    for (const one of this.#installations) {
      await one.force();
      await one.adopt();
      while ((await one.look()) && (await this.#deliver(one)));
    }
    await Promise.all(this.#installations.map((one) => one.close()));
    for (const [id, { id: owner }] of this.#acknowledged)
      if (!this.#arrived.has(id)) this.violations.push(`payload ${id} of installation ${owner} was lost`);
  }

  async #step(id: string): Promise<void> {
    const one = this.#random.pick(this.#installations);
    const draw = this.#random.next();
    if (draw < 0.4) return this.#post(one, `${one.id}/${id}`);
    if (draw < 0.6) return void (await this.#deliver(one));
    if (draw < 0.75) return void (await one.look());
    if (draw < 0.82) return one.restart();
    if (draw < 0.87) return one.rename();
    if (draw < 0.92) return one.rotate();
    if (draw < 0.97) return one.force();
    return one.adopt();
  }

  async #post(one: Installation, id: string): Promise<void> {
    if (await one.post(id)) this.#acknowledged.set(id, one);
  }

  /** Whether there was something to deliver. */
  async #deliver(one: Installation): Promise<boolean> {
    const { key, ids } = await one.fetch();
    for (const id of ids) {
      const owner = this.#installations.find((other) => id.startsWith(`${other.id}/`));
      if (!owner?.keys.has(key)) this.violations.push(`payload ${id} arrived under ${key}`);
      this.#arrived.add(id);
    }
    return ids.length > 0;
  }
}

/** An edge and a forwarder with one configuration. */
class Installation {
  readonly id: string;
  /** All SDK keys that its environment has had. */
  readonly keys = new Set<string>();
  readonly #fingerprints = new Set<string>();
  readonly #redis: Redis;
  readonly #random: SeededRandom;
  readonly #without: Without | undefined;
  readonly #log = new RecordedLog();
  readonly #hasPrefix: boolean;
  #environment: Environment;
  #adding: QueueClaim;
  #fetching: QueueClaim;
  #queue: ClaimedQueue;
  /** Where the forwarder takes jobs, as it saw last. */
  #line: EventsPlace | undefined;

  constructor(id: string, redis: Redis, random: SeededRandom, without: Without | undefined) {
    this.id = id;
    this.#redis = redis;
    this.#random = random;
    this.#without = without;
    this.#hasPrefix = random.chance(0.8);
    const name = random.pick(NAMES);
    const prefix = this.#hasPrefix ? random.pick(PREFIXES) : `launchdarkly-${name}`;
    const envId = random.chance(0.5) ? { envId: `env-${id}` as EnvironmentId } : {};
    this.#environment = environment(name, { prefix, credentials: { sdkKey: this.#newKey(), ...envId } });
    [this.#adding, this.#fetching, this.#queue] = this.#start();
  }

  async post(id: string): Promise<boolean> {
    const payload = { id, kind: "server-analytics", headers: {}, acceptedAt: 0, attempts: 0 } as const;
    const payloads = [{ ...payload, body: Buffer.from("[]") }];
    try {
      await this.#queue.add(payloads);
      return true;
    } catch (error) {
      if (!(error instanceof ForeignClaimError) && !String(error).includes("moved to another queue"))
        throw error;
      const place = this.#without === "check at add" ? await this.#claimedPlace() : undefined;
      if (place === undefined) return false;
      const queue = new EventQueue(this.#redis, place.queue, this.#log);
      await queue.add(payloads);
      await queue.close();
      return true;
    }
  }

  /** What the forwarder does each second; whether the events are ours. */
  async look(): Promise<boolean> {
    try {
      this.#line = await this.#fetching.look();
      return true;
    } catch (error) {
      if (!(error instanceof ForeignClaimError)) throw error;
      this.#line = this.#without === "check at fetch" ? await this.#claimedPlace() : undefined;
      return false;
    }
  }

  /** Takes a job as a Worker does, and delivers it under the key of the configuration. */
  async fetch(): Promise<{ key: string; ids: readonly string[] }> {
    const key = this.#environment.credentials.sdkKey;
    const queue = this.#line?.queue;
    const job = queue && (await this.#redis.rpop(queueKey(queue, "wait")));
    if (!queue || !job) return { key, ids: [] };
    const data = await this.#redis.hget(queueKey(queue, job), "data");
    await this.#redis.del(queueKey(queue, job));
    return { key, ids: decodeJob(JSON.parse(data ?? "")).map(({ id }) => id) };
  }

  async restart(): Promise<void> {
    const before = this.#queue;
    [this.#adding, this.#fetching, this.#queue] = this.#start();
    this.#line = undefined;
    await before.close();
  }

  /** Without a configured prefix the prefix changes, too. */
  async rename(): Promise<void> {
    const name = this.#random.pick(NAMES);
    const prefix = this.#hasPrefix ? this.#environment.prefix : `launchdarkly-${name}`;
    this.#environment = { ...this.#environment, id: name, name, prefix };
    await this.restart();
  }

  /** By a restart, where it is known to be the same environment all the same; else while everything runs. */
  async rotate(): Promise<void> {
    const { credentials } = this.#environment;
    this.#environment = { ...this.#environment, credentials: { ...credentials, sdkKey: this.#newKey() } };
    if (credentials.envId !== undefined && this.#random.chance(0.5)) return this.restart();
    for (const claim of [this.#adding, this.#fetching]) claim.change(this.#environment);
  }

  async force(): Promise<void> {
    if (this.#without !== "queues of one's own")
      return void (await takeOverEvents(this.#redis, this.#environment));
    const place = await this.#claimedPlace();
    await takeOverEvents(this.#redis, this.#environment);
    const owner = place?.queue.name.replace(/^events-/, "");
    if (owner !== undefined) await this.#redis.hset(claimKey(this.#environment.prefix), "owner", owner);
  }

  /** Takes what was left of this installation, as an operator knows it by its claim. */
  async adopt(): Promise<void> {
    let to: EventsPlace;
    try {
      to = await this.#adding.look();
    } catch (error) {
      if (error instanceof ForeignClaimError) return;
      throw error;
    }
    for (const { place, claim, inUse } of await findLeftEvents(this.#redis, [to])) {
      const ours = claim?.fingerprints.some((one) => this.#fingerprints.has(one));
      if (ours && (!inUse || place.queue.prefix !== to.queue.prefix))
        await adoptEvents(this.#redis, place, to);
    }
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  #newKey(): SdkKey {
    const key = `sdk-${this.id}-${this.keys.size}` as SdkKey;
    this.keys.add(key);
    for (const one of claimOf(environment("any", { credentials: { sdkKey: key } })).fingerprints)
      this.#fingerprints.add(one);
    return key;
  }

  #start(): [QueueClaim, QueueClaim, ClaimedQueue] {
    const claim = () => new QueueClaim(this.#redis, this.#environment, async () => undefined, this.#log);
    const adding = claim();
    return [adding, claim(), new ClaimedQueue(this.#redis, adding, systemClock, this.#log)];
  }

  async #claimedPlace(): Promise<EventsPlace | undefined> {
    const { prefix } = this.#environment;
    const owner = await this.#redis.hget(claimKey(prefix), "owner");
    return owner === null ? undefined : eventsPlace(prefix, owner);
  }
}
