import { flag, rawItem, segment } from "../../../simulator/content.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually } from "../../support/eventually.ts";
import { type Answer, ask, type Question } from "../../support/http.ts";

/** The credentials that requests may show. Of one environment LaunchDarkly does not know the key: it has no data. */
export const KEYS = {
  known: "sdk-known-0123456789",
  mobile: "mob-known-0123456789",
  withoutData: "sdk-without-data-0123456789",
  unknown: "sdk-unknown-0123456789",
};

/** Text that no re-encoding would leave as it is. */
export const ODD_FLAG =
  '{"key":"odd","version":7, "big":12345678901234567890,"one":1.0,"html":"<&>","deleted":false}';

/** Keys of flags that URLs, objects and routers might trip over. */
export const ODD_KEYS = [
  "__proto__",
  "constructor",
  "a b",
  "a/b",
  "a%2Fb",
  "100%",
  "flags",
  "ключ",
  "a+b",
  "a?b",
];

/** What server-side SDKs may ask for. */
export const SERVER_GETS = [
  "/all",
  "/flags",
  "/sdk/latest-all",
  "/sdk/flags",
  "/sdk/flags/odd",
  "/sdk/segments/beta",
];
/** Where they may send events. */
export const EVENT_POSTS = ["/bulk", "/diagnostic"];

/** An edge that was asked nothing yet, with all that it needs behind it. */
export interface KnownEdge extends AsyncDisposable {
  readonly deployment: Deployment;
  readonly url: string;
  /** A request with the known key, unless `headers` say otherwise. */
  get(path: string, headers?: Question["headers"]): Promise<Answer>;
}

/** Starts an edge in front of the flags and segments above. */
export async function startKnownEdge(): Promise<KnownEdge> {
  const deployment = await Deployment.open(`
    [Main]
    initTimeout = 1s
    [Environment "Known"]
    sdkKey = ${KEYS.known}
    mobileKey = ${KEYS.mobile}
    envId = client-side-id
    ttl = 1m
    [Environment "Without Data"]
    sdkKey = ${KEYS.withoutData}`);
  const known = deployment.ld.environment(KEYS.known, { envId: "env-known" });
  known.set(
    rawItem("flags", "odd", ODD_FLAG),
    ...ODD_KEYS.map((key) => flag(key, { variations: [key] })),
    flag("gone"),
    segment("beta"),
    segment("a b"),
  );
  await deployment.start("ingestor", "edge", "forwarder");
  const { url } = deployment.role("edge");
  const get: KnownEdge["get"] = (path, headers = {}) =>
    ask(url, path, { headers: { Authorization: KEYS.known, ...headers } });
  await eventually("the edge to have data", async () => (await get("/sdk/latest-all")).status === 200);
  known.delete("flags", "gone");
  await eventually("the deletion", async () => (await get("/sdk/flags/gone")).status === 404);
  return { deployment, url, get, [Symbol.asyncDispose]: () => deployment[Symbol.asyncDispose]() };
}
