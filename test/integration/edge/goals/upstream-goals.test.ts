import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { GOALS_LIMITS, UpstreamGoals } from "../../../../services/edge/goals/upstream-goals.ts";
import { OutboundClient } from "../../../../shared/outbound/outbound-client.ts";
import type { Reaction } from "../../../../simulator/faults.ts";
import type { SimulatedEnvironment } from "../../../../simulator/simulated-environment.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../../simulator/simulator.ts";
import { DIRECT } from "../../../support/direct.ts";

let ld: LaunchDarklySimulator;
let environment: SimulatedEnvironment;
let service: OutboundClient;
let upstream: UpstreamGoals;

beforeAll(async () => {
  ld = await startLaunchDarkly();
  environment = ld.environment("sdk-goals", { envId: "an id/with%signs" });
  service = new OutboundClient(DIRECT, {
    baseUri: `${ld.url}/`,
    userAgent: "LDRelay/test",
    limits: GOALS_LIMITS,
  });
  upstream = new UpstreamGoals(service);
});
afterEach(() => ld.faults.clear());
afterAll(async () => {
  await service.close();
  await ld.stop();
});

const ask = (etag?: string) => upstream.ask("an id/with%signs", etag);

it("gives what LaunchDarkly says, and of the head only what is about it", async () => {
  environment.goals.body = '[{"key":"click"}]';
  environment.goals.headers = {
    ETag: '"1"',
    "Cache-Control": "max-age=60",
    "Last-Modified": "Wed, 25 Nov 2026 00:00:00 GMT",
    "Set-Cookie": "a=b",
    "Access-Control-Allow-Origin": "https://launchdarkly.example",
    Via: "1.1 cache",
  };
  expect(await ask()).toEqual({
    kind: "answered",
    status: 200,
    headers: {
      "content-type": "application/json",
      "cache-control": "max-age=60",
      etag: '"1"',
      "last-modified": "Wed, 25 Nov 2026 00:00:00 GMT",
    },
    body: Buffer.from('[{"key":"click"}]'),
  });
  expect(await ask('"1"')).toMatchObject({ kind: "unchanged", headers: { etag: '"1"' } });
});

it("shows no credential and nothing of any page", () => {
  for (const { headers } of environment.goals.asked)
    expect(Object.keys(headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/authorization|cookie|origin|referer|forwarded/)]),
    );
});

it("passes on that LaunchDarkly does not know the environment", async () => {
  expect(await upstream.ask("unknown", undefined)).toMatchObject({ kind: "answered", status: 401 });
});

it.each<[string, Reaction]>([
  ["fails", { kind: "answer", status: 503 }],
  ["sends it elsewhere", { kind: "answer", status: 302, headers: { Location: "http://127.0.0.1:9/" } }],
  ["breaks off", { kind: "cut" }],
  ["says far too much", { kind: "answer", status: 200, body: "x".repeat(1024 * 1024 + 1) }],
  ["is not HTTP", { kind: "answer", status: 200, headers: { "Content-Length": "1" }, body: "" }],
])("takes LaunchDarkly for away when it %s", async (_what, reaction) => {
  ld.faults.add({ on: "goals", reaction });
  expect(await ask()).toEqual({ kind: "away", reason: expect.stringMatching(/./) });
});

it("takes LaunchDarkly for away when nothing is there", async () => {
  await ld.pause();
  expect(await ask()).toEqual({ kind: "away", reason: expect.stringMatching(/./) });
  await ld.resume();
  expect(await ask()).toMatchObject({ kind: "answered" });
});
