import { EventSource } from "eventsource";
import { describeError } from "../../base/errors.ts";
import type { SdkKey } from "../../model/credentials.ts";
import type { OutboundClient } from "../../outbound/outbound-client.ts";
import { guardedBody } from "../guarded-body.ts";
import type { UpstreamFailure } from "../upstream-failure.ts";
import { type FlagEvent, InvalidEventError, readFlagEvent } from "./flag-event.ts";

/** Where and how to connect; the same for every environment of a process. */
export interface UpstreamTarget {
  /** `[Main] streamUri`. */
  readonly service: Pick<OutboundClient, "stream">;
  /** A stream without a byte for so long is dead (S1: five minutes). */
  readonly silenceMs: number;
  /** The largest single event that is taken. */
  readonly maxEventBytes: number;
}

export interface FlagConnectionListener {
  /** The stream is open; LaunchDarkly named the environment's id, if it did. */
  opened(envId: string | undefined): void;
  event(event: Exclude<FlagEvent, { kind: "ignored" }>): void;
  /** The last call: the connection has ended and will not come back by itself. */
  ended(failure: UpstreamFailure): void;
}

/** The stream of all flags and segments, behind the service's base URI. */
const PATH = "/all";

/** Everything an EventSource can tell us that we do not ignore. */
const EVENT_NAMES = ["put", "patch", "delete"] as const;

/**
 * One connection to LaunchDarkly's flag stream. It ends at its first trouble, whatever that is: coming back is the
 * supervisor's affair, because EventSource itself knows neither backoff nor jitter nor a silence watchdog.
 */
export class FlagConnection {
  readonly #source: EventSource;
  readonly #listener: FlagConnectionListener;
  // EventSource's own signal does not do: it lets go of an answer that it refuses, but does not end it.
  readonly #ending = new AbortController();
  #failure: UpstreamFailure | undefined;
  #ended = false;

  constructor(target: UpstreamTarget, sdkKey: SdkKey, listener: FlagConnectionListener) {
    this.#listener = listener;
    // The address is a name only: the client knows where its service is.
    this.#source = new EventSource(`launchdarkly:${PATH}`, {
      fetch: (_url, { headers }) => this.#fetch(target, sdkKey, headers),
    });
    // An upstream event that is named "error" arrives here, too; only a connection's trouble is no MessageEvent.
    this.#source.addEventListener("error", (event) => {
      if (!(event instanceof MessageEvent))
        this.#end(this.#failure ?? { kind: "network", message: event.message ?? "the stream ended" });
    });
    for (const name of EVENT_NAMES)
      this.#source.addEventListener(name, (event) => this.#take(name, String(event.data)));
  }

  /** Ends the connection; nothing is reported any more. */
  close(): void {
    this.#ended = true;
    this.#source.close();
    this.#ending.abort();
  }

  async #fetch(
    target: UpstreamTarget,
    sdkKey: SdkKey,
    headers: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const { silenceMs, maxEventBytes, service } = target;
    const asked = { ...headers, authorization: sdkKey, "cache-control": "no-cache" };
    const response = await service.stream(PATH, asked, this.#ending.signal);
    if (response.status !== 200 || response.body === null) {
      this.#failure = { kind: "status", status: response.status };
      return new Response(null, { status: response.status });
    }
    this.#listener.opened(response.headers.get("x-ld-envid") ?? undefined);
    const body = (response.body as ReadableStream<Uint8Array>).pipeThrough(
      guardedBody(silenceMs, maxEventBytes),
    );
    return new Response(body, { headers: [...response.headers] });
  }

  /** Must not throw: nobody catches what a listener of an EventSource throws. */
  #take(name: string, data: string): void {
    if (this.#ended) return;
    try {
      const event = readFlagEvent(name, data);
      if (event.kind !== "ignored") this.#listener.event(event);
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      this.#end({ kind: "invalid-data", message: describeError(error) });
    }
  }

  #end(failure: UpstreamFailure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ending.abort();
    // Not at once: EventSource sets its reconnect timer after this event, and close() must find it.
    queueMicrotask(() => this.#source.close());
    this.#listener.ended(failure);
  }
}
