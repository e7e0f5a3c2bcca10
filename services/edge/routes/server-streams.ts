import type { StreamView } from "../protocol/fdv1/flag-messages.ts";
import type { EnvironmentHandler } from "./endpoint.ts";

/** A stream of flag data for server-side SDKs: `/all`, and the old `/flags` (R2, S1). */
export function serverStream(view: StreamView): EnvironmentHandler {
  return { kind: "writer", answer: ({ selected }, response) => selected.stream(view, response) };
}
