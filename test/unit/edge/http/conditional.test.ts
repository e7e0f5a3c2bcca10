import { describe, expect, it } from "vitest";
import { isUnchanged } from "../../../../services/edge/http/conditional.ts";

describe("If-None-Match", () => {
  it.each(['"relay-1"', 'W/"relay-1"', "relay-1", "*", '"x", "relay-1"'])("%s matches", (header) => {
    expect(isUnchanged(header, '"relay-1"')).toBe(true);
  });

  it.each([undefined, '"relay-2"', "", '"relay-1'])("%s does not match", (header) => {
    expect(isUnchanged(header, '"relay-1"')).toBe(false);
  });
});
