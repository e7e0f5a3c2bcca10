/** What of a path names whose data are wanted, and for whom. */
export interface PathParameters {
  readonly envId: string | undefined;
  readonly context: string | undefined;
}

/** A parameter: `{key}` is one segment, `{context...}` all that is left; what follows it in its segment stays as it is. */
const PARAMETER = /\{(\w+)(\.\.\.)?\}([^/]*)/g;

/** The path of an endpoint, `/sdk/evalx/{envId}/contexts/{context...}`, in all the forms in which it is needed. */
export class PathPattern {
  /** As metrics name it. */
  readonly name: string;
  /** As Hono's routers want it. */
  readonly hono: string;
  /** Whether it is one path, without parameters. */
  readonly isLiteral: boolean;
  readonly #segments: readonly string[];
  /** What every path begins with that matches. */
  readonly #start: string;
  readonly #plain: RegExp;
  readonly #envIdGroup: number;
  readonly #contextGroup: number;
  /** What follows the environment's id in its segment. */
  readonly #envIdEnd: string;

  constructor(text: string) {
    const parameters = [...text.matchAll(PARAMETER)];
    const group = (name: string): number => parameters.findIndex(([, found]) => found === name) + 1;
    this.isLiteral = parameters.length === 0;
    this.name = text.replace(PARAMETER, "{$1}");
    this.hono = text.replace(PARAMETER, (_, name, rest, end) => `:${name}${honoPattern(rest, end)}`);
    this.#segments = this.name.split("/");
    this.#start = text.slice(0, parameters[0]?.index);
    this.#plain = new RegExp(`^${text.replace(PARAMETER, plainPattern)}(?:\\?|$)`);
    this.#envIdGroup = group("envId");
    this.#contextGroup = group("context");
    this.#envIdEnd = parameters[this.#envIdGroup - 1]?.[3] ?? "";
  }

  /**
   * The parameters of a URL in the form in which nearly all come: nothing escaped, contexts in the URL-safe alphabet of
   * base64. `undefined` if it does not match, or only in another form, for which there is the router.
   */
  matchPlain(url: string): PathParameters | undefined {
    if (!url.startsWith(this.#start)) return undefined;
    const match = this.#plain.exec(url);
    if (match === null) return undefined;
    return {
      envId: this.#envIdGroup > 0 ? match[this.#envIdGroup] : undefined,
      context: this.#contextGroup > 0 ? match[this.#contextGroup] : undefined,
    };
  }

  /** The environment's id in what the router has found for its parameter. */
  envIdIn(segment: string): string {
    const end = this.#envIdEnd;
    return end !== "" && segment.endsWith(end) ? segment.slice(0, -end.length) : segment;
  }

  /**
   * Whether a router would have to choose between the two in the middle of a path, because one has a parameter where the
   * other has a name. Hono's fast router serves no such two.
   */
  isAmbiguousBeside(other: PathPattern): boolean {
    for (const [index, one] of this.#segments.entries()) {
      const two = other.#segments[index];
      if (two === undefined) return false;
      const [isParameter, otherIs] = [one, two].map((segment) => segment.startsWith("{"));
      if (isParameter !== otherIs) return true;
      if (!isParameter && one !== two) return false;
    }
    return false;
  }
}

function honoPattern(rest: string | undefined, end: string): string {
  if (rest !== undefined) return "{[^]+}";
  return end === "" ? "" : `{[^/]+${literal(end)}}`;
}

function plainPattern(_: string, name: string, _rest: string | undefined, end: string): string {
  const text = name === "context" ? "([\\w-]+)" : "([\\w.-]+)";
  return text + literal(end);
}

/** What a regular expression needs in order to find just this; a path may have dots. */
function literal(text: string): string {
  return text.replaceAll(".", "\\.");
}
