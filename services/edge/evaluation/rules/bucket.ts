import { DEFAULT_KIND, type EvaluationContext, type KindContext } from "../context/evaluation-context.ts";
import type { Attribute, AttributeReader } from "../model/attribute-reference.ts";
import { Sha1Prefix } from "./sha1.ts";

/** What decides where in a rollout a context falls. */
export interface Bucketing {
  /** Empty: that of users. */
  readonly contextKind: string;
  readonly bucketBy: Attribute;
  /** Mixed into the hash; the same for all contexts. */
  readonly prefix: string;
  /** Only keys count in experiments. */
  readonly isExperiment: boolean;
}

/** A context's place, from 0 up to 1; `undefined` for a context without the kind that is asked for. */
export type Bucket = (context: EvaluationContext) => number | undefined;

/** 60 of the hash's 160 bits count. */
const RANGE = 2 ** 60;

/**
 * Compiles how contexts fall into buckets; `undefined` when the attribute to go by is not valid. Places are numbers of
 * 32 bits, as in the Go relay, because a context must not change its bucket on the way to us.
 */
export function compileBucket({
  contextKind,
  bucketBy,
  prefix,
  isExperiment,
}: Bucketing): Bucket | undefined {
  if (bucketBy.kind === "invalid" && !isExperiment) return undefined;
  const byKey = isExperiment || bucketBy.kind !== "attribute";
  const read: AttributeReader = byKey ? ({ key }) => key : bucketBy.read;
  const kind = contextKind === "" ? DEFAULT_KIND : contextKind;
  const hashed = new Sha1Prefix(`${prefix}.`);
  return (context) => {
    const individual = context.ofKind(kind);
    if (individual === undefined) return undefined;
    const text = bucketableText(read(individual));
    if (text === undefined) return 0;
    return Math.fround(hashed.bitsWith(isExperiment ? text : text + secondary(individual))) / RANGE;
  };
}

/** Only texts and whole numbers have a form that is the same everywhere. */
function bucketableText(value: unknown): string | undefined {
  return typeof value === "number" ? digitsOf(value) : typeof value === "string" ? value : undefined;
}

/** All digits of a whole number, as Go writes it; beyond 64 bits, it has none. */
export function digitsOf(number: number): string | undefined {
  if (Number.isSafeInteger(number)) return String(number);
  return Number.isInteger(number) && number >= -(2 ** 63) && number < 2 ** 63
    ? String(BigInt(number))
    : undefined;
}

function secondary(context: KindContext): string {
  return context.secondary === undefined ? "" : `.${context.secondary}`;
}
