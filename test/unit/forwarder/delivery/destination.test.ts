import { expect, it } from "vitest";
import { destination } from "../../../../services/forwarder/delivery/destination.ts";
import type { Credentials, EnvironmentId, MobileKey, SdkKey } from "../../../../shared/model/credentials.ts";
import { PAYLOAD_KINDS } from "../../../../shared/queue/event-payload.ts";

const all: Credentials = {
  sdkKey: "sdk-1" as SdkKey,
  mobileKey: "mob-1" as MobileKey,
  envId: "env/1" as EnvironmentId,
};

it("sends each kind to its path, under the credential of that kind", () => {
  expect(PAYLOAD_KINDS.map((kind) => destination(kind, all))).toEqual([
    { kind: "known", path: "/bulk", authorization: "sdk-1" },
    { kind: "known", path: "/diagnostic", authorization: "sdk-1" },
    { kind: "known", path: "/mobile", authorization: "mob-1" },
    { kind: "known", path: "/mobile/events/diagnostic", authorization: "mob-1" },
    { kind: "known", path: "/events/bulk/env%2F1" },
    { kind: "known", path: "/events/diagnostic/env%2F1" },
  ]);
});

it("knows no destination without the credential", () => {
  const { sdkKey } = all;
  expect(PAYLOAD_KINDS.map((kind) => destination(kind, { sdkKey }).kind)).toEqual([
    "known",
    "known",
    "unknown",
    "unknown",
    "unknown",
    "unknown",
  ]);
});
