import type { Credentials } from "../../shared/model/credentials.ts";
import type { PayloadKind } from "../../shared/queue/event-job.ts";

/** Where a payload goes, and how it signs in there. */
type Destination =
  | { readonly kind: "known"; readonly path: string; readonly authorization?: string }
  /** The environment has, at the moment, no credential of the kind that this takes. */
  | { readonly kind: "unknown"; readonly missing: string };

/** The path below the events URI, with the environment's present credential (ld-relay, section 8.1). */
export function destination(kind: PayloadKind, { sdkKey, mobileKey, envId }: Credentials): Destination {
  switch (kind) {
    case "server-analytics":
      return { kind: "known", path: "/bulk", authorization: sdkKey };
    case "server-diagnostic":
      return { kind: "known", path: "/diagnostic", authorization: sdkKey };
    case "mobile-analytics":
      return mobileKey === undefined
        ? { kind: "unknown", missing: "mobile key" }
        : { kind: "known", path: "/mobile", authorization: mobileKey };
    case "mobile-diagnostic":
      return mobileKey === undefined
        ? { kind: "unknown", missing: "mobile key" }
        : { kind: "known", path: "/mobile/events/diagnostic", authorization: mobileKey };
    case "browser-analytics":
      return envId === undefined
        ? { kind: "unknown", missing: "environment ID" }
        : { kind: "known", path: `/events/bulk/${encodeURIComponent(envId)}` };
    case "browser-diagnostic":
      return envId === undefined
        ? { kind: "unknown", missing: "environment ID" }
        : { kind: "known", path: `/events/diagnostic/${encodeURIComponent(envId)}` };
  }
}
