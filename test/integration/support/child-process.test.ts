import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { startProcess } from "../../support/child-process.ts";
import { eventually } from "../../support/eventually.ts";

function refuses(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.once("error", () => resolve(true));
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
  });
}

describe("a process that a test started", () => {
  it("does not outlive a test process that is ended", async () => {
    const careless = await startProcess({
      name: "a careless test",
      file: process.execPath,
      args: ["test/integration/support/fixtures/forgetful.ts"],
      cwd: process.cwd(),
    });
    const url = await eventually("its Redis to be there", () => careless.lines[0]);
    expect(await refuses(url)).toBe(false);
    expect(await careless.stop()).toEqual({ code: 143, signal: null });
    expect(await refuses(url)).toBe(true);
  });

  it("that does not exist is an error that names it", async () => {
    await expect(
      startProcess({ name: "nothing", file: "/no/such/file", args: [], cwd: "/" }),
    ).rejects.toThrow("nothing cannot be started");
  });
});
