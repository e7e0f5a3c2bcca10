import type { Clock } from "../../../shared/base/clock.ts";
import type { ProbeRoute } from "../../../shared/lifecycle/probe-routes.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { Goals } from "../goals/goals.ts";
import type { Intake } from "../intake/intake.ts";
import type { ContextBodies } from "../requests/context-body.ts";
import type { EvaluationResponder } from "../results/evaluation-responder.ts";
import { type RelayFacts, statusReport } from "../status/status-report.ts";
import { clientStream, clientStreamOfBody } from "./client-streams.ts";
import {
  ENVIRONMENT_ID,
  type Endpoint,
  EVERYBODY,
  MOBILE_KEY,
  type PublicHandler,
  SDK_KEY,
} from "./endpoint.ts";
import { evaluationEndpoints } from "./evaluation.ts";
import { events, imageEvents } from "./events.ts";
import { FDV2_FALLBACK } from "./fdv2-fallback.ts";
import { goalsOf } from "./goals.ts";
import { phpPoll, poll } from "./polls.ts";
import { probeEndpoints } from "./probes.ts";
import { serverStream } from "./server-streams.ts";

/** What the endpoints work with. */
export interface EndpointParts {
  readonly environments: EdgeEnvironments;
  readonly intake: Intake;
  readonly responder: EvaluationResponder;
  readonly bodies: ContextBodies;
  readonly goals: Goals;
  /** `/healthz` and `/readyz`. */
  readonly probes: readonly ProbeRoute[];
  readonly facts: RelayFacts;
  readonly clock: Clock;
}

/** Every endpoint of the edge (R1.4): the one place where one is declared. docs/endpoints.md describes them. */
export function endpoints({
  environments,
  intake,
  responder,
  bodies,
  goals,
  probes,
  facts,
  clock,
}: EndpointParts): readonly Endpoint[] {
  const get = { methods: ["GET"] } as const;
  const post = { methods: ["POST"] } as const;
  const report = { methods: ["REPORT"] } as const;
  const server = { access: SDK_KEY };
  const mobile = { access: MOBILE_KEY };
  const browser = { access: ENVIRONMENT_ID };
  const everybody = { access: EVERYBODY };
  const status: PublicHandler = (c) => c.json(statusReport([...environments], facts, clock.now()));
  return [
    { ...get, path: "/all", ...server, handler: serverStream("all") },
    { ...get, path: "/flags", ...server, handler: serverStream("flags") },
    { ...get, path: "/sdk/latest-all", ...server, handler: poll(({ all }) => all) },

    { ...get, path: "/sdk/flags", ...server, handler: phpPoll(clock, ({ flags }) => flags) },
    {
      ...get,
      path: "/sdk/flags/{key}",
      ...server,
      handler: phpPoll(clock, (all, key) => all.item("flags", key)),
    },
    {
      ...get,
      path: "/sdk/segments/{key}",
      ...server,
      handler: phpPoll(clock, (all, key) => all.item("segments", key)),
    },

    ...evaluationEndpoints("/sdk/evalx/{envId}", ENVIRONMENT_ID, "browser", responder),
    ...evaluationEndpoints("/msdk/evalx", MOBILE_KEY, "mobile", responder),
    // Below the browsers': of two paths that are both an environment's named `contexts`, the first entry counts.
    ...evaluationEndpoints("/sdk/evalx", SDK_KEY, "server", responder),

    { ...get, path: "/meval/{context...}", ...mobile, handler: clientStream("mobile") },
    { ...report, path: "/meval", ...mobile, handler: clientStreamOfBody("mobile", bodies) },
    { ...get, path: "/mping", ...mobile, handler: clientStream("mobile") },
    { ...get, path: "/eval/{envId}/{context...}", ...browser, handler: clientStream("browser") },
    { ...report, path: "/eval/{envId}", ...browser, handler: clientStreamOfBody("browser", bodies) },
    { ...get, path: "/ping/{envId}", ...browser, handler: clientStream("browser") },

    { ...post, path: "/bulk", ...server, handler: events("server-analytics", intake) },
    { ...post, path: "/diagnostic", ...server, handler: events("server-diagnostic", intake) },
    { ...post, path: "/mobile", ...mobile, handler: events("mobile-analytics", intake) },
    { ...post, path: "/mobile/events", ...mobile, handler: events("mobile-analytics", intake) },
    { ...post, path: "/mobile/events/bulk", ...mobile, handler: events("mobile-analytics", intake) },
    { ...post, path: "/mobile/events/diagnostic", ...mobile, handler: events("mobile-diagnostic", intake) },
    { ...post, path: "/events/bulk/{envId}", ...browser, handler: events("browser-analytics", intake) },
    {
      ...post,
      path: "/events/diagnostic/{envId}",
      ...browser,
      handler: events("browser-diagnostic", intake),
    },
    { ...get, path: "/a/{envId}.gif", ...browser, handler: imageEvents(intake) },

    { ...get, path: "/sdk/goals/{envId}", ...browser, handler: goalsOf(goals) },
    ...FDV2_FALLBACK,
    { ...get, path: "/status", ...everybody, handler: status },
    ...probeEndpoints(probes),
  ];
}
