/** `scheme://host[:port]`, as browsers and web views write what is no web site, such as `capacitor://localhost`. */
const OTHER_SCHEME = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+$/;

/**
 * Why no browser ever sends this origin, and what to write instead; undefined if one may. Browsers send scheme, host
 * and port alone, in lower case and without a port that goes without saying; an entry matches only if it is the same
 * text.
 */
export function originDoubt(origin: string): string | undefined {
  if (origin === "null" || origin === "*") return undefined;
  if (origin.includes("*"))
    return "an origin is compared as it is, without patterns: name each one, or leave allowedOrigin out for all";
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(origin))
    return `an origin begins with its scheme: write https://${origin.toLowerCase().replace(/\/.*$/, "")}`;
  if (!URL.canParse(origin)) return "it is not an origin, as in https://shop.example";
  const url = new URL(origin);
  if (url.origin === "null") return OTHER_SCHEME.test(origin) ? undefined : otherSchemeDoubt(origin);
  if (url.origin === origin) return undefined;
  return `browsers send only scheme, host and port, in lower case, and no default port: write ${url.origin}`;
}

function otherSchemeDoubt(origin: string): string {
  const [bare = origin] = /^[^/]+:\/\/[^/?#]*/.exec(origin) ?? [];
  return `browsers send only scheme and host, in lower case: write ${bare.toLowerCase()}`;
}
