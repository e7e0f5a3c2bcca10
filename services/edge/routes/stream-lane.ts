import { credentialIn } from "../environments/credential-index.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { PlainLane } from "../http/fast-path/fast-path.ts";
import type { RouteCounts } from "../http/response/route-count.ts";
import type { StreamView } from "../protocol/fdv1/flag-messages.ts";
import { plainClient } from "./plain-client.ts";
import { answerStream } from "./stream-answer.ts";

const SERVER_STREAMS: ReadonlyMap<string, StreamView> = new Map([
  ["/all", "all"],
  ["/flags", "flags"],
]);
/** What the streams of mobile SDKs and browsers count as, with a context and without. */
const CLIENT_STREAMS = {
  mobile: { context: "/meval/{context}", ping: "/mping" },
  browser: { context: "/eval/{envId}/{context}", ping: "/ping/{envId}" },
} as const;
/** Streams of mobile SDKs and browsers in their usual form: with a context, and without. */
const EVAL = /^\/(?:eval\/([\w.-]+)|meval)\/([\w-]+)(?:\?|$)/;
const PING = /^\/(?:ping\/([\w.-]+)|mping)(?:\?|$)/;

/**
 * A short way for streams as nearly all SDKs ask for them, which leaves nothing of the request in memory. All others take
 * the routes of the app, which do the same.
 */
export function streamLane(environments: EdgeEnvironments, counts: RouteCounts): PlainLane {
  return (get, response) => {
    const view = SERVER_STREAMS.get(get.url);
    if (view !== undefined) {
      const credential = credentialIn(get.headers.authorization);
      const selected = credential === undefined ? undefined : environments.find("sdkKey", credential);
      response.countAs(counts.of(get.url));
      // Without an environment or data nothing was done, and the routes say so.
      return selected?.stream(view, response) ?? false;
    }
    const usual = EVAL.exec(get.url) ?? PING.exec(get.url);
    if (usual === null) return false;
    const [, envId, base64] = usual;
    const client = plainClient(environments, envId, get);
    if (client === undefined) return false;
    const { selected, sdkKind, query, cors: common = {} } = client;
    response.countAs(counts.of(CLIENT_STREAMS[sdkKind][base64 === undefined ? "ping" : "context"]));
    answerStream({ selected, sdkKind: sdkKind, query: query, place: "path", common }, base64, response);
    return true;
  };
}
