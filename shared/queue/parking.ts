import type { Redis } from "ioredis";
import type { PayloadKind } from "./event-payload.ts";
import { ADMIT, LIFT, LIFT_IF_OTHER, PARK } from "./parking-scripts.ts";
import { type QueuePlace, queueKey } from "./queue-place.ts";

/** How long a parking lasts: `firstMs`, and twice as long each time it is renewed, up to `maxMs`. */
export interface ParkingTimes {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Whoever tries a payload afterwards has this long to say how it went; more than a POST may take. */
  readonly probeMs: number;
}

/** How long to wait before another payload shows whether a first refusal concerned the key or one payload. */
const DOUBT_MS = 1000;
/** How long "try at once" stands for the forwarder that comes next. */
const HURRY_MS = 60_000;

/** Whether payloads of the kind may be delivered at the moment. */
export type ParkingAnswer =
  | { readonly kind: "free" }
  /** The operator wants a try at once, whatever was known before. */
  | { readonly kind: "hurry" }
  | { readonly kind: "parked"; readonly forMs: number; readonly reason: string }
  /** The parking is over: try one payload, then {@link Parking.lift}, park or {@link Parking.release}. */
  | { readonly kind: "probe"; readonly reason: string }
  /** Somebody else tries one, or is to. */
  | { readonly kind: "probed"; readonly reason: string };

/** The names of the keys in which the parking of a kind lies, beside its queue. */
export function parkingKeys(queue: QueuePlace, kind: PayloadKind) {
  return {
    parking: queueKey(queue, `parking:${kind}`),
    rest: queueKey(queue, `parking:${kind}:rest`),
    probe: queueKey(queue, `parking:${kind}:probe`),
    hurry: queueKey(queue, `parking:${kind}:hurry`),
    trouble: queueKey(queue, `parking:${kind}:trouble`),
  };
}

/** Ends a parking by hand, if there is one, and tells the forwarder that comes next to try at once, whatever it knows. */
export async function endParking(connection: Redis, queue: QueuePlace, kind: PayloadKind): Promise<void> {
  const { parking, rest, probe, hurry } = parkingKeys(queue, kind);
  await connection.multi().del(parking, rest, probe).set(hurry, "1", "PX", HURRY_MS).exec();
}

/**
 * Lets the payloads of one kind, of one environment, wait because LaunchDarkly refuses their key or their path. It lies
 * in Redis and ends by itself, so a forwarder that dies leaves nothing stuck; afterwards one payload, of all forwarders
 * together, is tried before the others follow. It concerns the credential that was refused, and no other.
 */
export class Parking {
  readonly #connection: Redis;
  readonly #keys: ReturnType<typeof parkingKeys>;
  readonly #times: ParkingTimes;

  constructor(connection: Redis, queue: QueuePlace, kind: PayloadKind, times: ParkingTimes) {
    this.#connection = connection;
    this.#keys = parkingKeys(queue, kind);
    this.#times = times;
  }

  /**
   * Parks, or renews the parking. `credential` says which one was refused, without being it; `doubtful`, that others
   * were taken just before, so that another payload is to show soon whether it is only this one. `news`: nobody has
   * parked before for this reason. `now` is in milliseconds since the epoch.
   */
  async park(
    reason: string,
    credential: string,
    doubtful: boolean,
    now: number,
  ): Promise<{ readonly forMs: number; readonly news: boolean }> {
    const { firstMs, maxMs, probeMs } = this.#times;
    const times = [doubtful ? "1" : "0", DOUBT_MS, probeMs];
    const [forMs, news] = (await this.#eval(PARK, firstMs, maxMs, reason, credential, now, ...times)) as [
      number,
      number,
    ];
    return { forMs, news: news === 1 };
  }

  /** Asks before payloads are tried under `credential`; only who asks with `mayProbe` is ever told to probe or to hurry. */
  async admit(credential: string, mayProbe: boolean): Promise<ParkingAnswer> {
    const answer = await this.#eval(ADMIT, credential, mayProbe ? "1" : "0", this.#times.probeMs);
    const [kind, forMs, reason] = answer as [ParkingAnswer["kind"], number, string];
    return { kind, forMs, reason };
  }

  /** Ends the parking and forgets how often it was renewed; resolves with when it began, if there was one. */
  async lift(): Promise<number | undefined> {
    const since = await this.#eval(LIFT);
    return since === null ? undefined : Number(since);
  }

  /** Ends the parking if it was for another credential than this; resolves with whether it did. */
  async liftIfOther(credential: string): Promise<boolean> {
    return (await this.#eval(LIFT_IF_OTHER, credential)) === 1;
  }

  /** The probe said nothing about the key: let somebody else try. */
  async release(): Promise<void> {
    await this.#connection.del(this.#keys.probe);
  }

  /** Notes, for whoever looks, why a forwarder gets no answer that helps; forgotten after `forMs`. */
  async noteTrouble(reason: string, since: number, forMs: number): Promise<void> {
    const { trouble } = this.#keys;
    await this.#connection.multi().hset(trouble, { reason, since }).pexpire(trouble, forMs).exec();
  }

  async troubleEnded(): Promise<void> {
    await this.#connection.del(this.#keys.trouble);
  }

  #eval(script: string, ...args: (string | number)[]): Promise<unknown> {
    const { parking, rest, probe, hurry } = this.#keys;
    return this.#connection.eval(script, 4, parking, rest, probe, hurry, ...args);
  }
}
