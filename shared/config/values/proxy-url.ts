import * as z from "zod";
import { secretType } from "./value-type.ts";

/** Where a forward proxy is, and whom it is told that we are. */
export interface ProxyUrl {
  /** Its address, without user and password. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
}

export type ParsedProxyUrl =
  | { readonly kind: "proxy"; readonly proxy: ProxyUrl }
  | { readonly kind: "malformed" }
  | { readonly kind: "unsupported"; readonly scheme: string };

/** The URL of a proxy as Go reads it in `HTTPS_PROXY`: without a scheme it is `http://`, and a path says nothing. */
export function parseProxyUrl(text: string): ParsedProxyUrl {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  const withScheme = scheme === undefined ? `http://${text}` : text;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined) return { kind: "malformed" };
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { kind: "unsupported", scheme: url.protocol.slice(0, -1) };
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (url.hostname === "" || user === undefined || password === undefined) return { kind: "malformed" };
  const login = user === "" && password === "" ? {} : { user, password };
  return { kind: "proxy", proxy: { url: url.origin, ...login } };
}

/** A proxy's URL as a setting: what is no proxy's URL is an error. */
export const proxyUrl = secretType(
  "URL",
  z.string().transform((text, context): ProxyUrl => {
    const parsed = parseProxyUrl(text);
    if (parsed.kind === "proxy") return parsed.proxy;
    const message =
      parsed.kind === "unsupported"
        ? unsupportedProxy(parsed.scheme)
        : "not the URL of a proxy, as in http://proxy:3128";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }),
  (text) => text.replace(/^([a-z]*:\/\/)?.*@/is, "$1(hidden)@"),
);

/** Why a proxy of this scheme is refused. */
export function unsupportedProxy(scheme: string): string {
  return `proxies of the kind ${scheme}:// are not supported; http:// and https:// are`;
}

/** Undefined if a `%` in the text begins no character of UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
