import { flag, segment } from "../../../simulator/content.ts";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually } from "../../support/eventually.ts";
import { type Answer, ask, type Question } from "../../support/http.ts";

/** What one environment is known by. */
interface Keys {
  readonly sdkKey: string;
  readonly mobileKey: string;
  readonly envId: string;
}

const keys = (name: string): Keys => ({
  sdkKey: `sdk-${name}-0123456789`,
  mobileKey: `mob-${name}-0123456789`,
  envId: `env-${name}-0123456789`,
});

/** Of one environment LaunchDarkly does not know the key: it has no data. One is in no configuration. */
export const KNOWN = keys("known");
export const LISTED = keys("listed");
export const SECURE = keys("secure");
export const WITHOUT_DATA = keys("without-data");
export const UNKNOWN = keys("unknown");

/** The pages that may use the environment `LISTED`. */
const ALLOWED_ORIGINS = ["https://a.example", "https://b.example"];

/** An edge with flags that only some kinds of SDKs may see, and all that it needs behind it. */
export interface ClientSideEdge extends AsyncDisposable {
  readonly deployment: Deployment;
  readonly url: string;
  /** The environment of {@link KNOWN}, at LaunchDarkly. */
  readonly known: SimulatedEnvironment;
  ask(path: string, question?: Question): Promise<Answer>;
}

const section = (name: string, { sdkKey, mobileKey, envId }: Keys, more = ""): string => `
[Environment "${name}"]
sdkKey = ${sdkKey}
mobileKey = ${mobileKey}
envId = ${envId}
${more}`;

const visible = (usingEnvironmentId: boolean, usingMobileKey: boolean) => ({
  clientSideAvailability: { usingEnvironmentId, usingMobileKey },
});

/** Starts the edge, and waits until it has data. */
export async function startClientSideEdge(main = ""): Promise<ClientSideEdge> {
  const deployment = await Deployment.open(`
[Main]
initTimeout = 1s
${main}
${section("Known", KNOWN)}
${section("Listed", LISTED, `allowedOrigin = ${ALLOWED_ORIGINS.join(", ")}\nallowedHeader = X-Mine`)}
${section("Secure", SECURE, "secureMode = true")}
${section("Without Data", WITHOUT_DATA)}`);
  const [known] = [KNOWN, LISTED, SECURE].map((each) => {
    const environment = deployment.ld.environment(each.sdkKey, each);
    environment.set(
      flag("everywhere", { ...visible(true, true), version: 3, trackEvents: true }),
      flag("browser", visible(true, false)),
      flag("mobile", { ...visible(false, true), variations: ["on", "off"] }),
      flag("server", visible(false, false)),
      flag("beta", {
        ...visible(true, true),
        rules: [
          {
            id: "r",
            variation: 0,
            clauses: [{ attribute: "", op: "segmentMatch", values: ["testers"], negate: false }],
          },
        ],
        fallthrough: { variation: 1 },
      }),
      segment("testers", { included: ["tester"] }),
    );
    return environment;
  });
  if (known === undefined) throw new Error("there are environments");
  await deployment.start("ingestor", "edge", "forwarder");
  const { url } = deployment.role("edge");
  const asked: ClientSideEdge["ask"] = (path, question) => ask(url, path, question);
  for (const { sdkKey } of [KNOWN, LISTED, SECURE])
    await eventually("the edge to have data", async () => {
      const { status } = await asked("/sdk/latest-all", { headers: { Authorization: sdkKey } });
      return status === 200;
    });
  return {
    deployment,
    url,
    known,
    ask: asked,
    [Symbol.asyncDispose]: () => deployment[Symbol.asyncDispose](),
  };
}
