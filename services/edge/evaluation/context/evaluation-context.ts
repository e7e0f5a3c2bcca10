/** The kind of a context that does not say one, as the users of old SDKs are. */
export const DEFAULT_KIND = "user";

/** One kind of a context: what rules can ask of it. */
export class KindContext {
  readonly kind: string;
  readonly key: string;
  readonly anonymous: boolean;
  /** Of old users only; takes part in bucketing (S10). */
  readonly secondary: string | undefined;
  readonly #attributes: Readonly<Record<string, unknown>>;

  /** `attributes` is a parsed JSON object, in which only own members count: their names come from outside. */
  constructor(
    kind: string,
    key: string,
    anonymous: boolean,
    attributes: Readonly<Record<string, unknown>>,
    secondary?: string,
  ) {
    this.kind = kind;
    this.key = key;
    this.anonymous = anonymous;
    this.secondary = secondary;
    this.#attributes = attributes;
  }

  /** The value of a top-level attribute; `undefined` if there is none, or it is null. `_meta` is none. */
  attribute(name: string): unknown {
    switch (name) {
      case "key":
        return this.key;
      case "kind":
        return this.kind;
      case "anonymous":
        return this.anonymous;
      case "_meta":
        return undefined;
      default:
        return Object.hasOwn(this.#attributes, name) ? (this.#attributes[name] ?? undefined) : undefined;
    }
  }
}

/** Whom flags are evaluated for: one kind of context, or several at once. */
export class EvaluationContext {
  /** Each kind once, sorted by its name; never empty. */
  readonly kinds: readonly KindContext[];
  /** The one of {@link DEFAULT_KIND}, which most rules ask for. */
  readonly user: KindContext | undefined;

  constructor(kinds: readonly KindContext[]) {
    this.kinds = kinds.toSorted((one, other) => (one.kind < other.kind ? -1 : 1));
    this.user = kinds.find(({ kind }) => kind === DEFAULT_KIND);
  }

  ofKind(kind: string): KindContext | undefined {
    if (kind === DEFAULT_KIND) return this.user;
    return this.kinds.find((one) => one.kind === kind);
  }
}
