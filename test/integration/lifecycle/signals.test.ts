import { afterEach, describe, expect, it } from "vitest";
import { type NodeProgram, startNodeProgram } from "../../support/node-program.ts";

const programs: NodeProgram[] = [];

function start(how: string): NodeProgram {
  const program = startNodeProgram(new URL("programs/stopping.ts", import.meta.url), how);
  programs.push(program);
  return program;
}

afterEach(() => {
  for (const { child } of programs.splice(0)) child.kill("SIGKILL");
});

describe("ending a process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "stops everything on %s, not ready meanwhile, and exits 0",
    async (signal) => {
      const program = start("well");
      await program.says("started");
      program.child.kill(signal);
      expect(await program.ended).toEqual({ code: 0, signal: null });
      expect(program.stdout()).toContain('"ready":false');
      expect(program.stdout()).toContain("all else is stopped");
    },
  );

  it("stops the other parts when one fails, says so and exits 1", async () => {
    const program = start("failing");
    await program.says("started");
    program.child.kill("SIGTERM");
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stdout()).toContain("all else is stopped");
    expect(program.stdout()).toContain("stopping the part: its connection is lost");
  });

  it("exits 1 when the deadline passes", async () => {
    const program = start("late");
    await program.says("started");
    program.child.kill("SIGTERM");
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stdout()).toContain("longer than 200 ms");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("exits at once on a second signal, %s", async (signal, code) => {
    const program = start("hanging");
    await program.says("started");
    program.child.kill("SIGTERM");
    await program.says("stopping the part");
    // The same signal within 100 ms is taken for an echo, so it is repeated until the process is gone.
    const again = setInterval(() => program.child.kill(signal), 20);
    expect(await program.ended).toEqual({ code, signal: null });
    clearInterval(again);
  });

  it("takes one Ctrl-C that arrives twice, from the terminal and from npm, for one", async () => {
    const program = start("echoed");
    await program.says("started");
    program.child.kill("SIGINT");
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.stdout()).toContain("all else is stopped");
    expect(program.stdout()).toContain("SIGINT again");
  });

  it.each([
    ["throwing", "SyntaxError"],
    ["rejecting", "nobody looks"],
  ])("logs an uncaught error and exits 1 (%s)", async (how, words) => {
    const program = start(how);
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stdout()).toContain("because of an uncaught error");
    expect(program.stdout()).toContain(words);
    expect(program.stderr()).toBe("");
  });

  it.each([
    ["done", 0],
    ["broken", 1],
  ])("stops everything for a reason of its own (%s)", async (how, code) => {
    const program = start(how);
    expect(await program.ended).toEqual({ code, signal: null });
    expect(program.stdout()).toContain("all else is stopped");
  });
});
