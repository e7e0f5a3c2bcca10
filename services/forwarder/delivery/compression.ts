import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import type { HeldJob } from "../../../shared/queue/held-job.ts";
import type { CompressionHealth } from "./compression-health.ts";
import { sample } from "./sampling.ts";

/**
 * Level 3 makes events a tenth smaller than level 1 for a tenth more CPU, and level 6 another twentieth for half as much
 * again.
 */
const LEVEL = 3;
/** Smaller ones fit into one packet anyway, and would cost more CPU than all the rest of their delivery. */
const MIN_BYTES = 1024;
/** Up to here the event loop compresses itself, in a fraction of a millisecond: handing it to a thread costs 0.2 ms. */
const MAX_SYNC_BYTES = 32 * 1024;

const gzipBeside = promisify(gzip);

/** What compressing needs. */
export interface CompressionParts {
  /** `[Events] compress`. */
  readonly enabled: boolean;
  readonly samplingInterval: number;
  readonly health: CompressionHealth;
}

/**
 * Compresses uncompressed payloads once and records the bytes in the job before they are posted, so that all attempts send the
 * same bytes (E3), whichever zlib, settings or forwarder make them.
 */
export class Compression {
  readonly #parts: CompressionParts;

  constructor(parts: CompressionParts) {
    this.#parts = parts;
  }

  /** The payloads as they will be posted; the job then contains these. Rejects with a `JobLostError`. */
  async prepare(
    payloads: readonly EventPayload[],
    job: Pick<HeldJob, "rewrite">,
  ): Promise<readonly EventPayload[]> {
    if (!this.#parts.enabled || this.#parts.health.isSuspended) return payloads;
    const prepared: EventPayload[] = [];
    for (const payload of payloads) prepared.push(await this.#prepared(payload));
    if (prepared.every((one, n) => one === payloads[n])) return payloads;
    await job.rewrite(prepared);
    return prepared;
  }

  async #prepared(payload: EventPayload): Promise<EventPayload> {
    if (!isEligible(payload)) return payload;
    const sampled = await sample(payload, this.#parts.samplingInterval);
    return sampled !== undefined && isEligible(sampled) ? compressed(sampled) : payload;
  }
}

/** Payloads that were tried before, are small, or were compressed by the SDK stay as they are. */
function isEligible({ attempts, replays, headers, body }: EventPayload): boolean {
  return (
    attempts === 0 && replays === undefined && !headers["content-encoding"] && body.byteLength >= MIN_BYTES
  );
}

async function compressed(payload: EventPayload): Promise<EventPayload> {
  const { body, headers } = payload;
  const smaller =
    body.byteLength <= MAX_SYNC_BYTES
      ? gzipSync(body, { level: LEVEL })
      : await gzipBeside(body, { level: LEVEL });
  if (smaller.byteLength >= body.byteLength) return payload;
  return { ...payload, headers: { ...headers, "content-encoding": "gzip" }, body: smaller, compressed: true };
}
