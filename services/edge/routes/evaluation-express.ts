import type { IncomingMessage } from "node:http";
import { credentialIn } from "../environments/credentials.ts";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import { askedIn } from "./asked.ts";
import { corsHeaders } from "./cors.ts";
import type { EvaluationDesk } from "./evaluation-desk.ts";
import type { ExpressLane } from "./express-lane.ts";
import { BY_KEY, type Question } from "./question.ts";

/** A browser's or a mobile SDK's request in its usual form: nothing escaped, and the URL-safe alphabet. */
const USUAL = /^\/(?:sdk\/evalx\/([\w.-]+)|msdk\/evalx)\/(?:contexts|users)\/([\w-]+)(?:\?|$)/;

/**
 * A short way for what nearly all requests of mobile SDKs and browsers are: a context in the path, with a credential
 * that is known. All others take the routes above, which do the same.
 */
export function evaluationExpressLane(environments: EdgeEnvironments, desk: EvaluationDesk): ExpressLane {
  const questionOf = (
    envId: string | undefined,
    { headers, url = "" }: IncomingMessage,
  ): Question | undefined => {
    const credential = envId ?? credentialIn(headers.authorization);
    if (credential === undefined) return undefined;
    const selected = environments.find(envId === undefined ? "mobileKey" : "envId", credential);
    const asked = askedIn(url);
    if (selected === undefined || asked.filter !== undefined) return undefined;
    return envId === undefined
      ? { selected, asked, viewer: "mobile", place: "path", common: BY_KEY }
      : { selected, asked, viewer: "browser", place: "path", common: corsOf(selected, headers.origin) };
  };
  return (incoming, outgoing) => {
    const { method, url = "" } = incoming;
    const usual = method === "GET" ? USUAL.exec(url) : null;
    if (usual === null) return false;
    const [, envId, base64 = ""] = usual;
    const question = questionOf(envId, incoming);
    if (question === undefined) return false;
    desk.answerPath(question, base64, outgoing);
    return true;
  };
}

function corsOf({ environment }: EdgeEnvironment, origin: string | undefined): Question["common"] {
  return corsHeaders(environment, origin, "GET,OPTIONS");
}
