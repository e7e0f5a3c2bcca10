import { credentialIn } from "../environments/credentials.ts";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { PlainLane } from "../front/front.ts";
import type { PlainGet } from "../front/plain-get.ts";
import { askedIn } from "./asked.ts";
import { corsHeaders } from "./cors.ts";
import type { EvaluationDesk } from "./evaluation-desk.ts";
import { BY_KEY, type Question } from "./question.ts";

/** A browser's or a mobile SDK's request in its usual form: nothing escaped, and the URL-safe alphabet. */
const USUAL = /^\/(?:sdk\/evalx\/([\w.-]+)|msdk\/evalx)\/(?:contexts|users)\/([\w-]+)(?:\?|$)/;

/**
 * A short way for what nearly all requests of mobile SDKs and browsers are: a context in the path, with a credential
 * that is known. All others take the routes above, which do the same.
 */
export function evaluationLane(environments: EdgeEnvironments, desk: EvaluationDesk): PlainLane {
  const questionOf = (envId: string | undefined, get: PlainGet): Question | undefined => {
    const { authorization, origin, ifNoneMatch } = get.headers;
    const credential = envId ?? credentialIn(authorization);
    if (credential === undefined) return undefined;
    const selected = environments.find(envId === undefined ? "mobileKey" : "envId", credential);
    const asked = askedIn(get.url);
    if (selected === undefined || asked.filter !== undefined) return undefined;
    return envId === undefined
      ? { selected, asked, ifNoneMatch, viewer: "mobile", place: "path", common: BY_KEY }
      : { selected, asked, ifNoneMatch, viewer: "browser", place: "path", common: corsOf(selected, origin) };
  };
  return (get, reply) => {
    const usual = USUAL.exec(get.url);
    if (usual === null) return false;
    const [, envId, base64 = ""] = usual;
    const question = questionOf(envId, get);
    if (question === undefined) return false;
    desk.answerPath(question, base64, reply);
    return true;
  };
}

function corsOf({ environment }: EdgeEnvironment, origin: string | undefined): Question["common"] {
  return corsHeaders(environment, origin, "GET,OPTIONS");
}
