import type { EventPayload } from "../../../shared/queue/event-payload.ts";

const JSON_TYPE = /^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/**
 * The headers of a payload's POST. Its body is JSON whatever its SDK called it: pages that avoid a preflight say
 * `text/plain`, and some clients say nothing.
 */
export function postHeaders(
  { headers }: Pick<EventPayload, "headers">,
  authorization: string | undefined,
): Record<string, string> {
  return {
    ...headers,
    ...(!JSON_TYPE.test(headers["content-type"] ?? "") && { "content-type": "application/json" }),
    ...(authorization !== undefined && { authorization }),
  };
}
