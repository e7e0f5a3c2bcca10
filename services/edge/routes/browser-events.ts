import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { Intake } from "../intake/intake.ts";
import { answerTo } from "../intake/refusal.ts";
import type { EdgeBindings } from "../requests/environment-lookup.ts";
import { browserRoute } from "./browser.ts";

/** A transparent image of one pixel (R1.10). */
const PIXEL = Uint8Array.from(
  Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64"),
);

/** Events of SDKs in browsers; very old ones ask for an image to send them (R1.9 and R1.10). */
export function browserEventRoutes(environments: EdgeEnvironments, intake: Intake): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const post = (path: string, kind: "browser-analytics" | "browser-diagnostic"): void => {
    browserRoute(routes, environments, "POST", path, (c, { environment }, cors) => {
      void intake.acceptPost(environment, kind, c.env, cors);
      return RESPONSE_ALREADY_SENT;
    });
  };
  post("/events/bulk/:envId", "browser-analytics");
  post("/events/diagnostic/:envId", "browser-diagnostic");
  browserRoute(routes, environments, "GET", "/a/:envId{[^/]+\\.gif}", async (c, { environment }, cors) => {
    const refusal = await intake.acceptImage(environment, c.req.query("d"), c.req.header("user-agent"));
    if (refusal === "disabled") return c.json({ message: answerTo(refusal).message }, 503, cors);
    // The page wants an image, and would show a broken one for any other answer.
    return c.body(PIXEL, 200, { ...cors, "Content-Type": "image/gif" });
  });
  return routes;
}
