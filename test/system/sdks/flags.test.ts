import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { flag, segment } from "../../../simulator/content.ts";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually } from "../../support/eventually.ts";
import { leaks } from "../../support/leaks.ts";
import { type RecordingProxy, startRecordingProxy } from "../../support/recording-proxy.ts";
import { stopAll } from "../../support/relay-process.ts";
import { environmentIdHook, SDKS, startSdk } from "./clients.ts";

const PRODUCTION = "sdk-production-0123456789";
const TEST = "sdk-test-0123456789";
const UNKNOWN = "sdk-unknown-0123456789";
const ANN = { kind: "user", key: "ann@example.com" };
const FOR_BETA_TESTERS = {
  fallthrough: { variation: 1 },
  rules: [
    {
      id: "beta",
      variation: 0,
      trackEvents: false,
      clauses: [{ contextKind: "user", attribute: "", op: "segmentMatch", values: ["beta"], negate: false }],
    },
  ],
};

let deployment: Deployment;
let production: SimulatedEnvironment;
let test: SimulatedEnvironment;

beforeAll(async () => {
  deployment = await Deployment.open(`
    [Environment "Production"]
    sdkKey = ${PRODUCTION}
    [Environment "Test"]
    sdkKey = ${TEST}`);
  production = deployment.ld.environment(PRODUCTION, { envId: "env-production" });
  test = deployment.ld.environment(TEST);
  await deployment.start("ingestor", "edge", "forwarder");
});
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  await stopAll();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function proxyToTheEdge(): Promise<RecordingProxy> {
  const proxy = await startRecordingProxy(deployment.role("edge").url);
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** Sets an environment's flags, and waits until the edge has them. */
async function becomes(
  environment: SimulatedEnvironment,
  ...contents: Parameters<SimulatedEnvironment["replace"]>[0]
) {
  environment.replace(contents);
  await eventually("the edge to have the data", async () => {
    const { url } = deployment.role("edge");
    const response = await fetch(`${url}/sdk/latest-all`, { headers: { Authorization: environment.sdkKey } });
    const { flags } = (await response.json()) as { readonly flags: object };
    return contents.filter(({ kind }) => kind === "flags").every(({ key }) => key in flags);
  });
}

describe.each(SDKS)("$sdk", (sdk) => {
  it("streams: the first values, changed flags and segments, deleted and new flags", async () => {
    await becomes(production, segment("beta"), flag("checkout", FOR_BETA_TESTERS), flag("old"));
    await becomes(test, flag("checkout", { on: false }));
    const { url } = deployment.role("edge");
    const client = await startSdk(sdk, PRODUCTION, url);
    const tester = await startSdk(sdk, TEST, url);
    expect(await client.variation("checkout", ANN, null)).toBe(false);
    expect(await client.variation("old", ANN, null)).toBe(true);
    expect(await tester.variation("checkout", ANN, null)).toBe(false);

    production.change("segments", "beta", { included: [ANN.key] });
    await eventually("ann to be a beta tester", () => client.variation("checkout", ANN, null));
    production.change("flags", "checkout", { on: false });
    await eventually("the flag to be off", async () => !(await client.variation("checkout", ANN, true)));
    production.delete("flags", "old");
    await eventually("the flag to be gone", async () => {
      return (await client.variation("old", ANN, "absent")) === "absent";
    });
    production.set(flag("new", { variations: ["fresh", "stale"] }));
    await eventually("the new flag", async () => (await client.variation("new", ANN, null)) === "fresh");

    expect(await tester.variation("new", ANN, "absent")).toBe("absent");
    expect(await tester.variation("checkout", ANN, null)).toBe(false);
  });

  it("polls: 200 with the flags, 304 while nothing changes, 200 with a change", async () => {
    await becomes(production, flag("polled", { on: false }));
    impatientSdks();
    const proxy = await proxyToTheEdge();
    const statuses = () =>
      proxy.exchanges.filter(({ path }) => path === "/sdk/latest-all").map(({ status }) => status);
    const client = await startSdk(sdk, PRODUCTION, proxy.url, { stream: false, sendEvents: false });
    expect(await client.variation("polled", ANN, null)).toBe(false);
    await eventually("a poll of what the SDK has", () => statuses().includes(304));
    expect(statuses()[0]).toBe(200);

    production.change("flags", "polled", { on: true });
    await eventually("the change", () => client.variation("polled", ANN, null));
    expect(statuses().filter((status) => status === 200)).toHaveLength(2);
    expect(proxy.exchanges.map(({ answerHeaders }) => answerHeaders["x-ld-envid"])).toContain(
      "env-production",
    );
  });

  it("is refused with a key that nobody knows", async () => {
    const { url } = deployment.role("edge");
    await expect(startSdk(sdk, UNKNOWN, url)).rejects.toThrow(/401|Authentication/i);
  });
});

it.each([true, false])(
  "the SDK's hooks learn LaunchDarkly's id of the environment (stream: %s)",
  async (stream) => {
    await becomes(production, flag("hooked"));
    const hook = environmentIdHook();
    const client = await startSdk(SDKS[0], PRODUCTION, deployment.role("edge").url, {
      stream,
      hooks: [hook],
    });
    await client.variation("hooked", ANN, null);
    expect(hook.seen).toEqual(["env-production"]);
  },
);

it("LaunchDarkly sees one stream per environment, however many SDKs there are", () => {
  expect([production, test].map(({ streams }) => [streams.count, streams.mostAtOnce])).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

it("no process logs a credential or a context, not even at level debug", () => {
  expect(deployment.output.length).toBeGreaterThan(10);
  expect(leaks(deployment.output, [PRODUCTION, TEST, UNKNOWN], [ANN.key])).toEqual([]);
});

/** SDKs poll every 30 s at the most. For them, half a minute passes in a moment; all other times stay as they are. */
function impatientSdks(): void {
  for (const timer of ["setTimeout", "setInterval"] as const) {
    const patient = globalThis[timer];
    const impatient = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      patient(run, ms > 25_000 && ms <= 30_000 ? 100 : ms, ...args);
    vi.spyOn(globalThis, timer).mockImplementation(impatient as typeof setTimeout & typeof setInterval);
  }
}
