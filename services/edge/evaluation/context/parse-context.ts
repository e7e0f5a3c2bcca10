import { DEFAULT_KIND, EvaluationContext, KindContext } from "./evaluation-context.ts";
import {
  checkPrivateAttributes,
  InvalidContext,
  isObject,
  member,
  optionalString,
  requiredKey,
} from "./invalid-context.ts";
import { oldUser } from "./old-user.ts";

/** What a kind's name may consist of; a context cannot be found by any other. */
const KIND_NAME = /^[A-Za-z0-9._-]+$/;

/** Far more than LaunchDarkly lets anybody use; without a bound, one client could keep a process busy for seconds. */
const MAX_KINDS = 100;

/** Most contexts have no number that could be beyond what 64 bits hold, so few are looked through. */
const MAY_BE_TOO_LARGE = /[eE]\+?\d{3}/;

/**
 * Reads a context, of one kind or several, or an old user. Strict as the Go relay is: throws an
 * {@link InvalidContext} for whatever it refuses (S10), also for what is no JSON.
 */
export function parseContext(json: string): EvaluationContext {
  let parsed: unknown;
  try {
    parsed = MAY_BE_TOO_LARGE.test(json) ? JSON.parse(json, refuseInfinity) : JSON.parse(json);
  } catch {
    throw new InvalidContext("a context must be JSON");
  }
  if (!isObject(parsed)) throw new InvalidContext("a context must be a JSON object");
  const kind = member(parsed, "kind");
  if (kind === undefined) return new EvaluationContext([oldUser(parsed)]);
  if (typeof kind !== "string" || kind === "") throw new InvalidContext('"kind" must be a string, not empty');
  return new EvaluationContext(kind === "multi" ? kindsOf(parsed) : [kindContext(parsed, kind)]);
}

/** A reviver for numbers such as `1e400`, which JavaScript takes for infinite, and the Go relay for an error. */
function refuseInfinity(_name: string, value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new InvalidContext("a number is too large");
  return value;
}

/** The kinds of a multi-kind context, which are all its members but `kind`. */
function kindsOf(multi: Readonly<Record<string, unknown>>): KindContext[] {
  const members = Object.entries(multi);
  if (members.length > MAX_KINDS + 1)
    throw new InvalidContext(`a context must have at most ${MAX_KINDS} kinds`);
  const kinds = members.flatMap(([kind, value]) => {
    if (kind === "kind") return [];
    if (!isObject(value)) throw new InvalidContext("each kind of a context must be an object");
    return kindContext(value, kind);
  });
  if (kinds.length === 0) throw new InvalidContext("a multi-kind context must have kinds");
  if (new Set(kinds.map(({ kind }) => kind)).size < kinds.length)
    throw new InvalidContext("a multi-kind context must have each kind only once");
  return kinds;
}

/** One kind; one within a multi-kind context may say another name of itself, and the Go relay believes it. */
function kindContext(object: Readonly<Record<string, unknown>>, givenKind: string): KindContext {
  const said = Object.hasOwn(object, "kind") ? object.kind : givenKind;
  const kind = said === "" ? DEFAULT_KIND : said;
  if (typeof kind !== "string" || kind === "kind" || kind === "multi" || !KIND_NAME.test(kind))
    throw new InvalidContext("the kind of a context is not valid");
  const key = requiredKey(object);
  if (key === "") throw new InvalidContext('a context must have a "key" that is not empty');
  optionalString(object, "name");
  const anonymous = Object.hasOwn(object, "anonymous") ? object.anonymous : false;
  if (typeof anonymous !== "boolean") throw new InvalidContext('"anonymous" must be a boolean');
  const meta = member(object, "_meta") ?? {};
  if (!isObject(meta)) throw new InvalidContext('"_meta" must be an object');
  checkPrivateAttributes(member(meta, "privateAttributes"), "privateAttributes");
  return new KindContext(kind, key, anonymous, object);
}
