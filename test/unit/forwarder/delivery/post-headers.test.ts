import { describe, expect, it } from "vitest";
import { postHeaders } from "../../../../services/forwarder/delivery/post-headers.ts";

describe("the headers of a POST to LaunchDarkly", () => {
  it.each([
    undefined,
    "",
    "text/plain",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "application/jsonp",
    "nonsense",
  ])("say application/json where the SDK said %j", (type) => {
    const headers = { "user-agent": "an SDK", ...(type !== undefined && { "content-type": type }) };
    expect(postHeaders({ headers }, "key")).toEqual({
      "user-agent": "an SDK",
      "content-type": "application/json",
      authorization: "key",
    });
  });

  it.each(["application/json", "application/json; charset=utf-8", "Application/JSON", "application/ld+json"])(
    "keep %j",
    (type) => {
      const headers = { "content-type": type };
      expect(postHeaders({ headers }, undefined)).toEqual(headers);
    },
  );
});
