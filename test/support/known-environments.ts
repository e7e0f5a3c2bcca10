import type { EnvironmentId, MobileKey, SdkKey } from "../../shared/model/credentials.ts";
import { type Change, parseItem } from "../../shared/model/item.ts";
import { flag, segment } from "../../simulator/content.ts";
import { environment } from "./environment.ts";
import type { HandFed } from "./hand-fed-environments.ts";

const keys = (name: string) => ({
  sdkKey: `sdk-${name}-0123456789` as SdkKey,
  mobileKey: `mob-${name}-0123456789` as MobileKey,
  envId: `env-${name}-0123456789` as EnvironmentId,
});

export const KNOWN = keys("known");
/** Of an environment that only some pages may use, and whose pages may send a header of their own. */
export const LISTED = keys("listed");
export const SECURE = keys("secure");
export const WITHOUT_DATA = keys("without-data");
/** Of no environment. */
export const UNKNOWN = keys("unknown");

const CONTENT: readonly Change[] = [
  flag("everywhere", { clientSide: true, version: 3 }),
  flag("server", { clientSideAvailability: { usingEnvironmentId: false, usingMobileKey: false } }),
  segment("testers"),
].map(({ kind, key, raw }) => ({ kind, key, item: parseItem(raw) }));

/** The environments with these keys; all but {@link WITHOUT_DATA} have data. */
export const ENVIRONMENTS: readonly HandFed[] = [
  {
    environment: environment("known", { credentials: KNOWN }),
    content: CONTENT,
    upstreamId: KNOWN.envId,
  },
  {
    environment: environment("listed", {
      credentials: LISTED,
      allowedOrigins: ["https://a.example", "https://b.example"],
      allowedHeaders: ["X-Mine"],
    }),
    content: CONTENT,
  },
  { environment: environment("secure", { credentials: SECURE, secureMode: true }), content: CONTENT },
  { environment: environment("without-data", { credentials: WITHOUT_DATA }) },
];
