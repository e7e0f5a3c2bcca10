import type { Entry } from "../../../../support/evaluation/entry.ts";
import { type Case, flagCase, flagWith } from "./case.ts";

type Members = Readonly<Record<string, unknown>>;

/** Places that are cut into a hundred; so the variation tells where a context falls. */
const HUNDREDTHS = Array.from({ length: 100 }, (_, variation) => ({ variation, weight: 1000 }));

/** In which hundredth a context falls. */
function place(name: string, rollout: Members, context: object, variation: number): Case {
  const flag = flagWith({
    variations: HUNDREDTHS.map((_, index) => index),
    fallthrough: { rollout: { variations: HUNDREDTHS, ...rollout } },
  });
  return flagCase(name, flag, context, { variation });
}

function served(name: string, rollout: Members, context: object, entry: Entry | "error"): Case {
  return flagCase(name, flagWith({ fallthrough: { rollout } }), context, entry);
}

const ANN = { kind: "user", key: "ann" };
const OLD_ANN = { key: "ann", secondary: "second" };
const IN_EXPERIMENT = { kind: "FALLTHROUGH", inExperiment: true };
const NOT_IN_EXPERIMENT = { kind: "FALLTHROUGH" };
const EXPERIMENT = { kind: "experiment", variations: [{ variation: 0, weight: 100_000 }] };

export const BUCKETING_CASES: readonly Case[] = [
  place("the key is hashed with the flag's key and salt", {}, ANN, 12),
  place("a seed takes their place, also outside of experiments", { seed: 61 }, ANN, 74),
  place("a seed of 0 is a seed", { seed: 0 }, ANN, 40),
  place("a seed is a whole number", { seed: 0.9 }, ANN, 40),
  place("a seed has all its digits", { seed: 2 ** 60 }, ANN, 48),
  place("a seed of null is none", { seed: null }, ANN, 12),
  place("an old user's secondary key is hashed, too", {}, OLD_ANN, 77),
  place("an old user's empty secondary key is hashed, too", {}, { key: "ann", secondary: "" }, 33),
  place(
    "an old user's secondary key is hashed whatever it goes by",
    { bucketBy: "email" },
    { ...OLD_ANN, email: "ann" },
    77,
  ),
  place("an old user's secondary key is not hashed in experiments", { kind: "experiment" }, OLD_ANN, 12),
  place("an attribute called secondary is nothing special", {}, { ...ANN, secondary: "second" }, 12),
  place("another attribute takes the key's place", { bucketBy: "email" }, { ...ANN, email: "bob" }, 58),
  place("but not in experiments", { kind: "experiment", bucketBy: "email" }, { ...ANN, email: "bob" }, 12),
  place(
    "not even one that is no reference",
    { kind: "experiment", contextKind: "user", bucketBy: "//" },
    ANN,
    12,
  ),
  place("the kind can take the key's place", { bucketBy: "kind" }, ANN, 9),
  place(
    "a path can take the key's place",
    { contextKind: "user", bucketBy: "/a/b" },
    { ...ANN, a: { b: "x" } },
    10,
  ),
  place("a path is a name where no kind is given", { bucketBy: "/a" }, { ...ANN, "/a": "x", a: "y" }, 10),
  place("whole numbers have a place", { bucketBy: "age" }, { ...ANN, age: 41 }, 20),
  place("whole numbers have the place of their digits", { bucketBy: "age" }, { ...ANN, age: "41" }, 20),
  place("large numbers have a place", { bucketBy: "age" }, { ...ANN, age: 2 ** 60 }, 52),
  place("numbers of more than 64 bits come first", { bucketBy: "age" }, { ...ANN, age: 1e21 }, 0),
  place("other numbers come first", { bucketBy: "age" }, { ...ANN, age: 1.5 }, 0),
  place("other values come first", { bucketBy: "beta" }, { ...ANN, beta: true }, 0),
  place("contexts without the attribute come first", { bucketBy: "email" }, ANN, 0),
  place("contexts without the kind come first", { contextKind: "org" }, ANN, 0),
  place("an empty kind is that of users", { contextKind: "" }, ANN, 12),
  place("places are numbers of 32 bits", {}, { ...ANN, key: "key-13937" }, 82),
  served(
    "an invalid attribute makes the flag malformed",
    { contextKind: "user", bucketBy: "//", variations: HUNDREDTHS },
    ANN,
    "error",
  ),
  served(
    "an invalid attribute makes it malformed for contexts without the kind as well",
    { contextKind: "org", bucketBy: "/a/", variations: HUNDREDTHS },
    ANN,
    "error",
  ),
  served("a rollout without variations makes the flag malformed", { variations: [] }, ANN, "error"),
  served("an experiment says so", EXPERIMENT, ANN, {
    trackReason: true,
    trackEvents: true,
    reason: IN_EXPERIMENT,
  }),
  served("contexts without the kind are in no experiment", { ...EXPERIMENT, contextKind: "org" }, ANN, {
    variation: 0,
    reason: NOT_IN_EXPERIMENT,
  }),
  served(
    "contexts without the kind are in the experiment if they are left over",
    { ...EXPERIMENT, contextKind: "org", variations: [{ variation: 0, weight: 0 }] },
    ANN,
    { variation: 0, reason: IN_EXPERIMENT },
  ),
  served(
    "an untracked variation is in no experiment",
    { ...EXPERIMENT, variations: [{ variation: 0, weight: 100_000, untracked: true }] },
    ANN,
    { reason: NOT_IN_EXPERIMENT },
  ),
  served(
    "what is left over gets the last variation",
    {
      variations: [
        { variation: 0, weight: 0 },
        { variation: 1, weight: 1 },
      ],
    },
    ANN,
    { variation: 1 },
  ),
  served(
    "parts of a weight do not count",
    {
      variations: [
        { variation: 0, weight: 0.9 },
        { variation: 1, weight: 1 },
      ],
      bucketBy: "missing",
    },
    ANN,
    { variation: 1 },
  ),
  served(
    "a variation that does not exist makes the flag malformed",
    { variations: [{ variation: 2, weight: 100_000 }] },
    ANN,
    "error",
  ),
];
