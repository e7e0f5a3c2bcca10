import type { SecureContext } from "node:tls";
import { Agent, type Dispatcher, Pool, ProxyAgent } from "undici";
import type { ForwardProxy, OutboundSettings } from "../config/outbound-settings.ts";
import { directRequests } from "./no-proxy.ts";
import { trustOf } from "./trust.ts";

/** Of the connections to one service. */
export interface OutboundLimits {
  /** How many there are at most; left out: as many as there are requests. */
  readonly connections?: number;
  /** For connecting; with a proxy, for each of its steps: reaching it, its consent, and TLS behind it. */
  readonly connectTimeoutMs: number;
  /** For the head of an answer. */
  readonly headersTimeoutMs: number;
  /** Between two parts of an answer's body; 0: any time. */
  readonly bodyTimeoutMs: number;
  /** How long an idle connection is kept; left out: as undici does. */
  readonly keepAliveTimeoutMs?: number;
}

/**
 * How requests to LaunchDarkly leave this process: directly, or through the proxy that the settings name for their
 * link. `http://` links are asked of a proxy in absolute form and `https://` links through a tunnel, as Go does. The
 * caller destroys the dispatcher.
 */
export function outboundDispatcher(settings: OutboundSettings, limits: OutboundLimits): Dispatcher {
  const isDirect = directRequestsOf(settings);
  return new Agent({
    ...agentOptions(limits, undefined),
    factory: (origin) => {
      const url = new URL(origin);
      const { http, https } = settings.proxies;
      const proxy = isDirect(url) ? undefined : url.protocol === "https:" ? https : http;
      const usesTls = url.protocol === "https:" || proxy?.url.startsWith("https:");
      const options = agentOptions(limits, usesTls ? trustOf(settings) : undefined);
      return proxy === undefined ? new Pool(origin, options) : throughProxy(proxy, options);
    },
  });
}

function directRequestsOf({ proxies }: OutboundSettings): (url: URL) => boolean {
  return proxies.noProxy === undefined ? () => false : directRequests(proxies.noProxy);
}

type Options = ReturnType<typeof agentOptions>;

function agentOptions(limits: OutboundLimits, secureContext: SecureContext | undefined) {
  const { connections, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs, keepAliveTimeoutMs } = limits;
  return {
    connect: { timeout: connectTimeoutMs, ...(secureContext !== undefined && { secureContext }) },
    headersTimeout: headersTimeoutMs,
    bodyTimeout: bodyTimeoutMs,
    ...(connections !== undefined && { connections }),
    ...(keepAliveTimeoutMs !== undefined && { keepAliveTimeout: keepAliveTimeoutMs }),
  } satisfies Agent.Options;
}

function throughProxy({ url, authorization }: ForwardProxy, options: Options): Dispatcher {
  const { connect, ...limits } = options;
  return new ProxyAgent({
    ...limits,
    uri: url,
    ...(authorization !== undefined && { token: authorization }),
    proxyTunnel: false,
    // ProxyAgent sets its own `connect`, and passes no limits on to the connections that it opens to the proxy.
    proxyTls: connect,
    requestTls: connect,
    factory: (origin, own) => new Pool(origin, { ...limits, ...own }),
    clientFactory: (origin, own) => new Pool(origin, { ...own, headersTimeout: connect.timeout }),
  });
}
