import type { Goals } from "../goals/goals.ts";
import { isUnchanged } from "../http/conditional.ts";
import type { EnvironmentHandler } from "./endpoint.ts";

/**
 * Which clicks and page views SDKs in browsers look for. Not ours, so LaunchDarkly is asked (R1.10). Nothing of the request
 * but the environment goes there, so that all browsers share one answer.
 */
export function goalsOf(goals: Goals): EnvironmentHandler {
  return {
    kind: "page",
    answer: async ({ selected, ifNoneMatch, cors }) => {
      const { envId } = selected.environment.credentials;
      const { status, headers, body, ageMs } = await goals.of(envId ?? "");
      const all = { ...headers, ...cors, ...selected.headers, Age: String(Math.floor(ageMs / 1000)) };
      const { etag } = headers;
      const { "content-type": _, ...unchanged } = all;
      if (etag !== undefined && isUnchanged(ifNoneMatch, etag))
        return new Response(null, { status: 304, headers: unchanged });
      return new Response(new Uint8Array(body), { status, headers: all });
    },
  };
}
