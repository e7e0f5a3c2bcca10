import type { Clock } from "../../../shared/base/clock.ts";
import type { PollBodies, PollBody } from "../environments/poll-bodies.ts";
import { isUnchanged } from "../http/conditional.ts";
import { NO_DATA } from "../requests/client-errors.ts";
import type { EnvironmentHandler } from "./endpoint.ts";
import { refuse } from "./refuse.ts";

/** What a poll is answered, by the key in its path, where that has one. */
type Choice = (encoded: PollBodies, key: string) => PollBody | undefined;

/** A server-side SDK's poll: what `choose` picks, 304 if the client has it, 404 for nothing, 503 before any data. */
export function poll(
  choose: Choice,
  caching: (ttlMs: number) => Readonly<Record<string, string>> = () => ({}),
): EnvironmentHandler {
  return {
    kind: "page",
    answer: ({ selected: { encoded, headers, environment }, ifNoneMatch }, c) => {
      if (encoded === undefined) return refuse(c, NO_DATA);
      const body = choose(encoded, c.req.param("key") ?? "");
      if (body === undefined) return c.body(null, 404);
      const all = { ...headers, ...caching(environment.ttlMs), ETag: body.etag };
      if (isUnchanged(ifNoneMatch, body.etag)) return c.body(null, 304, all);
      return c.body(body.bytes, 200, { ...all, "Content-Type": "application/json" });
    },
  };
}

/** The same for PHP SDKs, which poll items one by one and may cache them for the environment's `ttl` (R1.7). */
export function phpPoll(clock: Clock, choose: Choice): EnvironmentHandler {
  return poll(choose, (ttlMs) =>
    ttlMs > 0 ? { Expires: new Date(clock.now() + ttlMs).toUTCString(), Vary: "Authorization" } : {},
  );
}
