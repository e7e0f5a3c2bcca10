import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import type { CredentialType } from "../../../shared/model/credentials.ts";
import { credentialIn } from "../environments/credential-index.ts";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";

/** What Hono knows of a request on this server. */
export interface EdgeBindings {
  Bindings: HttpBindings;
  Variables: { readonly selected: EdgeEnvironment };
}

const UNKNOWN_CREDENTIAL =
  "Relay Proxy does not recognize the client credential (missing or invalid Authorization header)";
export const UNKNOWN_FILTER =
  "Relay Proxy recognizes the provided credential, but the payload filter was not found";
export const NOT_INITIALIZED = "client was not initialized";

/** Finds the environment of a request by its `Authorization` header; what follows has it as `selected`. */
export function selectByHeader(
  environments: EdgeEnvironments,
  type: Exclude<CredentialType, "envId">,
): MiddlewareHandler<EdgeBindings> {
  return async (c, next) => {
    const selected = environmentByHeader(c, environments, type);
    if (selected instanceof Response) return selected;
    c.set("selected", selected);
    return next();
  };
}

/**
 * The environment that the request's `Authorization` header shows, or the refusal, which is exactly the Go relay's,
 * because SDKs give up for good on some of these (R1.2 and R1.3).
 */
export function environmentByHeader(
  c: Context<EdgeBindings>,
  environments: EdgeEnvironments,
  type: Exclude<CredentialType, "envId">,
): EdgeEnvironment | Response {
  const credential = credentialIn(c.req.header("authorization"));
  if (credential === undefined) return c.body(null, 401);
  const selected = environments.find(type, credential);
  if (selected === undefined) return plain(c, UNKNOWN_CREDENTIAL, 401);
  // An empty filter is none; environments with filters come with their feature.
  if (c.req.query("filter")) return plain(c, UNKNOWN_FILTER, 404);
  return selected;
}

/** The plain text of an error, with the headers that Go's `http.Error` gives it. */
export function plain(c: Context, text: string, status: 401 | 404 | 503): Response {
  return c.body(text, status, {
    "Content-Type": "text/plain; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
  });
}
