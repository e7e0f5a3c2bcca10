import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseContext } from "../../../../services/edge/evaluation/context/parse-context.ts";
import { contextParam } from "../../../../services/edge/requests/context-param.ts";
import { evaluationQuery } from "../../../../services/edge/requests/evaluation-query.ts";
import { isSigned } from "../../../../services/edge/requests/secure-mode.ts";

describe("the context in a path", () => {
  const text = '{"kind":"user","key":"ключ>>>???"}';
  const bytes = Buffer.from(text);

  it("is read from every way to write base64", () => {
    const url = bytes.toString("base64url");
    const standard = bytes.toString("base64");
    expect(standard).toMatch(/[+/]/);
    const padded = url.padEnd(Math.ceil(url.length / 4) * 4, "=");
    const broken = standard.replace(/.{20}/g, "$&\r\n");
    for (const way of [url, padded, standard, standard.replace(/=+$/, ""), broken])
      expect(contextParam(way)).toBe(text);
  });

  it.each(["a", "a=", "ab=", "abc==", "a===", "====", "=", "ab=c", "a b", "ab*d", "abc%", "ab\tc", "é"])(
    "is not in %j",
    (wrong) => {
      expect(contextParam(wrong)).toBeUndefined();
    },
  );
});

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

describe("the hash of secure mode", () => {
  const context = parseContext('{"kind":"multi","user":{"key":"u%"},"org":{"key":"a:b"}}');
  const sign = (key: string) => createHmac("sha256", key).update("org:a%3Ab:user:u%25").digest("hex");

  it("is right if it was made with any of the keys, so also with one that is being replaced", () => {
    expect(isSigned(context, sign("new"), ["new", "old"])).toBe(true);
    expect(isSigned(context, sign("old"), ["new", "old"])).toBe(true);
    expect(isSigned(context, sign("older"), ["new", "old"])).toBe(false);
    expect(isSigned(context, sign("new"), [])).toBe(false);
  });

  it.each([
    undefined,
    "",
    sign("key").slice(1),
    `${sign("key")}0`,
    sign("key").toUpperCase(),
    "é".repeat(32),
  ])("is not %j", (hash) => {
    expect(isSigned(context, hash, ["key"])).toBe(false);
  });
});
