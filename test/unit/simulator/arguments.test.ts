import { expect, it } from "vitest";
import { parseRequest } from "../../../simulator/arguments.ts";

it("takes ports, and help before anything else", () => {
  expect(parseRequest([])).toEqual({ kind: "run" });
  expect(parseRequest(["--port", "8090", "--control-port=8091"])).toEqual({
    kind: "run",
    port: 8090,
    controlPort: 8091,
  });
  expect(parseRequest(["--help"])).toEqual({ kind: "help" });
});

it.each(["0", "65536", "80a", "-1"])("refuses the port %j", (port) => {
  expect(() => parseRequest([`--port=${port}`])).toThrow("a port is a number between 1 and 65535");
});

it("says where help is for what it does not know", () => {
  expect(() => parseRequest(["--keep"])).toThrow("Try --help");
});
