import { describe, expect, it } from "vitest";
import { saysGzip } from "../../../shared/base/content-encoding.ts";

describe("what Content-Encoding says", () => {
  it.each([
    ["gzip", true],
    ["GZIP", true],
    ["identity, gzip", true],
    ["identity", false],
    ["gzipped", false],
    [undefined, false],
  ])("%s means gzip: %s", (encoding, means) => {
    expect(saysGzip(encoding)).toBe(means);
  });
});
