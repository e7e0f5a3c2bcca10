import { createHash } from "node:crypto";
import type { FlagData } from "../../../shared/model/item.ts";
import { flagDataJson, itemsJson } from "../protocol/fdv1/flag-messages.ts";

/** A body that many requests share, made once. */
export interface PollBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * From the content, so that every edge gives the same and it stays when another takes over (RFC 9110, section
   * 8.8.3).
   */
  readonly etag: string;
}

/** One state of an environment's data as poll answers, each encoded when first asked for. */
export class PollBodies {
  readonly #data: FlagData;
  #all: PollBody | undefined;
  #flags: PollBody | undefined;

  constructor(data: FlagData) {
    this.#data = data;
  }

  /** `GET /sdk/latest-all`: flags and segments. */
  get all(): PollBody {
    this.#all ??= encode(flagDataJson(this.#data));
    return this.#all;
  }

  /** PHP's `GET /sdk/flags`: the flag map itself. */
  get flags(): PollBody {
    this.#flags ??= encode(itemsJson(this.#data.flags));
    return this.#flags;
  }

  /** PHP's `GET /sdk/flags/{key}` and `/sdk/segments/{key}`; `undefined` for unknown and deleted items. */
  item(kind: keyof FlagData, key: string): PollBody | undefined {
    const item = this.#data[kind].get(key);
    return item === undefined || item.deleted ? undefined : encode(item.raw);
  }
}

function encode(json: string): PollBody {
  const hash = createHash("sha1").update(json).digest("base64url");
  return { bytes: new TextEncoder().encode(json), etag: `"relay-${hash}"` };
}
