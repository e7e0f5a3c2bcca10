import type { Variables } from "./environment-variables.ts";
import type { GivenSettings } from "./given.ts";
import type { Problems } from "./problems.ts";

/** A forward proxy. */
export interface ForwardProxy {
  /** Its address, without user and password. */
  readonly url: string;
  /** The value of `Proxy-Authorization`, if its URL has a user. */
  readonly authorization?: string;
}

/** Which requests to LaunchDarkly take which proxy; nothing is set where none is wanted. */
export interface ProxySettings {
  /** For `http://` links. */
  readonly http?: ForwardProxy;
  /** For `https://` links. */
  readonly https?: ForwardProxy;
  /** Hosts that are reached directly, in the syntax of `NO_PROXY`. */
  readonly noProxy: string;
}

type ParsedProxy =
  | { readonly kind: "proxy"; readonly proxy: ForwardProxy }
  | { readonly kind: "malformed" }
  | { readonly kind: "unsupported"; readonly scheme: string };

/**
 * Reads the platform's proxy variables as Go's `net/http` does, the name in capitals first. What Go cannot read
 * either is a warning, because the original starts with it and connects directly. Never repeats a proxy's URL
 * as it is written, because it may contain a password.
 */
export function readProxySettings(
  platform: Variables,
  given: GivenSettings,
  problems: Problems,
): ProxySettings {
  const read = (scheme: "http" | "https"): ForwardProxy | undefined => {
    const found = firstSet(platform, `${scheme}_proxy`);
    if (found === undefined) return undefined;
    const { name, text } = found;
    const parsed = parseProxy(text);
    switch (parsed.kind) {
      case "proxy":
        given.notice(`${name}: LaunchDarkly's ${scheme}:// links are reached through ${parsed.proxy.url}`);
        return parsed.proxy;
      case "malformed":
        given.warn(
          `${name}: is not the URL of a proxy, so LaunchDarkly's ${scheme}:// links are reached directly`,
        );
        return undefined;
      case "unsupported":
        problems.add(
          { kind: "variable", name },
          `proxies of the kind ${parsed.scheme}:// are not supported; http:// and https:// are`,
        );
        return undefined;
    }
  };
  const http = read("http");
  const https = read("https");
  const noProxy = firstSet(platform, "no_proxy")?.text ?? "";
  return { ...(http && { http }), ...(https && { https }), noProxy };
}

function firstSet(platform: Variables, lowerCaseName: string): { name: string; text: string } | undefined {
  for (const name of [lowerCaseName.toUpperCase(), lowerCaseName]) {
    const text = platform[name];
    if (text !== undefined && text !== "") return { name, text };
  }
  return undefined;
}

function parseProxy(text: string): ParsedProxy {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  const withScheme = scheme === undefined ? `http://${text}` : text;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined || url.hostname === "") return { kind: "malformed" };
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { kind: "unsupported", scheme: url.protocol.slice(0, -1) };
  if (url.username === "" && url.password === "") return { kind: "proxy", proxy: { url: url.origin } };
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === undefined || password === undefined) return { kind: "malformed" };
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  return { kind: "proxy", proxy: { url: url.origin, authorization } };
}

/** Undefined if a `%` in the text begins no character of UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
