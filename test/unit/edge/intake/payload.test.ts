import { expect, it } from "vitest";
import { actualKind, toPayload } from "../../../../services/edge/intake/payload.ts";

const analytics = Buffer.from('[{"kind":"custom"}]');

it("passes on what LaunchDarkly wants to know, and never a credential", () => {
  const wanted = {
    "content-encoding": "identity",
    "content-type": "application/json; charset=utf-8",
    "user-agent": "GoClient/7",
    "x-launchdarkly-event-schema": "4",
    "x-launchdarkly-instance-id": "instance",
    "x-launchdarkly-payload-id": "an-id",
    "x-launchdarkly-tags": "application-id/x",
    "x-launchdarkly-unsummarized": "true",
    "x-launchdarkly-user-agent": "JSClient/4",
    "x-launchdarkly-wrapper": "React/3",
  };
  const headers = { ...wanted, authorization: "sdk-secret", cookie: "a=b", "content-length": "19" };
  expect(toPayload("server-analytics", headers, analytics, 7)).toEqual({
    id: "an-id",
    kind: "server-analytics",
    headers: wanted,
    acceptedAt: 7,
    attempts: 0,
    body: analytics,
  });
});

it("gives analytics without an id one of their own", () => {
  const [one, other] = [1, 2].map(() => toPayload("mobile-analytics", {}, analytics, 0));
  expect(one?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(one?.headers["x-launchdarkly-payload-id"]).toBe(one?.id);
  expect(other?.id).not.toBe(one?.id);
});

it("sends no payload id with a diagnostic event that came without", () => {
  const payload = toPayload("server-diagnostic", {}, Buffer.from("{}"), 0);
  expect(payload.id).not.toBe("");
  expect(payload.headers).toEqual({});
});

it.each([
  ["an object", ' \n{"kind":"diagnostic"}', "browser-diagnostic"],
  ["an array", '\t[{"kind":"custom"}]', "browser-analytics"],
  ["no JSON", "nonsense {", "browser-analytics"],
  ["nothing", "", "browser-analytics"],
])("takes %s on the path of analytics for what it is", (_what, start, kind) => {
  expect(actualKind("browser-analytics", Buffer.from(start))).toBe(kind);
});

it.each(["server", "mobile"] as const)("keeps a diagnostic event of %s SDKs what it is", (from) => {
  expect(actualKind(`${from}-diagnostic`, Buffer.from("{}"))).toBe(`${from}-diagnostic`);
});
