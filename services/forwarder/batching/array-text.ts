import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { plainBody } from "../../../shared/queue/payload-body.ts";

/** The text of a payload's array of events, uncompressed; nothing if its body is no array of JSON. */
export async function arrayText(payload: EventPayload): Promise<string | undefined> {
  try {
    // As readers of JSON do, who see a replacement character in the place of what is no UTF-8.
    const text = (await plainBody(payload)).toString("utf8");
    return Array.isArray(JSON.parse(text)) ? text : undefined;
  } catch {
    return undefined; // It becomes a dead letter, which says what is wrong.
  }
}
