/** What `Cache-Control` lets a cache do with an answer (RFC 9111, section 5.2.2). */
export interface Freshness {
  readonly mayKeep: boolean;
  /** How long it may be used without asking again; 0: not at all. */
  readonly maxAgeMs: number;
}

/** We answer many, so what is said of shared caches counts for us, before what is said of all. */
export function freshnessOf(cacheControl: string | undefined): Freshness {
  const directives = new Map(
    (cacheControl ?? "").split(",").map((directive) => {
      const [name = "", value = ""] = directive.split("=");
      return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, "$1")];
    }),
  );
  if (directives.has("no-store") || directives.has("private")) return { mayKeep: false, maxAgeMs: 0 };
  const seconds = directives.get("s-maxage") ?? directives.get("max-age") ?? "0";
  const isFresh = !directives.has("no-cache") && /^\d{1,9}$/.test(seconds);
  return { mayKeep: true, maxAgeMs: isFresh ? Number(seconds) * 1000 : 0 };
}
