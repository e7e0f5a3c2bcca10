import type { Variables } from "./environment-variables.ts";
import { type GivenSection, type GivenSettings, settingPlace } from "./given.ts";
import type { Problems } from "./problems.ts";
import { readSectionValues } from "./section-values.ts";
import { proxySettings } from "./settings/proxy.ts";
import { type ReadFile, readTrustedCertificates } from "./trusted-certificates.ts";
import { type ProxyUrl, parseProxyUrl, unsupportedProxy } from "./values/proxy-url.ts";

/** How LaunchDarkly is reached, and whom there we believe. */
export interface OutboundSettings {
  readonly proxies: ProxySettings;
  /** Certificates in PEM form that are trusted besides Node's and the system's. */
  readonly trusted: readonly string[];
}

/** A forward proxy. */
export interface ForwardProxy {
  /** Its address, without user and password. */
  readonly url: string;
  /** The value of `Proxy-Authorization`, if there is a user or a password. */
  readonly authorization?: string;
}

/** Which requests to LaunchDarkly take which proxy; nothing is set where none is wanted. */
export interface ProxySettings {
  /** For `http://` links. */
  readonly http?: ForwardProxy;
  /** For `https://` links. */
  readonly https?: ForwardProxy;
  /**
   * Hosts that are reached directly besides this machine, in the syntax of `NO_PROXY`. Left out: not even this machine
   * is.
   */
  readonly noProxy?: string;
}

/**
 * Reads `[Proxy]`, and where that names no proxy the platform's proxy variables. Never repeats a proxy's URL as it is
 * written, because it may contain a password.
 */
export function readOutboundSettings(
  section: GivenSection,
  platform: Variables,
  readFile: ReadFile,
  given: GivenSettings,
  problems: Problems,
): OutboundSettings {
  const { url, user, password, caCertFiles = [] } = readSectionValues(proxySettings, section, problems);
  const trusted = readTrustedCertificates(section, caCertFiles, platform, readFile, given, problems);
  if (url === undefined) {
    if (!section.settings.has("url")) warnOfLogin(section, given);
    return { proxies: readPlatformProxies(platform, given, problems), trusted };
  }
  const proxy = withAuthorization({
    ...url,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
  });
  noticeProxy(section, proxy, platform, given);
  return { proxies: { http: proxy, https: proxy }, trusted };
}

/** In the original, too, nothing follows from it. */
function warnOfLogin(section: GivenSection, given: GivenSettings): void {
  for (const key of ["user", "password"]) {
    const detail = section.settings.get(key);
    if (detail !== undefined)
      given.warn(`${settingPlace(detail)}: it has no effect, because no url names a proxy`);
  }
}

function noticeProxy(
  section: GivenSection,
  proxy: ForwardProxy,
  platform: Variables,
  given: GivenSettings,
): void {
  const written = section.settings.get("url");
  if (written === undefined) return;
  const place = settingPlace(written);
  given.notice(`${place}: LaunchDarkly is reached through ${proxy.url}`);
  const unused = ["https_proxy", "http_proxy", "no_proxy"].flatMap(
    (name) => firstSet(platform, name)?.name ?? [],
  );
  if (unused.length > 0)
    given.notice(`${unused.join(", ")}: not used, because ${place} names the proxy for every host`);
}

/**
 * Reads the proxy variables as Go's `net/http` does, the name in capitals first. What Go cannot read either is a
 * warning, because the original starts with it and connects directly.
 */
function readPlatformProxies(platform: Variables, given: GivenSettings, problems: Problems): ProxySettings {
  const read = (scheme: "http" | "https"): ForwardProxy | undefined => {
    const found = firstSet(platform, `${scheme}_proxy`);
    if (found === undefined) return undefined;
    const { name, text } = found;
    const parsed = parseProxyUrl(text);
    switch (parsed.kind) {
      case "proxy":
        given.notice(`${name}: LaunchDarkly's ${scheme}:// links are reached through ${parsed.proxy.url}`);
        return withAuthorization(parsed.proxy);
      case "malformed":
        given.warn(
          `${name}: is not the URL of a proxy, so LaunchDarkly's ${scheme}:// links are reached directly`,
        );
        return undefined;
      case "unsupported":
        problems.add({ kind: "variable", name }, unsupportedProxy(parsed.scheme));
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

function withAuthorization({ url, user, password }: ProxyUrl): ForwardProxy {
  if (user === undefined && password === undefined) return { url };
  const login = Buffer.from(`${user ?? ""}:${password ?? ""}`).toString("base64");
  return { url, authorization: `Basic ${login}` };
}
