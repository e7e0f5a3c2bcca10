import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import {
  freeRelayPorts,
  type RelayOptions,
  type RelayPorts,
  startRelay,
  stopAll,
} from "../../support/relay-process.ts";

afterEach(stopAll);

interface Behaviour {
  readonly readyAfterRequests?: number;
  readonly exitCode?: number;
  readonly ignoresSignals?: boolean;
  readonly dies?: boolean;
}

const startPretendRelay = (behaviour: Behaviour = {}, options: Partial<RelayOptions> = {}) =>
  startRelay({
    entry: "test/integration/support/fixtures/pretend-relay.ts",
    config: ({ adminPort }: RelayPorts) =>
      JSON.stringify({ adminPort, readyAfterRequests: 0, exitCode: 0, ...behaviour }),
    ...options,
  });

describe("a relay process", () => {
  it("runs the command with its role, configuration file, arguments and environment", async () => {
    const relay = await startPretendRelay(
      {},
      { role: "edge", args: ["--from-env"], env: { GIVEN: "by the test" } },
    );
    const { args, cwd, given } = await relay.waitForLog(({ msg }) => msg === "listening");
    expect(args).toEqual(["edge", "--config", expect.stringMatching(/ld-relay\.conf$/), "--from-env"]);
    expect(cwd).toBe(process.cwd());
    expect(given).toBe("by the test");
    const [, , file] = args as string[];
    expect(existsSync(file ?? "")).toBe(true);
    await relay.stop();
    expect(existsSync(file ?? "")).toBe(false);
  });

  it("is ready when its probe says so", async () => {
    const relay = await startPretendRelay({ readyAfterRequests: 2 });
    await relay.waitUntilReady();
    expect((await fetch(`${relay.adminUrl}/readyz`)).status).toBe(200);
    await relay.stop();
  });

  it("takes ports that the test has chosen, and a configuration as it stands", async () => {
    const ports = await freeRelayPorts();
    const config = JSON.stringify({ adminPort: ports.adminPort, readyAfterRequests: 0, exitCode: 0 });
    const relay = await startPretendRelay({}, { ports, config });
    await relay.waitUntilReady();
    expect([relay.url, relay.adminUrl]).toEqual([
      `http://127.0.0.1:${ports.port}`,
      `http://127.0.0.1:${ports.adminPort}`,
    ]);
    await relay.stop();
  });

  it("says why it is not ready when the waiting is over", async () => {
    const relay = await startPretendRelay({ readyAfterRequests: 1_000 });
    await relay.waitForLog(({ msg }) => msg === "listening");
    await expect(relay.waitUntilReady({ timeoutMs: 500 })).rejects.toThrow(/readiness.*503: no Redis yet/);
    await relay.stop();
  });

  it("ends with its exit code on SIGINT and with the signal on SIGKILL", async () => {
    const polite = await startPretendRelay({ exitCode: 3 });
    await polite.waitForLog(({ msg }) => msg === "listening");
    expect(await polite.stop()).toEqual({ code: 3, signal: null });
    expect(polite.logs.at(-1)).toEqual({ msg: "stopping" });
    const killed = await startPretendRelay();
    expect(await killed.kill()).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("is killed, and the test told, when it does not end in time", async () => {
    const relay = await startPretendRelay({ ignoresSignals: true });
    await relay.waitForLog(({ msg }) => msg === "listening");
    await expect(relay.stop(100)).rejects.toThrow("after SIGINT took longer than 100 ms");
    expect(await relay.exited).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("that ends at its start shows its last words instead of a timeout", async () => {
    const relay = await startPretendRelay({ dies: true, exitCode: 1 });
    await expect(relay.waitUntilReady()).rejects.toThrow(/ended without readiness:\nno such setting/);
    await expect(relay.waitForLog(({ msg }) => msg === "ready")).rejects.toThrow("no such setting");
    expect(relay.logs).toEqual([{ text: "no such setting" }]);
    expect(await relay.exited).toEqual({ code: 1, signal: null });
  });

  it("answers nothing while suspended", async () => {
    const relay = await startPretendRelay();
    await relay.waitUntilReady();
    relay.suspend();
    await expect(fetch(relay.adminUrl, { signal: AbortSignal.timeout(100) })).rejects.toThrow("timeout");
    relay.resume();
    await relay.waitUntilReady();
    await relay.stop();
  });

  it("that a test forgets is killed, and reported", async () => {
    const relay = await startPretendRelay({}, { role: "forwarder" });
    await expect(stopAll()).rejects.toThrow("left running: the relay (forwarder)");
    expect(await relay.exited).toEqual({ code: null, signal: "SIGKILL" });
    await stopAll();
  });
});
