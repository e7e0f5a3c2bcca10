import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { toPayload } from "../../../services/edge/intake/payload.ts";

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
  const headers = new Headers({
    ...wanted,
    authorization: "sdk-secret",
    cookie: "a=b",
    "content-length": "19",
  });
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
  const [one, other] = [1, 2].map(() => toPayload("mobile-analytics", new Headers(), analytics, 0));
  expect(one?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(one?.headers["x-launchdarkly-payload-id"]).toBe(one?.id);
  expect(other?.id).not.toBe(one?.id);
});

it("sends no payload id with a diagnostic event that came without", () => {
  const payload = toPayload("server-diagnostic", new Headers(), Buffer.from("{}"), 0);
  expect(payload.id).not.toBe("");
  expect(payload.headers).toEqual({});
});

it.each([
  ["an object", Buffer.from(' \n{"kind":"diagnostic"}'), {}, "browser-diagnostic"],
  [
    "a compressed object",
    gzipSync('{"kind":"diagnostic"}'),
    { "content-encoding": "gzip" },
    "browser-diagnostic",
  ],
  [
    "a compressed array",
    gzipSync(`[${"{},".repeat(90_000)}{}]`),
    { "content-encoding": "gzip" },
    "browser-analytics",
  ],
  ["damaged gzip", Buffer.from([0x1f, 0x8b, 0, 0]), { "content-encoding": "gzip" }, "browser-analytics"],
  ["no JSON", Buffer.from("nonsense"), {}, "browser-analytics"],
])("takes %s on the path of analytics for what it is", (_what, body, headers, kind) => {
  expect(toPayload("browser-analytics", new Headers(headers), body, 0).kind).toBe(kind);
});
