import { describe, expect, it } from "vitest";
import { startNodeProgram } from "../../support/node-program.ts";

const program = new URL("programs/logging.ts", import.meta.url);

describe("the log", () => {
  it("is one JSON object a line on stdout, complete even when the process exits at once", async () => {
    const run = startNodeProgram(program);
    expect(await run.ended).toMatchObject({ code: 3 });
    const lines = run
      .stdout()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2004);
    for (const line of lines) {
      expect(line).toMatchObject({ process: run.child.pid, role: "edge" });
      expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    }
    expect(lines[0]).toMatchObject({ level: "info", message: "starting", sdkKey: "[hidden]", port: 8030 });
    expect(lines[0]).not.toHaveProperty("environment");
    expect(lines[1]).toMatchObject({ level: "debug", message: "loud", environment: "Spree" });
    expect(lines[2]).toMatchObject({ level: "warn", environment: "Shopnify", error: "gone" });
    expect(lines.at(-1)).toMatchObject({ level: "error", message: "last words" });
    expect(
      run
        .stdout()
        .split("\n")[2]
        ?.match(/"environment"/g),
    ).toHaveLength(1);
    expect(run.stderr()).toBe("");
  });

  it("is text for people when asked, with the same facts", async () => {
    const run = startNodeProgram(program, "pretty");
    expect(await run.ended).toMatchObject({ code: 3 });
    const lines = run.stdout().trimEnd().split("\n");
    expect(lines[0]).toMatch(/INFO.*\[\d+ edge\] starting.*8030/);
    expect(lines[1]).toMatch(/DEBUG.*\[\d+ edge Spree\] loud/);
    expect(lines.at(-1)).toMatch(/ERROR.*last words/);
    expect(run.stdout()).not.toContain("sdk-secret");
  });

  it("does not hold up a process whose stdout nobody reads any more", async () => {
    const run = startNodeProgram(program);
    run.child.stdout?.destroy();
    expect(await run.ended).toEqual({ code: 3, signal: null });
  });
});
