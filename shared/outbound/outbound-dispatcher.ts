import { Agent, type Dispatcher, Pool, ProxyAgent } from "undici";
import type { ForwardProxy, ProxySettings } from "../config/proxy-settings.ts";
import { directRequests } from "./no-proxy.ts";

/** Of the connections that a dispatcher keeps. */
export interface OutboundLimits {
  /** How many there are at most to one origin; left out: as many as there are requests. */
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
 * How requests to LaunchDarkly leave this process: directly, or through the proxy that `proxies` names for their
 * link. `http://` links are asked of a proxy in absolute form and `https://` links through a tunnel, as Go does. The
 * caller destroys the dispatcher.
 */
export function outboundDispatcher(proxies: ProxySettings, limits: OutboundLimits): Dispatcher {
  const options = agentOptions(limits);
  if (proxies.http === undefined && proxies.https === undefined) return new Agent(options);
  const isDirect = directRequests(proxies.noProxy);
  return new Agent({
    ...options,
    factory: (origin) => {
      const url = new URL(origin);
      const proxy = url.protocol === "https:" ? proxies.https : proxies.http;
      return proxy === undefined || isDirect(url) ? new Pool(origin, options) : throughProxy(proxy, options);
    },
  });
}

type Options = ReturnType<typeof agentOptions>;

function agentOptions(limits: OutboundLimits) {
  const { connections, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs, keepAliveTimeoutMs } = limits;
  return {
    connect: { timeout: connectTimeoutMs },
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
