import * as z from "zod";
import { flag } from "../values/number.ts";
import { proxyUrl } from "../values/proxy-url.ts";
import { list, password, text } from "../values/text.ts";
import { ineffective, refused, setting } from "./setting.ts";

const NO_NTLM =
  "proxies that want NTLM are not supported: run a helper such as Cntlm or Px, and configure that " +
  "helper as [Proxy] url; with Basic, [Proxy] user and [Proxy] password suffice";

/** `[Proxy]`: the way to LaunchDarkly. */
export const proxySettings = z.object({
  url: setting(proxyUrl, {
    variable: "PROXY_URL",
    unset: "`HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`",
    description:
      "The proxy through which LaunchDarkly is reached, as in `http://user:password@proxy:3128`. It counts for every host, so `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` do not.",
  }),
  user: setting(text, {
    variable: "PROXY_AUTH_USER",
    unset: "the value in `url`, or none",
    description: "The user to log in as at the proxy, with Basic.",
  }),
  password: setting(password, {
    variable: "PROXY_AUTH_PASSWORD",
    unset: "the value in `url`, or none",
    description: "The password to log in with; any characters, as they are.",
  }),
  caCertFiles: setting(list, {
    variable: "PROXY_CA_CERTS",
    unset: "none",
    description:
      "Files with certificates in PEM form that are trusted for LaunchDarkly and the proxy, besides Node's and the system's. They are read at start.",
  }),
  ntlmAuth: refused(flag, NO_NTLM, { variable: "PROXY_AUTH_NTLM", off: false }),
  domain: ineffective(
    text,
    "it has no effect: only NTLM knows domains; where Basic wants one, it is part of [Proxy] user",
    {
      variable: "PROXY_AUTH_DOMAIN",
    },
  ),
});
