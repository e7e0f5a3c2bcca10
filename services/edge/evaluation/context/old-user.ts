import { DEFAULT_KIND, KindContext } from "./evaluation-context.ts";
import {
  type ContextJson,
  checkPrivateAttributes,
  InvalidContext,
  isObject,
  member,
  optionalString,
  requiredKey,
} from "./invalid-context.ts";

/** Attributes of old users that are beside `custom`. */
const BUILT_IN = ["name", "firstName", "lastName", "email", "country", "avatar", "ip"] as const;

/** What an old user with an empty key is told, by whichever way it came. */
export const NO_KEY = "User must have a 'key' attribute";

/**
 * A user as SDKs sent it before there were contexts: without `kind`, and with attributes of its own under `custom`.
 * Throws an {@link InvalidContext} (S10).
 */
export function oldUser(user: ContextJson): KindContext {
  const key = requiredKey(user);
  // The shape of old users allows an empty key, but there is nothing to evaluate for it (R1.6).
  if (key === "") throw new InvalidContext(NO_KEY);
  const anonymous = member(user, "anonymous") ?? false;
  if (typeof anonymous !== "boolean") throw new InvalidContext('"anonymous" must be a boolean');
  const custom = member(user, "custom") ?? {};
  if (!isObject(custom)) throw new InvalidContext('"custom" must be an object');
  checkPrivateAttributes(member(user, "privateAttributeNames"), "privateAttributeNames");
  const attributes = attributesOf(user, custom);
  return new KindContext(DEFAULT_KIND, key, anonymous, attributes, optionalString(user, "secondary"));
}

/** Built-in attributes and custom ones. Of two by one name the Go relay takes that which comes later in the text. */
function attributesOf(user: ContextJson, custom: ContextJson): ContextJson {
  const { name: _, ...own } = custom;
  const members = Object.keys(user);
  const builtIn = BUILT_IN.flatMap((name) => {
    const value = optionalString(user, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const { before = [], after = [] } = Object.groupBy(builtIn, ([name]) =>
    members.indexOf(name) < members.indexOf("custom") ? "before" : "after",
  );
  return { ...Object.fromEntries(before), ...own, ...Object.fromEntries(after) };
}
