import { describe, expect, it } from "vitest";
import { evaluationQuery } from "../../../../services/edge/requests/evaluation-query.ts";

describe("what a request asks", () => {
  it.each([
    ["/x", { withReasons: false, hash: undefined, filter: undefined }],
    ["/x?", { withReasons: false, hash: undefined, filter: undefined }],
    ["/x?withReasons=true&h=ab&filter=f", { withReasons: true, hash: "ab", filter: "f" }],
    [
      "/x?withReasons=false&withReasons=true&filter=",
      { withReasons: false, hash: undefined, filter: undefined },
    ],
    ["/x?withReasons=True&h=", { withReasons: false, hash: "", filter: undefined }],
    ["/x?with%52easons=tr%75e&h=%61", { withReasons: true, hash: "a", filter: undefined }],
    ["/x?filter=a&filter=b&constructor=1", { withReasons: false, hash: undefined, filter: "a" }],
  ])("in %s is read", (url, asked) => {
    expect(evaluationQuery(url)).toEqual(asked);
  });
});
