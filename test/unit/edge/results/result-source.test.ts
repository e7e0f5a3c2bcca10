import { describe, expect, it } from "vitest";
import { CompiledEnvironment } from "../../../../services/edge/evaluation/compiled-environment.ts";
import { parseContext } from "../../../../services/edge/evaluation/context/parse-context.ts";
import type { FlagView } from "../../../../services/edge/evaluation/view.ts";
import { ResultSource, resultEtag, resultKey } from "../../../../services/edge/results/result-source.ts";
import { NO_DATA, parseItem } from "../../../../shared/model/item.ts";
import { flag } from "../../../../simulator/content.ts";

describe("results", () => {
  const dataWith = (version: number) => ({
    ...NO_DATA,
    flags: new Map([["f", parseItem(flag("f", { version, clientSide: true }).raw)]]),
  });
  const view = CompiledEnvironment.of(dataWith(1)).view("browser");
  const text = '{"kind":"user","key":"u"}';
  const source = () => new ResultSource({ maxCount: 10, maxBytes: 10_000 });
  const make = (from: ResultSource, wanted = false, of: FlagView = view) => {
    const key = resultKey(of, "browser", false, text);
    return { key, ...from.make(key, resultEtag(key), of, parseContext(text), false, wanted) };
  };

  it("are kept when they were made a second time, not the first", () => {
    const results = source();
    const { key, body } = make(results);
    expect(results.kept(key)).toBeUndefined();
    make(results);
    expect(results.kept(key)).toMatchObject({ body, etag: resultEtag(key) });
    expect(results.size.count).toBe(1);
    expect(results.size.bytes).toBeGreaterThan(body.byteLength + key.length);
  });

  it("are kept at once when somebody else waits for them", () => {
    const results = source();
    const { key } = make(results, true);
    expect(results.kept(key)).toBeDefined();
  });

  it("are in memory that is used again only for those that were released, and never if they are kept", () => {
    const results = source();
    const memoryOf = (context: string, release: boolean) => {
      const key = resultKey(view, "browser", false, context);
      const made = results.make(key, resultEtag(key), view, parseContext(text), false, false);
      if (release) results.release(made);
      return made.body.buffer;
    };
    const first = memoryOf("1", true);
    expect(memoryOf("2", true)).toBe(first);
    expect(memoryOf("3", false)).toBe(first);
    const next = memoryOf("4", true);
    expect(next).not.toBe(first);
    expect(memoryOf("4", true)).toBe(next);
    const kept = results.kept(resultKey(view, "browser", false, "4"));
    expect([first, next]).not.toContain(kept?.body.buffer);
    expect(kept?.body).toEqual(view.results(parseContext(text), false));
  });

  it("are found by all that they depend on", () => {
    const other = CompiledEnvironment.of(dataWith(2)).view("browser");
    const same = CompiledEnvironment.of(dataWith(1)).view("browser");
    const key = resultKey(view, "browser", false, text);
    expect(resultKey(same, "browser", false, text)).toBe(key);
    const others = [
      resultKey(other, "browser", false, text),
      resultKey(view, "mobile", false, text),
      resultKey(view, "browser", true, text),
      resultKey(view, "browser", false, `${text} `),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
    expect(new Set([key, ...others].map(resultEtag)).size).toBe(5);
  });
});
