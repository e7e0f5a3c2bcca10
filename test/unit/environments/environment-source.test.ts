import { describe, expect, it } from "vitest";
import { EnvironmentList } from "../../../shared/environments/environment-source.ts";
import { environment } from "../../support/environment.ts";

function listenTo(list: EnvironmentList): { readonly heard: string[]; readonly stop: () => unknown } {
  const heard: string[] = [];
  const stop = list.follow({
    added: ({ id }) => heard.push(`added ${id}`),
    changed: ({ id, ttlMs }, previous) => heard.push(`changed ${id} ${previous.ttlMs}->${ttlMs}`),
    removed: ({ id, prefix }) => heard.push(`removed ${id} ${prefix}`),
  });
  return { heard, stop };
}

describe("a list of environments", () => {
  it("tells a new listener of everything that is known", () => {
    expect(listenTo(new EnvironmentList([environment("a"), environment("b")])).heard).toEqual([
      "added a",
      "added b",
    ]);
  });

  it("tells what is added, changed and removed at run time, and nothing about what stays", () => {
    const list = new EnvironmentList([environment("a"), environment("b"), environment("c")]);
    const { heard } = listenTo(list);
    heard.length = 0;
    list.replace([environment("a"), environment("b", { ttlMs: 5 }), environment("d")]);
    expect(heard).toEqual(["removed c launchdarkly-c", "changed b 0->5", "added d"]);
  });

  it("makes another place in Redis another environment", () => {
    const list = new EnvironmentList([environment("a")]);
    const { heard } = listenTo(list);
    heard.length = 0;
    list.replace([environment("a", { prefix: "moved" })]);
    expect(heard).toEqual(["removed a launchdarkly-a", "added a"]);
  });

  it("tells nothing to those who have stopped listening", () => {
    const list = new EnvironmentList();
    const { heard, stop } = listenTo(list);
    stop();
    list.replace([environment("a")]);
    expect(heard).toEqual([]);
  });
});
