import { describe, expect, it } from "vitest";
import { changedHeaders, headerChanges } from "../../../shared/queue/header-changes.ts";

const first = { id: "id-1", headers: { agent: "Go", "payload-id": "id-1", schema: "4" } };

describe("headers of a payload beside those of the one before it", () => {
  it("are nothing where only its own id is another", () => {
    const second = { id: "id-2", headers: { ...first.headers, "payload-id": "id-2" } };
    expect(headerChanges(second, first)).toEqual({});
    expect(changedHeaders({}, "id-2", first)).toEqual(second.headers);
  });

  it("name what is new, other or no more", () => {
    const second = { id: "id-2", headers: { agent: "PHP", tags: "a", "payload-id": "id-2" } };
    const changes = headerChanges(second, first);
    expect(changes).toEqual({ agent: "PHP", tags: "a", schema: null });
    expect(changedHeaders(changes, "id-2", first)).toEqual(second.headers);
  });

  it("are said in full for the first of a job", () => {
    const changes = headerChanges(first);
    expect(changes).toEqual({ agent: "Go", "payload-id": true, schema: "4" });
    expect(changedHeaders(changes, "id-1")).toEqual(first.headers);
  });

  it.each([undefined, null, "x", { agent: 1 }, { agent: false }])("are not read from %j", (changes) => {
    expect(changedHeaders(changes, "id")).toBeUndefined();
  });
});
