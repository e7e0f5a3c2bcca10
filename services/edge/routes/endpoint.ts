import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { CredentialType } from "../../../shared/model/credentials.ts";
import type { CorsHeaders, CorsRules } from "../http/cors.ts";
import type { Exchange } from "../http/response/early-response.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import type { EndpointRequest } from "../requests/endpoint-request.ts";

/** What Hono knows of a request on this server. */
export interface EdgeBindings {
  Bindings: HttpBindings;
}

/** HEAD only where it is named: Hono would take it for a GET, and the Go relay refuses it (R1.1). */
type Method = "GET" | "HEAD" | "POST" | "REPORT";

/**
 * One endpoint: all that the relay knows of it. `app.ts` makes routes, preflights and the answers to other methods from
 * these, `fast-routes.ts` the fast path, and `direct-posts.ts` the way of events past the framework.
 */
export type Endpoint = EnvironmentEndpoint | PublicEndpoint;

interface Address {
  readonly methods: readonly Method[];
  /** With parameters as `{key}`, or `{context...}` for one that may have slashes; see `PathPattern`. */
  readonly path: string;
}

/** An endpoint that serves one environment's data, or takes its events. */
export interface EnvironmentEndpoint extends Address {
  readonly access: EnvironmentAccess;
  readonly handler: EnvironmentHandler;
}

/** An endpoint for everybody. */
export interface PublicEndpoint extends Address {
  readonly access: PublicAccess;
  readonly handler: PublicHandler;
}

/** How requests name their environment, and what pages in browsers may read. */
export interface EnvironmentAccess {
  /** A key in the `Authorization` header, or the environment's id as `{envId}` in the path. */
  readonly credential: CredentialType;
  /** `filter` in the query names a payload filter, which is looked up together with the credential. */
  readonly filter: "looked up";
  /** `environment`: the environment's own rules, on every answer; preflights are answered. */
  readonly cors: "none" | "environment";
}

export interface PublicAccess {
  readonly credential: "none";
  readonly filter: "ignored";
  /** Which pages may read the answers; preflights are answered. */
  readonly cors: "none" | CorsRules;
}

/**
 * What answers a request whose environment is known. An error that it throws, or rejects with, is answered with 500.
 *
 * | kind | writes to | before the framework |
 * | --- | --- | --- |
 * | `writer` | a {@link ResponseWriter}, now or later. `false`: there are no data yet, and nothing was done | GETs on the fast path |
 * | `body` | Node's response, after reading the request's body | POSTs to paths without parameters |
 * | `page` | a `Response` for the framework | never |
 */
export type EnvironmentHandler =
  | { readonly kind: "writer"; answer(request: EndpointRequest, response: ResponseWriter): boolean }
  | { readonly kind: "body"; answer(request: EndpointRequest, exchange: Exchange): void | Promise<void> }
  | {
      readonly kind: "page";
      answer(request: EndpointRequest, c: Context<EdgeBindings>): Response | Promise<Response>;
    };

/** What answers at a public endpoint; every answer must carry `cors`. */
export type PublicHandler = (
  c: Context<EdgeBindings>,
  cors: CorsHeaders | undefined,
) => Response | Promise<Response>;

/** Server-side SDKs (R1.2). */
export const SDK_KEY: EnvironmentAccess = { credential: "sdkKey", filter: "looked up", cors: "none" };
/** Mobile SDKs (R1.2). */
export const MOBILE_KEY: EnvironmentAccess = { credential: "mobileKey", filter: "looked up", cors: "none" };
/** SDKs in browsers (R1.2 and R1.8). */
export const ENVIRONMENT_ID: EnvironmentAccess = {
  credential: "envId",
  filter: "looked up",
  cors: "environment",
};
/** Operators and health checkers. */
export const EVERYBODY: PublicAccess = { credential: "none", filter: "ignored", cors: "none" };
