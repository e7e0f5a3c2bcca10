import type { Redis } from "ioredis";
import { randomToken } from "../base/random.ts";
import { decodeJob, encodeJob } from "./event-job.ts";
import { type EventPayload, type PayloadKind, triedSince } from "./event-payload.ts";
import type { EventQueue } from "./event-queue.ts";
import { type HeldJob, JobLostError } from "./held-job.ts";
import { OLDEST_PARKED, PARK_PAYLOADS, TAKE_PAYLOADS } from "./parked-scripts.ts";

/** What one release takes at most, as much as one job that an edge adds. */
const RELEASE_LIMITS = { payloads: 50, bytes: 256 * 1024 };

/** What of a job in hand is needed to do a step for it. */
type JobInHand = Pick<HeldJob, "key" | "lockKey" | "token" | "require">;

/** What a release has taken. */
export interface TakenPayloads {
  readonly payloads: readonly EventPayload[];
  /** The id of the job that is to take the next ones; `undefined` if nothing is left. */
  readonly next: string | undefined;
}

/**
 * The payloads of one environment whose destination takes none at the moment: a list of each kind, beside the queue, so
 * that they cost nothing while they wait and nobody waits behind them. A list with something in it has one *release*: a
 * job that takes the oldest and delivers them, while the next release takes those that follow. So a destination comes back
 * like any other work in the queue, in turns with what is new.
 */
export class ParkedPayloads {
  readonly #connection: Redis;
  readonly #queue: EventQueue;

  /** `connection` has the purpose `command`. */
  constructor(connection: Redis, queue: EventQueue) {
    this.#connection = connection;
    this.#queue = queue;
  }

  /**
   * Moves payloads out of the job in hand, which keeps `rest`: `first` before those that are parked already, `last`
   * behind them. Resolves with the kinds whose release must now be scheduled, and its id. Rejects with a
   * {@link JobLostError}.
   */
  async park(
    job: JobInHand,
    {
      first = [],
      last = [],
    }: { readonly first?: readonly EventPayload[]; readonly last?: readonly EventPayload[] },
    rest: readonly EventPayload[],
  ): Promise<ReadonlyMap<PayloadKind, string>> {
    const release = `release-${randomToken()}`;
    const args = [JSON.stringify(encodeJob(rest)), this.#list(""), release];
    const entries = [...entriesOf(first, "front"), ...entriesOf(last, "back")];
    const begun = (await this.#run(job, PARK_PAYLOADS, [], ...args, ...entries)) as PayloadKind[];
    return new Map(begun.map((kind) => [kind, `${release}-${kind}`]));
  }

  /** Makes the oldest parked payloads the job's own. Rejects with a {@link JobLostError}. */
  async take(job: JobInHand, kind: PayloadKind, release: string): Promise<TakenPayloads> {
    const next = `release-${randomToken()}-${kind}`;
    const { payloads, bytes } = RELEASE_LIMITS;
    const keys = [this.#list(kind)];
    const taken = await this.#run(job, TAKE_PAYLOADS, keys, kind, release, next, payloads, bytes);
    const [data, following] = taken as [string, string];
    return {
      payloads: data === "" ? [] : decodeJob(JSON.parse(data)),
      next: following === "" ? undefined : following,
    };
  }

  /** Since when the one that would be taken first has been tried, in milliseconds since the epoch. */
  async oldest(kind: PayloadKind): Promise<number | undefined> {
    const at = await this.#connection.eval(OLDEST_PARKED, 1, this.#list(kind));
    return at === null ? undefined : Number(at);
  }

  /** Sees to it that there is the job of this release; it takes no sooner than in `delayMs`, unless it is there already. */
  async schedule(kind: PayloadKind, release: string, delayMs: number): Promise<void> {
    await this.#queue.addRelease(kind, release, delayMs);
  }

  /** Lets payloads of this kind be released now, if any are parked. */
  async hasten(kind: PayloadKind): Promise<void> {
    const release = await this.#connection.hget(this.#queue.key("parked"), `${kind}:release`);
    if (release === null) return;
    await this.schedule(kind, release, 0);
    await this.#queue.promote(release);
  }

  /** Schedules what whoever parked did not live to schedule. */
  async mend(): Promise<void> {
    for (const [field, release] of Object.entries(
      await this.#connection.hgetall(this.#queue.key("parked")),
    )) {
      const [kind, what] = field.split(":");
      if (what === "release") await this.schedule(kind as PayloadKind, release, 0);
    }
  }

  async #run(
    job: JobInHand,
    script: string,
    others: readonly string[],
    ...args: readonly (string | number)[]
  ): Promise<unknown> {
    job.require();
    const keys = [job.key, job.lockKey, this.#queue.key("parked"), ...others];
    const result = await this.#connection.eval(script, keys.length, ...keys, job.token, ...args);
    if (result === null) throw new JobLostError("the job's lock is no longer ours");
    return result;
  }

  /** No id of a job holds a colon, so no job is called like a list. */
  #list(kind: PayloadKind | ""): string {
    return this.#queue.key(`parked:${kind}`);
  }
}

/** One entry a kind. */
function entriesOf(payloads: readonly EventPayload[], where: "front" | "back"): (string | number)[] {
  return [...Map.groupBy(payloads, ({ kind }) => kind)].flatMap(([kind, some]) => [
    ...[kind, where, some.length, Math.min(...some.map(triedSince))],
    JSON.stringify(encodeJob(some)),
  ]);
}
