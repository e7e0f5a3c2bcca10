import { describe, expect, it } from "vitest";
import { BROKEN_FILES } from "../../support/configurations/broken-files.ts";
import { problemsOf } from "./reading.ts";

describe("a broken configuration gives all its problems at once", () => {
  it.each(BROKEN_FILES)("$name", ({ text, variables, problems }) => {
    expect(problemsOf(text, variables)).toEqual(problems);
  });
});

it("never repeats a secret in a problem", () => {
  const text = `[Environment "A"]\nsdkKey = "top secret"\nmobileKey = "top secret"\n[Redis]\nurl = "redis://u:top secret@h/x"\npassword = "top\\tsecret"\n[AutoConfig]\nkey = "top secret"\n[Proxy]\npassword = "top secret"`;
  const problems = problemsOf(text, { LD_ENV_B: "top secret", REDIS_PASSWORD: "top secret\n!" });
  expect(problems.length).toBeGreaterThanOrEqual(6);
  expect(problems.join("\n")).not.toContain("secret");
});
