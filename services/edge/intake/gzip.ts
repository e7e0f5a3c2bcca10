import { createGunzip } from "node:zlib";

/** What is inside a body that says it is gzip. */
export type InspectedGzip =
  /** All of it is gzip; `start` is how its content begins. */
  | { readonly kind: "fine"; readonly start: Buffer }
  | { readonly kind: "not_gzip" }
  /** Damaged or cut off. */
  | { readonly kind: "broken_gzip" }
  | { readonly kind: "too_large_inflated" };

/**
 * Inflates the body, counts, and throws away what comes out: ten gigabytes of zeros cost as much as `maxBytes` of
 * anything, in a thread beside the event loop. Never rejects.
 */
export function inspectGzip(body: Buffer, maxBytes: number): Promise<InspectedGzip> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return Promise.resolve({ kind: "not_gzip" });
  return new Promise((resolve) => {
    let start: Buffer | undefined;
    let bytes = 0;
    const gunzip = createGunzip();
    const end = (outcome: InspectedGzip): void => {
      resolve(outcome);
      gunzip.destroy();
    };
    gunzip.on("data", (chunk: Buffer) => {
      start ??= chunk;
      bytes += chunk.byteLength;
      if (bytes > maxBytes) end({ kind: "too_large_inflated" });
    });
    gunzip.on("end", () => end({ kind: "fine", start: start ?? Buffer.alloc(0) }));
    gunzip.on("error", () => end({ kind: "broken_gzip" }));
    gunzip.end(body);
  });
}
