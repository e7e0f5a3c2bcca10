import type { Cause } from "../base/cause.ts";
import type { UpstreamFailure } from "./upstream-failure.ts";

const CHECK_NETWORK = "Check this host's network, proxies and firewalls.";
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Nothing listens there: check [Main] streamUri.",
  ENOTFOUND: "The host name is unknown: check [Main] streamUri and DNS.",
  EAI_AGAIN: "The host name could not be resolved: check DNS.",
  TIMEOUT: CHECK_NETWORK,
  SILENT: `The stream is open, but no data arrives. ${CHECK_NETWORK}`,
  EHOSTUNREACH: CHECK_NETWORK,
  ENETUNREACH: CHECK_NETWORK,
  TLS: "The certificate is not trusted: a proxy in between may have replaced it; add its authority to [Proxy] caCertFiles (PROXY_CA_CERTS).",
  PROXY:
    "The proxy refused the connection: check [Proxy] url (PROXY_URL) or HTTPS_PROXY, its user and password, and its rules.",
  INVALID_DATA: "A proxy in between may have answered instead of LaunchDarkly.",
};

/** Why a connection to LaunchDarkly's stream ended, in a code that stays. */
export function upstreamCause(failure: UpstreamFailure): Cause {
  switch (failure.kind) {
    case "status":
      return { code: `HTTP_${failure.status}`, text: `LaunchDarkly answered ${failure.status}` };
    case "invalid-data":
      return withAdvice("INVALID_DATA", failure.message);
    case "network":
      return networkCause(failure.message);
  }
}

const BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\bProxy (response|Authentication)\b/, "PROXY"],
  [/nothing came for/, "SILENT"],
  [/ETIMEDOUT|UND_ERR_\w*TIMEOUT|time-?d? ?out/i, "TIMEOUT"],
  [/certificate|\bCERT_|\bTLS\b|\bSSL\b|EPROTO/i, "TLS"],
];

function networkCause(message: string): Cause {
  const code =
    BY_TEXT.find(([pattern]) => pattern.test(message))?.[1] ??
    /\b(E[A-Z]{4,}(?:_[A-Z]+)*|UND_ERR_[A-Z_]+)\b/.exec(message)?.[1];
  // Also a stream that is ended in order ends the connection: LaunchDarkly does that every now and then.
  if (code === undefined) return { code: "ENDED", text: message, vague: true };
  return withAdvice(code, message);
}

function withAdvice(code: string, text: string): Cause {
  const advice = ADVICE[code];
  return { code, text, ...(advice && { advice }) };
}
