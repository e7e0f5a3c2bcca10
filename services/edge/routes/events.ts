import type { PayloadKind } from "../../../shared/queue/event-payload.ts";
import type { Intake } from "../intake/intake.ts";
import { answerTo } from "../intake/refusal.ts";
import type { EnvironmentHandler } from "./endpoint.ts";

/** A transparent image of one pixel (R1.10). */
const PIXEL = Uint8Array.from(
  Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64"),
);

/** Events in the body (R1.9). */
export function events(kind: PayloadKind, intake: Intake): EnvironmentHandler {
  return {
    kind: "body",
    answer: ({ selected, cors }, exchange) =>
      void intake.acceptPost(selected.environment, kind, exchange, cors),
  };
}

/** Events in the query, from very old SDKs in browsers, which ask for an image to send them (R1.10). */
export function imageEvents(intake: Intake): EnvironmentHandler {
  return {
    kind: "page",
    answer: async ({ selected, cors }, c) => {
      const data = c.req.query("d");
      const refusal = await intake.acceptImage(selected.environment, data, c.req.header("user-agent"));
      if (refusal === "disabled") return c.json({ message: answerTo(refusal).message }, 503, { ...cors });
      // The page wants an image, and would show a broken one for any other answer.
      return c.body(PIXEL, 200, { ...cors, "Content-Type": "image/gif" });
    },
  };
}
