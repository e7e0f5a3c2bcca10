import type { Change, FlagData, Item } from "../../../shared/model/item.ts";
import { withChanges } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { FlagStream, ReceivedEvent } from "../../../shared/upstream/flag-stream.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualProcess, VirtualTime } from "./virtual-time.ts";

const KEYS = ["a", "b", "c", "d"] as const;
const EMPTY: FlagData = { flags: new Map(), segments: new Map() };

interface Stream {
  readonly process: VirtualProcess;
  readonly take: (received: ReceivedEvent) => void;
  readonly ended: () => void;
  /** Versions that this stream has called deleted. */
  readonly deleted: Map<string, number>;
  last: number;
  open: boolean;
}

/** What readers can tell apart: keys, versions and contents of what is not deleted. */
export function visible(data: FlagData): string {
  const parts: string[] = [];
  for (const kind of ["flags", "segments"] as const)
    for (const [key, item] of [...data[kind]].sort(([one], [other]) => (one < other ? -1 : 1)))
      if (!item.deleted) parts.push(`${kind}/${key}=${item.raw}`);
  return parts.join(" ");
}

export interface UpstreamOptions {
  readonly owner: string;
  readonly envId: string;
  /** Whether a stream says the environment's id: something in between may take it away. */
  readonly saysId: SaysId;
  readonly slow: boolean;
  readonly recreates: boolean;
  /** Whether its versions begin above those of others. */
  readonly high: boolean;
  /** Whether a stream is sometimes told again what it knows. */
  readonly repeats: boolean;
}

export type SaysId = "always" | "sometimes" | "never";

/**
 * LaunchDarkly in virtual time: items change, disappear, come back with lower versions or are reset altogether, and
 * streams are told, late but in order. `states` remembers all that it ever said.
 */
export class SimulatedUpstream {
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #streams = new Set<Stream>();
  readonly #tombstones = new Map<string, number>();
  readonly #history: FlagData[] = [];
  /** Whether deleted items may be made anew with versions that were there before. */
  readonly #recreates: boolean;
  readonly #repeats: boolean;
  readonly #changes: Change[] = [];
  #data: FlagData = EMPTY;
  #content = 0;
  #away = false;
  #slow: boolean;
  readonly states: string[] = [];
  /** Whose environment this is, as every item says. */
  readonly #owner: string;
  readonly #envId: string;
  readonly #saysId: UpstreamOptions["saysId"];
  #opened = 0;

  constructor(
    time: VirtualTime,
    random: SeededRandom,
    { owner, envId, saysId, slow, recreates, high, repeats }: UpstreamOptions,
  ) {
    this.#owner = owner;
    this.#envId = envId;
    this.#saysId = saysId;
    this.#time = time;
    this.#random = random;
    this.#slow = slow;
    this.#recreates = recreates;
    this.#repeats = repeats;
    for (const key of KEYS)
      if (high || random.chance(0.7))
        this.#data = this.#with(key, this.#item(random.between(1, 5) + (high ? 20 : 0)));
    this.#record();
  }

  get data(): FlagData {
    return this.#data;
  }

  /** How many streams were ever asked for. */
  get opened(): number {
    return this.#opened;
  }

  /** Whether all of `data` may be this environment's. */
  owns(data: FlagData): boolean {
    const items = [...data.flags.values(), ...data.segments.values()];
    return items.every(({ deleted, raw }) => deleted || raw.includes(`"content":"${this.#owner}`));
  }

  /** An item that looks like one of ours and that upstream never said. */
  forged(version: number): Item {
    return this.#item(version);
  }

  /** Opens a stream for `process`, which comes back by itself whenever it ends. */
  readonly open = (process: VirtualProcess, take: (received: ReceivedEvent) => void): FlagStream => {
    let current: Stream | undefined;
    let closed = false;
    this.#opened += 1;
    const connect = (): void => {
      const stream: Stream = {
        process,
        take,
        ended: () => {
          if (!closed) process.deliver(this.#random.between(20, 300), connect);
        },
        deleted: new Map(),
        last: this.#time.now,
        open: !closed,
      };
      current = stream;
      if (!closed) this.#time.after(this.#random.between(10, 150), () => this.#accept(stream));
    };
    connect();
    const saysId = this.#saysId === "always" || (this.#saysId === "sometimes" && this.#random.chance(0.5));
    return {
      state: { state: "VALID", since: 0, ...(saysId ? { envId: this.#envId } : {}) } satisfies UpstreamState,
      close: () => {
        closed = true;
        if (current === undefined) return;
        current.open = false;
        this.#streams.delete(current);
      },
    };
  };

  change(): void {
    const key = this.#random.pick(KEYS);
    const item = this.#data.flags.get(key);
    if (item === undefined) this.#create(key);
    else if (this.#random.chance(0.35)) this.#delete(key, item.version + 1);
    else this.#patch(key, this.#item(item.version + 1));
  }

  /** Says something else altogether, as after a restore. Streams are told by a put, or end. */
  reset(): void {
    const key = this.#random.pick([...this.#data.flags.keys(), "a"]);
    const item = this.#data.flags.get(key);
    switch (this.#random.pick(["restored", "content", "vanish", "lower"] as const)) {
      case "restored": {
        const older = this.#history.at(-this.#random.between(1, Math.min(8, this.#history.length)));
        for (const [name, known] of this.#data.flags) this.#tombstones.set(name, known.version);
        this.#data = older ?? this.#data;
        break;
      }
      case "content":
        if (item) this.#data = this.#with(key, this.#item(item.version));
        break;
      case "vanish":
        if (item) this.#remove(key, item.version);
        break;
      case "lower":
        if (item) this.#data = this.#with(key, this.#item(this.#random.between(1, item.version)));
        break;
    }
    this.#record();
    for (const stream of [...this.#streams])
      if (this.#random.chance(0.5)) this.#sendPut(stream);
      else this.#end(stream);
  }

  /** Says everything once more, as whenever a stream reconnects. */
  repeat(): void {
    for (const stream of this.#streams) this.#sendPut(stream);
  }

  dropStreams(): void {
    for (const stream of [...this.#streams]) this.#end(stream);
  }

  goAway(forMs: number): void {
    if (this.#away) return;
    this.#away = true;
    this.dropStreams();
    this.#time.after(forMs, () => {
      this.#away = false;
    });
  }

  heal(): void {
    this.#away = false;
    this.#slow = false;
  }

  #item(version: number): Item {
    this.#content += 1;
    return {
      version,
      deleted: false,
      raw: `{"version":${version},"content":"${this.#owner}${this.#content}"}`,
    };
  }

  #with(key: string, item: Item): FlagData {
    return withChanges(this.#data, [{ kind: "flags", key, item }]);
  }

  #remove(key: string, version: number): void {
    const flags = new Map(this.#data.flags);
    flags.delete(key);
    this.#data = { ...this.#data, flags };
    this.#tombstones.set(key, version);
  }

  #patch(key: string, item: Item): void {
    this.#data = this.#with(key, item);
    this.#record();
    for (const stream of this.#streams) this.#sendChange(stream, { kind: "flags", key, item });
  }

  #delete(key: string, version: number): void {
    this.#remove(key, version);
    this.#record();
    for (const stream of this.#streams) {
      stream.deleted.set(key, version);
      this.#sendChange(stream, { kind: "flags", key, item: tombstone("flags", version) });
    }
  }

  #create(key: string): void {
    const before = this.#tombstones.get(key) ?? 0;
    const lower = this.#recreates && this.#random.chance(0.6);
    const item = this.#item(lower ? this.#random.between(1, Math.max(1, before)) : before + 1);
    this.#data = this.#with(key, item);
    this.#record();
    for (const stream of [...this.#streams]) {
      this.#sendChange(stream, { kind: "flags", key, item });
      // Who was told of the delete ignores this until its next put.
      if ((stream.deleted.get(key) ?? 0) >= item.version) this.#end(stream);
    }
  }

  #record(): void {
    this.#history.push(this.#data);
    const text = visible(this.#data);
    if (this.states.at(-1) !== text) this.states.push(text);
  }

  #accept(stream: Stream): void {
    if (!stream.open) return;
    if (this.#away) return this.#end(stream);
    this.#streams.add(stream);
    this.#sendPut(stream);
  }

  #sendPut(stream: Stream): void {
    stream.deleted.clear();
    const data = this.#data;
    this.#deliver(stream, () => stream.take({ event: { kind: "put", data }, receivedAtMs: this.#time.now }));
  }

  #sendChange(stream: Stream, change: Change): void {
    this.#deliver(stream, () =>
      stream.take({ event: { kind: "change", change }, receivedAtMs: this.#time.now }),
    );
    const earlier = this.#changes.at(-this.#random.between(1, 4));
    this.#changes.push(change);
    if (!this.#repeats || earlier === undefined || this.#random.chance(0.7)) return;
    const known = this.#data.flags.get(earlier.key)?.version ?? 0;
    if (earlier.item.version <= known)
      this.#deliver(stream, () =>
        stream.take({ event: { kind: "change", change: earlier }, receivedAtMs: this.#time.now }),
      );
  }

  #end(stream: Stream): void {
    this.#streams.delete(stream);
    this.#deliver(stream, () => {
      stream.open = false;
      stream.ended();
    });
  }

  #deliver(stream: Stream, what: () => void): void {
    const slow = this.#slow && this.#random.chance(0.1);
    const latency = slow ? this.#random.between(50, 800) : this.#random.between(1, 20);
    stream.last = Math.max(stream.last, this.#time.now + latency);
    stream.process.deliver(stream.last - this.#time.now, () => {
      if (stream.open) what();
    });
  }
}
