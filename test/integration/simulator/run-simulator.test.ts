import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CREDENTIALS, type RunningSimulator, runSimulator } from "../../../simulator/run-simulator.ts";
import { startProcess } from "../../support/child-process.ts";
import { eventually } from "../../support/eventually.ts";
import { openSse } from "../../support/sse.ts";

let simulator: RunningSimulator;
beforeEach(async () => {
  simulator = await runSimulator();
});
afterEach(() => simulator.stop());

const KEY = { Authorization: CREDENTIALS.sdkKey };

async function control(method: string, path: string, body?: string): Promise<[number, unknown]> {
  const response = await fetch(simulator.controlUrl + path, { method, ...(body !== undefined && { body }) });
  return [response.status, await response.json()];
}

describe("the control address", () => {
  it("flips a flag, and streams are told", async () => {
    const stream = await openSse(`${simulator.url}/all`, { headers: KEY });
    await stream.waitFor("put");
    expect(await control("PATCH", "/flags/new-checkout", '{"on":true}')).toMatchObject([
      200,
      { on: true, version: 2 },
    ]);
    const { data } = await stream.waitFor("patch");
    expect(JSON.parse(data)).toMatchObject({ path: "/flags/new-checkout", data: { on: true, version: 2 } });
    stream.close();
  });

  it("makes, shows and deletes flags", async () => {
    expect(await control("PUT", "/flags/mine", '{"variations":["a","b"]}')).toMatchObject([
      200,
      { version: 1 },
    ]);
    expect(await control("PUT", "/flags/mine", '{"on":false}')).toMatchObject([
      200,
      { version: 2, on: false },
    ]);
    expect(await control("GET", "/flags")).toMatchObject([
      200,
      { mine: { variations: ["a", "b"], on: false } },
    ]);
    expect(await control("DELETE", "/flags/mine")).toEqual([200, { deleted: "mine" }]);
    expect(await control("GET", "/flags/mine")).toEqual([404, { message: "there is no flag mine" }]);
  });

  it("shows the events that came in", async () => {
    const body = '[{"kind":"custom","key":"bought"}]';
    await fetch(`${simulator.url}/bulk`, { method: "POST", headers: KEY, body });
    expect(await control("GET", "/events")).toMatchObject([
      200,
      [{ path: "/bulk", events: JSON.parse(body) }],
    ]);
  });

  it.each([
    ["PATCH", "/flags/banner", "[]", 400],
    ["PATCH", "/flags/banner", "{", 400],
    ["PATCH", "/flags/nothing", "{}", 404],
    ["POST", "/flags/banner", "{}", 405],
    ["GET", "/", undefined, 404],
  ])("answers %s %s with %j by saying what is wrong", async (method, path, body, status) => {
    expect(await control(method, path, body)).toEqual([status, { message: expect.any(String) }]);
  });
});

it("as a program prints addresses, keys and what to try, and ends with Ctrl-C", async () => {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const args = ["simulator/main.ts"];
  const program = await startProcess({ name: "the simulator", file: process.execPath, args, cwd: root });
  await eventually("the introduction", () => program.lines.some((line) => line.includes("Ctrl-C ends it")));
  const text = program.lines.join("\n");
  for (const credential of Object.values(CREDENTIALS)) expect(text).toContain(credential);
  const [, method = "", url = "", body = ""] = /curl -X (PATCH) (\S+) -d '(.*)'/.exec(text) ?? [];
  expect(await (await fetch(url, { method, body })).json()).toMatchObject({ key: "new-checkout", on: true });
  expect(await program.stop(undefined, "SIGINT")).toEqual({ code: 0, signal: null });
});
