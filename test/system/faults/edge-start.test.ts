import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { type RelayProcess, startRelay } from "../../support/relay-process.ts";
import { relayConfig, sdkKeyOf } from "./deployment.ts";
import { readinessOf } from "./edge-reports.ts";

const PATIENCE = { timeoutMs: 60_000 };
const INIT_TIMEOUT_MS = 1000;
const SOON = `initTimeout = ${INIT_TIMEOUT_MS}ms\n`;
const NEVER = "initTimeout = 10h\n";
const EXIT = "exitOnError = true\n";
const WRONG_LOGIN = "[Redis]\nusername = nobody\npassword = wrong\n";

let ld: LaunchDarklySimulator;
let redis: TestRedis;

/** LaunchDarkly knows `filled`, and Redis has its data; `empty` is neither here nor there. */
beforeAll(async () => {
  [ld, redis] = await Promise.all([startLaunchDarkly(), startRedis()]);
  ld.environment(sdkKeyOf("filled")).set(flag("checkout"));
  await using ingestor = await start("ingestor", ["filled"]);
  await eventually(
    "data in Redis",
    () => redis.client((client) => client.exists("filled:$inited")),
    PATIENCE,
  );
  await ingestor.stop();
});

afterAll(async () => {
  await Promise.all([redis[Symbol.asyncDispose](), ld.stop()]);
});

function start(
  role: "ingestor" | "edge",
  names: readonly string[],
  main = "",
  more = "",
): Promise<RelayProcess> {
  return startRelay({
    role,
    config: (ports) =>
      `${relayConfig(ld.url, names, ports, `[Redis]\nurl = ${redis.url}\n${more}`)}[Main]\n${main}`,
  });
}

const startEdge = (names: readonly string[], main: string, more?: string): Promise<RelayProcess> =>
  start("edge", names, main, more);

/** Waits until an edge says for `reason` that it is not ready, and shows that the end of `initTimeout` changes nothing. */
async function expectNeverReady(edge: RelayProcess, reason: RegExp): Promise<void> {
  const expectUnready = async () => {
    const { status, reasons } = await readinessOf(edge);
    expect({ status, reasons }).toMatchObject({
      status: 503,
      reasons: [{ name: "flags", code: "flags.missing", reason: expect.stringMatching(reason) }],
    });
  };
  await eventuallyPasses(`${edge.name} to say what it lacks`, expectUnready, PATIENCE);
  const seenAt = performance.now();
  await eventually("the end of initTimeout", () => performance.now() - seenAt > 2 * INIT_TIMEOUT_MS);
  await expectUnready();
  expect(edge.running).toBe(true);
}

async function untilItHoldsData(edge: RelayProcess, name: string): Promise<void> {
  await eventuallyPasses(
    `data of ${name}`,
    async () => {
      const { details } = await readinessOf(edge);
      expect(details.environments).toMatchObject({ [name]: { hasData: true } });
    },
    PATIENCE,
  );
}

describe.concurrent("an edge that starts", () => {
  it("is never ready with a wrong password for Redis", async () => {
    await using edge = await startEdge(["filled", "empty"], SOON, WRONG_LOGIN);
    await expectNeverReady(edge, /empty \(Redis does not answer\), filled \(Redis does not answer\)/);
  });

  it("is never ready while no environment has data", async () => {
    await using edge = await startEdge(["empty", "empty-too"], SOON);
    await expectNeverReady(edge, /empty \(none from LaunchDarkly\), empty-too \(none from LaunchDarkly\)/);
  });

  it("waits until initTimeout for each environment", async () => {
    await using edge = await startEdge(["filled", "empty"], NEVER);
    await untilItHoldsData(edge, "filled");
    const { status, reasons } = await readinessOf(edge);
    expect({ status, reasons }).toMatchObject({ status: 503, reasons: [{ code: "flags.missing" }] });
    expect(reasons[0]?.reason).toContain("empty");
    expect(reasons[0]?.reason).not.toContain("filled");
  });

  it("is ready after initTimeout if it can serve one, and names the others", async () => {
    await using edge = await startEdge(["filled", "empty"], SOON);
    await edge.waitUntilReady(PATIENCE);
    const { reasons, degraded } = await readinessOf(edge);
    expect(reasons).toEqual([]);
    const missing = degraded.find(({ code }) => code === "flags.missing");
    expect(missing?.reason).toContain("empty");
    expect(missing?.reason).not.toContain("filled");
  });

  it("ends with exitOnError if an environment has no data after initTimeout", async () => {
    const edges = await Promise.all([
      startEdge(["filled", "empty"], EXIT + SOON),
      startEdge(["filled"], EXIT + SOON, WRONG_LOGIN),
    ]);
    const [withoutData, lockedOut] = await Promise.all(
      edges.map(async (edge) => ({ code: (await edge.exited).code, log: edge.output.join("\n") })),
    );
    expect(withoutData).toMatchObject({
      code: 1,
      log: expect.stringMatching(/exitOnError: no data yet: empty/),
    });
    expect(lockedOut).toMatchObject({
      code: 1,
      log: expect.stringContaining("exitOnError: no data yet: filled (Redis does not answer)"),
    });
  });

  it("stays with exitOnError while each environment has data, or before initTimeout", async () => {
    await using edge = await startEdge(["filled"], EXIT + SOON);
    await using patient = await startEdge(["filled", "empty"], EXIT + NEVER);
    await Promise.all([edge.waitUntilReady(PATIENCE), untilItHoldsData(patient, "filled")]);
    const seenAt = performance.now();
    await eventually("the end of initTimeout", () => performance.now() - seenAt > 2 * INIT_TIMEOUT_MS);
    expect([edge.running, patient.running]).toEqual([true, true]);
  });
});
