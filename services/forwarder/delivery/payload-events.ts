import { elementTexts } from "../../../shared/model/raw-json.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { plainBody } from "../../../shared/queue/payload-body.ts";

/**
 * One character for each byte, so that also what is no UTF-8 comes out as it went in. JSON's own characters are the
 * same in both.
 */
const BYTES = "latin1";

/** The raw text of each event of a payload of analytics; nothing if its body is no array of JSON. */
export async function eventTexts(payload: EventPayload): Promise<string[] | undefined> {
  try {
    const json = (await plainBody(payload)).toString(BYTES);
    return Array.isArray(JSON.parse(json)) ? elementTexts(json) : undefined;
  } catch {
    return undefined; // Whoever receives it will see what is wrong with it.
  }
}

/** The JSON array of these texts. */
export function arrayOf(texts: readonly string[]): Buffer {
  return Buffer.from(`[${texts.join(",")}]`, BYTES);
}
