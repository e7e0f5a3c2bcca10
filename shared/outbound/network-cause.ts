import type { Cause } from "../base/cause.ts";
import { durationText } from "../base/duration-text.ts";
import { describeError } from "../base/errors.ts";

/** What a request was about, as its cause names it. */
export interface RequestTarget {
  /** `events.launchdarkly.com:443`. */
  readonly host: string;
  /** The setting that names the host: `[Events] eventsUri`. */
  readonly setting: string;
  /** How long connecting, and then the answer, may take. */
  readonly timeoutMs: number;
}

const CHECK_NETWORK = "Check this host's network, proxies and firewalls.";

/** Why a request got no answer: in plain words for operators, and under a code that stays. */
export function networkCause(error: unknown, target: RequestTarget): Cause {
  const facts = factsOf(error);
  const code = facts.code === undefined ? "" : (SAME_AS[facts.code] ?? facts.code);
  const host = facts.hostname ?? target.host;
  const timeout = durationText(target.timeoutMs);
  if (/\bProxy (response|Authentication)\b/i.test(facts.text))
    return {
      code: "PROXY",
      text: `the proxy does not let the request through: ${facts.text}`,
      advice: "Check HTTPS_PROXY, its user and password, and what the proxy allows.",
    };
  if (TLS_CODE.test(code) || /\bcertificate\b/i.test(facts.text))
    return {
      code: "TLS",
      text: `${host} and the relay do not agree on TLS: ${facts.text}`,
      advice: "A proxy in between may have exchanged the certificate (NODE_EXTRA_CA_CERTS).",
    };
  switch (code) {
    case "CONNECT_TIMEOUT":
      return { code: "TIMEOUT", text: `no connection to ${host} within ${timeout}`, advice: CHECK_NETWORK };
    case "ANSWER_TIMEOUT":
      return { code: "TIMEOUT", text: `no answer from ${host} within ${timeout}`, advice: CHECK_NETWORK };
    case "ENOTFOUND":
      return { code, text: `DNS does not know the host ${host}`, advice: `Check ${target.setting} and DNS.` };
    case "EAI_AGAIN":
      return { code, text: `DNS does not answer for the host ${host}`, advice: "Check DNS." };
    case "ECONNREFUSED":
      return {
        code,
        text: `${host} refuses connections`,
        advice: `Nothing listens there: check ${target.setting}.`,
      };
    case "ECONNRESET":
      return { code, text: `the connection to ${host} was cut before an answer came`, advice: CHECK_NETWORK };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return { code, text: `there is no route to ${host}`, advice: CHECK_NETWORK };
    case "":
      return { code: "ERROR", text: facts.text, vague: true };
    default:
      return { code, text: facts.text };
  }
}

/** What says the same in several ways. */
const SAME_AS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: "CONNECT_TIMEOUT",
  ETIMEDOUT: "CONNECT_TIMEOUT",
  UND_ERR_HEADERS_TIMEOUT: "ANSWER_TIMEOUT",
  UND_ERR_BODY_TIMEOUT: "ANSWER_TIMEOUT",
  UND_ERR_SOCKET: "ECONNRESET",
  EPIPE: "ECONNRESET",
};

const TLS_CODE = /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;

interface ErrorFacts {
  readonly code: string | undefined;
  /** The name that DNS was asked for: the proxy's, if one is in between. */
  readonly hostname: string | undefined;
  readonly text: string;
}

/** Of the error, or of the one behind it: of several attempts (IPv4, IPv6), the first. */
function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { code: undefined, hostname: undefined, text: describeError(error) };
  const { code, hostname } = error as NodeJS.ErrnoException & { readonly hostname?: unknown };
  if (typeof code === "string")
    return {
      code,
      hostname: typeof hostname === "string" ? hostname : undefined,
      text: describeError(error),
    };
  const behind = error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause;
  return behind instanceof Error
    ? factsOf(behind)
    : { code: undefined, hostname: undefined, text: describeError(error) };
}
