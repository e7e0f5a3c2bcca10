import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { EventPayload } from "./event-payload.ts";

/** Beyond this a compressed body is not looked into. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** The body without its compression. Rejects for one that is damaged, or inflates to more than 64 MiB. */
export async function plainBody({ headers, body }: EventPayload): Promise<Buffer> {
  return isCompressed(headers) ? inflate(body, { maxOutputLength: MAX_INFLATED_BYTES }) : body;
}

/** The payload with another body, which is compressed if the old one was. */
export async function withBody(payload: EventPayload, plain: Buffer): Promise<EventPayload> {
  return { ...payload, body: isCompressed(payload.headers) ? await deflate(plain) : plain };
}

/** The payload as it was before the relay compressed it, under the same id. */
export async function uncompressed(payload: EventPayload): Promise<EventPayload> {
  const { compressed: _, ...plain } = payload;
  const { "content-encoding": __, ...headers } = payload.headers;
  return { ...plain, headers, body: await plainBody(payload) };
}

function isCompressed(headers: EventPayload["headers"]): boolean {
  return /\bgzip\b/i.test(headers["content-encoding"] ?? "");
}
