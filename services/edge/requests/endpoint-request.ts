import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { CorsHeaders } from "../http/cors.ts";
import type { EvaluationQuery } from "./evaluation-query.ts";

/** A request for an endpoint, whose environment has been found. */
export interface EndpointRequest {
  readonly selected: EdgeEnvironment;
  readonly query: EvaluationQuery;
  /** The context in the path, as it came; `undefined` where the path has none. */
  readonly context: string | undefined;
  /** What the client has of earlier answers, as its header says it. */
  readonly ifNoneMatch: string | undefined;
  /** The CORS headers that every answer carries, at endpoints for browsers. */
  readonly cors: CorsHeaders | undefined;
}
