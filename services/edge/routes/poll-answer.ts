import type { Context } from "hono";
import type { PollBodies, PollBody } from "../environments/poll-bodies.ts";
import { isUnchanged } from "../http/conditional.ts";
import { type EdgeBindings, NOT_INITIALIZED, plain } from "../requests/environment-lookup.ts";

/** The answer to a poll: what `choose` picks, 304 if the client has it, 404 for nothing, 503 before any data. */
export function answerPoll(
  c: Context<EdgeBindings>,
  choose: (encoded: PollBodies) => PollBody | undefined,
  caching: Readonly<Record<string, string>> = {},
): Response {
  const { encoded, headers } = c.var.selected;
  if (encoded === undefined) return plain(c, NOT_INITIALIZED, 503);
  const body = choose(encoded);
  if (body === undefined) return c.body(null, 404);
  const all = { ...headers, ...caching, ETag: body.etag };
  if (isUnchanged(c.req.header("if-none-match"), body.etag)) return c.body(null, 304, all);
  return c.body(body.bytes, 200, { ...all, "Content-Type": "application/json" });
}
