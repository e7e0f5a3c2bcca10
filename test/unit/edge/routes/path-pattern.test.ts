import { describe, expect, it } from "vitest";
import { PathPattern } from "../../../../services/edge/routes/path-pattern.ts";

const RESULTS = new PathPattern("/sdk/evalx/{envId}/contexts/{context...}");
const IMAGE = new PathPattern("/a/{envId}.gif");

describe("the pattern of a path", () => {
  it("is written as metrics and as Hono want it", () => {
    expect([RESULTS.name, RESULTS.hono]).toEqual([
      "/sdk/evalx/{envId}/contexts/{context}",
      "/sdk/evalx/:envId/contexts/:context{[^]+}",
    ]);
    expect([IMAGE.name, IMAGE.hono]).toEqual(["/a/{envId}", "/a/:envId{[^/]+\\.gif}"]);
    expect([new PathPattern("/all").isLiteral, IMAGE.isLiteral]).toEqual([true, false]);
  });

  it.each([
    ["/sdk/evalx/e-1.x/contexts/eyJ-_", { envId: "e-1.x", context: "eyJ-_" }],
    ["/sdk/evalx/e/contexts/eyJ?h=1", { envId: "e", context: "eyJ" }],
    ["/sdk/evalx/e/contexts/a/b", undefined],
    ["/sdk/evalx/e/contexts/a%2Fb", undefined],
    ["/sdk/evalx/e/contexts/a=", undefined],
    ["/sdk/evalx/e/contexts/", undefined],
    ["/sdk/evalx//contexts/a", undefined],
    ["/x/sdk/evalx/e/contexts/a", undefined],
  ])("finds in %s, if it is plain, %j", (url, parameters) => {
    expect(RESULTS.matchPlain(url)).toEqual(parameters);
  });

  it("takes a path without parameters only as it is", () => {
    const all = new PathPattern("/all");
    expect(all.matchPlain("/all")).toEqual({ envId: undefined, context: undefined });
    expect(all.matchPlain("/all?filter=")).toBeDefined();
    for (const other of ["/all/", "/alls", "//all", "/al"]) expect(all.matchPlain(other)).toBeUndefined();
  });

  it("keeps what follows a parameter in its segment apart from it", () => {
    expect(IMAGE.matchPlain("/a/e.gif?d=x")).toEqual({ envId: "e", context: undefined });
    expect(IMAGE.matchPlain("/a/exgif")).toBeUndefined();
    expect([IMAGE.envIdIn("e.gif"), RESULTS.envIdIn("e.gif")]).toEqual(["e", "e.gif"]);
  });

  it.each([
    ["/sdk/evalx/contexts/{context...}", true],
    ["/sdk/evalx/context", true],
    ["/sdk/evalx", false],
    ["/sdk/evalx/{envId}/user", false],
    ["/sdk/flags/{key}", false],
    ["/msdk/evalx/contexts/{context...}", false],
  ])("leaves a router a choice beside %s: %j", (other, isAmbiguous) => {
    expect(RESULTS.isAmbiguousBeside(new PathPattern(other))).toBe(isAmbiguous);
    expect(new PathPattern(other).isAmbiguousBeside(RESULTS)).toBe(isAmbiguous);
  });
});
