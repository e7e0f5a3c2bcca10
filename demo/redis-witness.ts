import { Redis } from "ioredis";
import { parseItem } from "../shared/model/item.ts";
import { environmentKeys } from "../shared/redis/keys.ts";
import { FLAG_KEY, PREFIX } from "./the-flag.ts";
import type { Sighting, Witness } from "./witness.ts";

const KEYS = environmentKeys(PREFIX);

/** Looks at what the relay keeps in Redis, where SDKs in daemon mode would look, at every announcement of a change. */
export class RedisWitness implements Witness {
  readonly #commands: Redis;
  readonly #announcements: Redis;
  #latest: Sighting | undefined;

  constructor(socketPath: string) {
    this.#commands = new Redis(socketPath);
    this.#announcements = new Redis(socketPath);
    // While Redis is away there is nothing to see, and its column says so; ioredis comes back by itself.
    const seesNothing = (): void => undefined;
    for (const redis of [this.#commands, this.#announcements]) redis.on("error", seesNothing);
    this.#announcements.on("message", () => void this.#look(performance.now()).catch(seesNothing));
  }

  get latest(): Sighting | undefined {
    return this.#latest;
  }

  /** Resolves when no later announcement is missed. */
  async ready(): Promise<void> {
    await this.#announcements.subscribe(KEYS.changes);
  }

  close(): void {
    this.#announcements.disconnect();
    this.#commands.disconnect();
  }

  /** A write and its announcement are one step, so what is read now was there when it was announced. */
  async #look(at: number): Promise<void> {
    const raw = await this.#commands.hget(KEYS.features, FLAG_KEY);
    if (raw !== null) this.#latest = { state: `v${parseItem(raw).version}`, at };
  }
}
