import { hash } from "node:crypto";
import { BoundedCache, type CacheBounds } from "../../../shared/base/bounded-cache.ts";
import type { EvaluationContext } from "../evaluation/context/evaluation-context.ts";
import type { FlagView, SdkKind } from "../evaluation/view.ts";
import { RecentlySeen } from "./recently-seen.ts";
import { ScratchBuffer } from "./scratch-buffer.ts";

/** The results of all flags for one context, as they are sent. */
export interface Results {
  readonly body: Buffer;
  readonly etag: string;
}

/** Beside its texts, what an entry of the cache costs. */
const OVERHEAD_BYTES = 256;

/**
 * Results, each made once for all who ask for the same in the same state of the data. They are found by what they
 * were made of, so a change of the data needs no clearing: nobody asks for the old ones any more, and so they are let
 * go.
 */
export class ResultSource {
  readonly #cache: BoundedCache<Results>;
  readonly #seen = new RecentlySeen();
  readonly #scratch = new ScratchBuffer();

  constructor(bounds: CacheBounds) {
    this.#cache = new BoundedCache(bounds);
  }

  /** What results were made before, if they were kept. */
  kept(key: string): Results | undefined {
    return this.#cache.get(key);
  }

  /**
   * Evaluates, and keeps the results if they were asked for before, or are now: `wanted` says so. Whoever has no more use
   * for their bytes should say so with {@link release}.
   */
  make(
    key: string,
    etag: string,
    view: FlagView,
    context: EvaluationContext,
    withReasons: boolean,
    wanted: boolean,
  ): Results {
    const body = view.results(context, withReasons, this.#scratch.acquire);
    if (this.#seen.seenBefore(etag) || wanted)
      this.#cache.set(key, { body: ownCopy(body), etag }, body.byteLength + 2 * key.length + OVERHEAD_BYTES);
    return { body, etag };
  }

  /** Takes back the memory of what {@link make} made, to be used for the next. */
  release({ body }: Results): void {
    this.#scratch.release(body);
  }

  /** How much is kept. */
  get size(): { readonly count: number; readonly bytes: number } {
    const { count, bytes } = this.#cache;
    return { count, bytes };
  }
}

function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  copy.set(bytes);
  return copy;
}

/** All that results depend on, as one text: the same text, the same results. `context` is as it came. */
export function resultKey(view: FlagView, sdkKind: SdkKind, withReasons: boolean, context: string): string {
  return `${sdkKind}${withReasons ? "+" : " "}${view.tag} ${context}`;
}

/** Names the results of this key, on every edge alike (RFC 9110, section 8.8.3). */
export function resultEtag(key: string): string {
  return `"${hash("sha1", key, "base64url")}"`;
}
