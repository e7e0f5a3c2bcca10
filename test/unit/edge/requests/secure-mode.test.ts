import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseContext } from "../../../../services/edge/evaluation/context/parse-context.ts";
import { isSigned } from "../../../../services/edge/requests/secure-mode.ts";

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
