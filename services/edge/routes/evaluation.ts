import type { SdkKind } from "../evaluation/view.ts";
import type { EndpointRequest } from "../requests/endpoint-request.ts";
import { BY_KEY } from "../requests/evaluation-request.ts";
import type { ContextSource, EvaluationResponder } from "../results/evaluation-responder.ts";
import type { Endpoint, EnvironmentAccess } from "./endpoint.ts";

/** The names of the last part of the paths, today's and that of SDKs which knew only users (R1.4). */
const NAMES = [
  { path: "contexts", body: "context" },
  { path: "users", body: "user" },
];

/** The endpoints under `base` for the results of all flags for a context, in the path or in the body (R1.5 and R1.6). */
export function evaluationEndpoints(
  base: string,
  access: EnvironmentAccess,
  sdkKind: SdkKind,
  responder: EvaluationResponder,
): readonly Endpoint[] {
  const respond = ({ selected, query, ifNoneMatch, cors }: EndpointRequest, source: ContextSource): void =>
    responder.respond({ selected, sdkKind, query, ifNoneMatch, common: cors ?? BY_KEY }, source);
  return NAMES.flatMap(({ path, body }): Endpoint[] => [
    {
      methods: ["GET"],
      path: `${base}/${path}/{context...}`,
      access,
      handler: {
        kind: "writer",
        answer: (request, response) => {
          respond(request, { place: "path", base64: request.context ?? "", response });
          return true;
        },
      },
    },
    {
      methods: ["REPORT"],
      path: `${base}/${body}`,
      access,
      handler: {
        kind: "body",
        answer: (request, exchange) => respond(request, { place: "body", exchange }),
      },
    },
  ]);
}
