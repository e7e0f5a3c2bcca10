import { hash } from "node:crypto";
import { type FlagData, type Item, type ItemKind, NO_DATA, parseItem } from "../shared/model/item.ts";
import { type Content, rawItem } from "./content.ts";
import { allText, deleteFrame, patchFrame, putFrame, type StreamKind } from "./frames.ts";
import { SimulatedGoals } from "./simulated-goals.ts";
import { StreamGroup } from "./stream-group.ts";

/** What an environment is known by besides its SDK key. */
export interface EnvironmentOptions {
  /** LaunchDarkly's id: sent as `X-Ld-Envid` when given, and the credential in browsers' paths. */
  readonly envId?: string;
  readonly mobileKey?: string;
}

/** The answer to a poll, and a tag that changes with its content. */
export interface Poll {
  readonly body: Buffer;
  readonly etag: string;
}

/** One environment of the simulated LaunchDarkly: its data, and the streams that are told of every change. */
export class SimulatedEnvironment {
  readonly sdkKey: string;
  readonly envId: string | undefined;
  readonly mobileKey: string | undefined;
  readonly streams = new StreamGroup();
  readonly goals = new SimulatedGoals();
  #data: FlagData = NO_DATA;
  // Encodings of the data, made when first asked for.
  readonly #puts = new Map<StreamKind, Buffer>();
  #poll: Poll | undefined;

  constructor(sdkKey: string, { envId, mobileKey }: EnvironmentOptions) {
    this.sdkKey = sdkKey;
    this.envId = envId;
    this.mobileKey = mobileKey;
  }

  /** What a stream that opens now begins with. Deleted items are absent, as at LaunchDarkly. */
  get data(): FlagData {
    return this.#data;
  }

  /**
   * Adds or replaces flags and segments, whatever their versions, and sends a `patch` for each. Throws for text that
   * is no item; noise is sent with `streams.send` or by a fault.
   */
  set(...contents: readonly Content[]): void {
    this.#replace(withContents(this.#data, contents));
    for (const content of contents) this.streams.broadcast((stream) => patchFrame(stream, content));
  }

  /** Changes some properties of an item that exists, at its next version, and sends the `patch`. */
  change(kind: ItemKind, key: string, properties: Readonly<Record<string, unknown>>): void {
    const { raw, version } = this.#existing(kind, key);
    const changed = { ...JSON.parse(raw), version: version + 1, ...properties };
    this.set(rawItem(kind, key, JSON.stringify(changed)));
  }

  /** Deletes an item, at its next version unless told another, and sends the `delete`. */
  delete(kind: ItemKind, key: string, version = this.#existing(kind, key).version + 1): void {
    const rest = new Map(this.#data[kind]);
    rest.delete(key);
    this.#replace({ ...this.#data, [kind]: rest });
    this.streams.broadcast((stream) => deleteFrame(stream, kind, key, version));
  }

  /** Makes `contents` everything there is, and sends a `put`. */
  replace(contents: readonly Content[]): void {
    this.#replace(withContents(NO_DATA, contents));
    this.sendPut();
  }

  /** Sends the data as they are to every open stream, as LaunchDarkly may do at any time. */
  sendPut(): void {
    this.streams.broadcast((kind) => this.putBytes(kind));
  }

  /** The first event of a stream. */
  putBytes(kind: StreamKind): Buffer {
    const bytes = this.#puts.get(kind) ?? putFrame(kind, this.#data);
    this.#puts.set(kind, bytes);
    return bytes;
  }

  poll(): Poll {
    this.#poll ??= pollOf(this.#data);
    return this.#poll;
  }

  #existing(kind: ItemKind, key: string): Item {
    const item = this.#data[kind].get(key);
    if (item === undefined) throw new Error(`the simulated environment has no ${key} among its ${kind}`);
    return item;
  }

  #replace(data: FlagData): void {
    this.#data = data;
    this.#puts.clear();
    this.#poll = undefined;
  }
}

function pollOf(data: FlagData): Poll {
  const body = Buffer.from(allText(data));
  return { body, etag: `"${hash("sha1", body, "hex")}"` };
}

function withContents(data: FlagData, contents: readonly Content[]): FlagData {
  const items = { flags: new Map(data.flags), segments: new Map(data.segments) };
  for (const { kind, key, raw } of contents) items[kind].set(key, parseItem(raw));
  return items;
}
