import type { Context } from "hono";
import type { CorsHeaders } from "../http/cors.ts";
import type { ClientError } from "../requests/client-errors.ts";

/** A refusal as the framework's response. */
export function refuse(c: Context, { status, body, headers }: ClientError, cors?: CorsHeaders): Response {
  const all = { ...cors, ...headers };
  return body === "" ? c.body(null, status, all) : c.body(body, status, all);
}
