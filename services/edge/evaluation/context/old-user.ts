import { DEFAULT_KIND, KindContext } from "./evaluation-context.ts";
import {
  checkPrivateAttributes,
  InvalidContext,
  isObject,
  member,
  optionalString,
  requiredKey,
} from "./invalid-context.ts";

/** Attributes of old users that are beside `custom`. */
const BUILT_IN = ["name", "firstName", "lastName", "email", "country", "avatar", "ip"] as const;

/**
 * A user as SDKs sent it before there were contexts: without `kind`, and with attributes of its own under `custom`.
 * Throws an {@link InvalidContext} (SDK protocol, section 10).
 */
export function oldUser(user: Readonly<Record<string, unknown>>): KindContext {
  const key = requiredKey(user);
  // The shape of old users allows an empty key, but there is nothing to evaluate for it (ld-relay, section 1.6).
  if (key === "") throw new InvalidContext("User must have a 'key' attribute");
  const anonymous = member(user, "anonymous") ?? false;
  if (typeof anonymous !== "boolean") throw new InvalidContext('"anonymous" must be a boolean');
  const custom = member(user, "custom") ?? {};
  if (!isObject(custom)) throw new InvalidContext('"custom" must be an object');
  checkPrivateAttributes(member(user, "privateAttributeNames"), "privateAttributeNames");
  const attributes: Record<string, unknown> = { ...custom };
  delete attributes.name;
  for (const name of BUILT_IN) {
    const value = optionalString(user, name);
    if (value !== undefined) attributes[name] = value;
  }
  return new KindContext(DEFAULT_KIND, key, anonymous, attributes, optionalString(user, "secondary"));
}
