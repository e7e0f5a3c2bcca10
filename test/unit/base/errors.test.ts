import { describe, expect, it } from "vitest";
import { describeError } from "../../../shared/base/errors.ts";

describe("an error in one line", () => {
  it("is its message with that of its cause, unless the message has it already", () => {
    const cause = new Error("ECONNREFUSED");
    expect(describeError(new Error("cannot connect", { cause }))).toBe("cannot connect (ECONNREFUSED)");
    expect(describeError(new Error("cannot connect: ECONNREFUSED", { cause }))).toBe(
      "cannot connect: ECONNREFUSED",
    );
  });

  it("is the code, or the name, of an error without a message", () => {
    expect(describeError(Object.assign(new Error(), { code: "EPIPE" }))).toBe("EPIPE");
    expect(describeError(new TypeError())).toBe("TypeError");
  });

  it("is the text of what is no error", () => {
    expect(describeError("no")).toBe("no");
    expect(describeError(undefined)).toBe("undefined");
  });
});
