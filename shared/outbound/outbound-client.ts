import { type Dispatcher, fetch, type Response } from "undici";
import type { OutboundSettings } from "../config/outbound-settings.ts";
import { type OutboundLimits, outboundDispatcher } from "./outbound-dispatcher.ts";
import { trustOf } from "./trust.ts";

/** A service of LaunchDarkly, and how to ask it. */
export interface OutboundService {
  /** May have a path, which the paths of requests come behind. */
  readonly baseUri: string;
  /** The `User-Agent` of requests that bring none of their own. */
  readonly userAgent: string;
  readonly limits: OutboundLimits;
}

/** Headers by their names in lower case. */
type Headers = Readonly<Record<string, string>>;

/** A request for a whole answer. */
export interface OutboundRequest {
  readonly method: "GET" | "POST";
  /** Behind the service's base URI; begins with a slash. */
  readonly path: string;
  readonly headers: Headers;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * Requests to one service of LaunchDarkly, over connections that are kept, and through the proxy that the settings name
 * for it.
 */
export class OutboundClient {
  readonly #origin: string;
  readonly #basePath: string;
  readonly #userAgent: string;
  readonly #dispatcher: Dispatcher;

  constructor(settings: OutboundSettings, { baseUri, userAgent, limits }: OutboundService) {
    const uri = new URL(baseUri);
    this.#origin = uri.origin;
    this.#basePath = uri.pathname.replace(/\/+$/, "");
    this.#userAgent = userAgent;
    this.#dispatcher = outboundDispatcher(settings, limits);
    // Here, where the process starts, rather than in the midst of its work.
    if (uri.protocol === "https:") trustOf(settings);
  }

  /**
   * Resolves with the head of the answer and its body, which must be read to its end; redirects are answers. Rejects if
   * none comes.
   */
  request({ path, headers, ...request }: OutboundRequest): Promise<Dispatcher.ResponseData> {
    return this.#dispatcher.request({
      ...request,
      origin: this.#origin,
      path: this.#basePath + path,
      headers: this.#named(headers),
    });
  }

  /** Opens a stream: the answer as `fetch` gives it, with a body that is read as it comes. */
  stream(path: string, headers: Headers, signal: AbortSignal): Promise<Response> {
    return fetch(this.#origin + this.#basePath + path, {
      dispatcher: this.#dispatcher,
      headers: this.#named(headers),
      signal,
    });
  }

  /** Breaks off what is under way, and closes all connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  #named(headers: Headers): Record<string, string> {
    return { "user-agent": this.#userAgent, ...headers };
  }
}
