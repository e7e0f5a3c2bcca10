import { elementTexts } from "../../../shared/model/raw-json.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { arrayText } from "../../../shared/queue/payload-body.ts";

/** Events go out as they came, also what is no UTF-8. */
const BYTES = "latin1";

/** The raw text of each event of a payload of analytics; nothing if its body is no array of JSON. */
export async function eventTexts(payload: EventPayload): Promise<string[] | undefined> {
  const json = await arrayText(payload, BYTES);
  return json === undefined ? undefined : elementTexts(json);
}

/** The JSON array of these texts. */
export function arrayOf(texts: readonly string[]): Buffer {
  return Buffer.from(`[${texts.join(",")}]`, BYTES);
}
