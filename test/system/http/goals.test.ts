import { afterAll, beforeAll, expect, it } from "vitest";
import { stopAll } from "../../support/relay-process.ts";
import { type ClientSideEdge, KNOWN, LISTED, startClientSideEdge } from "./client-side-edge.ts";

const PAGE = { Origin: "https://page.example" };
const GOALS = '[{"key":"click","kind":"click"}]';

let edge: ClientSideEdge;

beforeAll(async () => {
  edge = await startClientSideEdge();
});
afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await stopAll();
});

const goals = ({ envId } = KNOWN, headers = {}) =>
  edge.ask(`/sdk/goals/${envId}`, { headers: { ...PAGE, ...headers } });

it("goals are LaunchDarkly's, with CORS of ours, and are asked for once", async () => {
  edge.known.goals.body = GOALS;
  edge.known.goals.headers = {
    ETag: '"1"',
    "Cache-Control": "max-age=600",
    "Access-Control-Allow-Origin": "https://launchdarkly.example",
  };
  for (let time = 0; time < 3; time++)
    expect(await goals(KNOWN, { Cookie: "a=b", Authorization: "secret" })).toMatchObject({
      status: 200,
      body: GOALS,
      headers: {
        "content-type": "application/json",
        "cache-control": "max-age=600",
        etag: '"1"',
        age: expect.stringMatching(/^\d+$/),
        "access-control-allow-origin": PAGE.Origin,
        vary: "Origin",
        "x-ld-envid": KNOWN.envId,
      },
    });
  expect(edge.known.goals.asked).toHaveLength(1);
  expect(edge.known.goals.asked[0]?.headers).not.toMatchObject({ cookie: expect.anything() });
  expect(edge.known.goals.asked[0]?.headers).not.toMatchObject({ authorization: expect.anything() });
});

it("goals that a page has are not sent again", async () => {
  const answer = await goals(KNOWN, { "If-None-Match": '"1"' });
  expect(answer).toMatchObject({ status: 304, body: "", headers: { etag: '"1"' } });
  expect(answer.headers).not.toHaveProperty("content-type");
});

it("there are none while LaunchDarkly is away, but for those that are known", async () => {
  edge.deployment.ld.faults.add({ on: "goals", reaction: { kind: "cut" } });
  expect(await goals(LISTED)).toMatchObject({
    status: 200,
    body: "[]",
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
  expect(await goals()).toMatchObject({ status: 200, body: GOALS });
});
