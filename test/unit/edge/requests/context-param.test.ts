import { describe, expect, it } from "vitest";
import { contextParam } from "../../../../services/edge/requests/context-param.ts";

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
