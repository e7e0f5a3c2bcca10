import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { saysGzip } from "../base/content-encoding.ts";
import type { EventPayload } from "./event-payload.ts";

/** Beyond this a compressed body is not looked into. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** The body without its compression. Rejects for one that is damaged, or inflates to more than 64 MiB. */
export async function plainBody({ headers, body }: EventPayload): Promise<Buffer> {
  return saysGzip(headers["content-encoding"])
    ? inflate(body, { maxOutputLength: MAX_INFLATED_BYTES })
    : body;
}

/** The payload with another body, which is compressed if the old one was. */
export async function withBody(payload: EventPayload, plain: Buffer): Promise<EventPayload> {
  return { ...payload, body: saysGzip(payload.headers["content-encoding"]) ? await deflate(plain) : plain };
}

/** The payload as it was before the relay compressed it, under the same id. */
export async function uncompressed(payload: EventPayload): Promise<EventPayload> {
  const { compressed: _, ...plain } = payload;
  const { "content-encoding": __, ...headers } = payload.headers;
  return { ...plain, headers, body: await plainBody(payload) };
}

/**
 * The body as text, uncompressed, if it is a JSON array; `undefined` for anything else. As `latin1` it has one character
 * for each byte, so that also what is no UTF-8 can go out as it came; as `utf8` it is what readers of JSON see, with a
 * replacement character in such a place. JSON's own characters are the same in both.
 */
export async function arrayText(
  payload: EventPayload,
  encoding: "latin1" | "utf8",
): Promise<string | undefined> {
  try {
    const text = (await plainBody(payload)).toString(encoding);
    return Array.isArray(JSON.parse(text)) ? text : undefined;
  } catch {
    return undefined; // Whoever asks says what becomes of such a payload.
  }
}
