import { expect, it } from "vitest";
import { concernsOf } from "../../../shared/redis/durability.ts";

const safe = { evictionPolicy: "noeviction", appendOnly: true, save: "" };

it.each([
  ["keeps everything", safe, []],
  ["does not say how it evicts", { ...safe, evictionPolicy: undefined }, []],
  ["evicts", { ...safe, evictionPolicy: "allkeys-lru" }, ["maxmemory-policy is allkeys-lru"]],
  ["evicts what expires", { ...safe, evictionPolicy: "volatile-ttl" }, ["maxmemory-policy is volatile-ttl"]],
  ["keeps nothing", { ...safe, appendOnly: false }, ["nothing on disk"]],
  ["writes snapshots only", { ...safe, appendOnly: false, save: "3600 1" }, ["since its last snapshot"]],
  ["does not say when it writes snapshots", { ...safe, appendOnly: false, save: undefined }, ["append-only"]],
])("a Redis that %s gives reason for as much concern", (_what, facts, words) => {
  const concerns = concernsOf(facts);
  expect(concerns).toHaveLength(words.length);
  for (const [i, word] of words.entries()) expect(concerns[i]).toContain(word);
});
