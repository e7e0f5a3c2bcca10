import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { CompiledData } from "../../../../services/edge/environments/compiled-data.ts";
import {
  EvaluationContext,
  KindContext,
} from "../../../../services/edge/evaluation/context/evaluation-context.ts";
import { FastPath } from "../../../../services/edge/http/fast-path/fast-path.ts";
import { sparingHijackedResponses } from "../../../../services/edge/http/hijacked-response.ts";
import { NodeResponseWriter } from "../../../../services/edge/http/response/node-response-writer.ts";
import type { ResponseWriter } from "../../../../services/edge/http/response/response-writer.ts";
import type { StreamView } from "../../../../services/edge/protocol/fdv1/flag-messages.ts";
import type { ResultsState } from "../../../../services/edge/protocol/fdv1/result-messages.ts";
import {
  type ClientSdkKind,
  ClientStreams,
} from "../../../../services/edge/streams/client/client-streams.ts";
import { DataHub } from "../../../../services/edge/streams/server/data-hub.ts";
import type { StreamLabels } from "../../../../services/edge/streams/stream-metrics.ts";
import type { ClientStreamContent, StreamLimits } from "../../../../services/edge/streams/stream-parts.ts";
import { type Clock, systemClock } from "../../../../shared/base/clock.ts";
import { Ticker } from "../../../../shared/base/event-loop/ticker.ts";
import { TimeSlices } from "../../../../shared/base/event-loop/time-slices.ts";
import type { Random } from "../../../../shared/base/random.ts";
import { type Change, type FlagData, NO_DATA, withChanges } from "../../../../shared/model/item.ts";
import { RawClient } from "./raw-client.ts";

/** The ways from a request to a stream. */
export const WAYS = ["front", "http"] as const;
type Way = (typeof WAYS)[number];

export interface StreamServerOptions {
  readonly limits?: Partial<StreamLimits>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly data?: FlagData;
  readonly clientStreams?: ClientStreamContent;
  /** Who answers: the front, unless told otherwise. */
  readonly way?: Way;
  /** Registers what a test needs besides the streams, before them; everything goes through the HTTP server then. */
  readonly routes?: (app: Hono<{ Bindings: HttpBindings }>) => void;
}

/** What the server sends besides the heads that streams have of their own. */
const HEADERS = { "X-Ld-Envid": "env-1" };

/**
 * A real HTTP server on a port of its own with the hubs of one environment, behind the front or a Hono route: `/all` and `/flags` for
 * server-side SDKs, `/ping` for browsers without a context, `/values/KEY` for mobile SDKs with one.
 */
export class StreamServer {
  readonly open: Record<string, number | undefined> = {};
  readonly messages: Record<string, number> = {};
  slowClientsCut = 0;
  readonly #hubs: Record<StreamView, DataHub>;
  readonly #server: ReturnType<typeof createAdaptorServer>;
  readonly #clients = new Set<RawClient>();
  readonly #stopFront: () => void = () => undefined;
  /** How long broadcasts took, in seconds, by stream. */
  readonly broadcasts: [stream: string, seconds: number][] = [];
  /** The hubs of those that get results. */
  readonly clientStreams: ClientStreams;
  #data: FlagData;
  #offset = 1;
  readonly #compiled: CompiledData;

  private constructor(options: StreamServerOptions) {
    const clock = options.clock ?? systemClock;
    this.#data = options.data ?? NO_DATA;
    const parts = {
      limits: {
        heartbeatIntervalMs: 0,
        maxClientConnectionTimeMs: 0,
        slowClientDeadlineMs: 30_000,
        pingJitterMs: 0,
        ...options.limits,
      },
      clientStreams: options.clientStreams ?? "values",
      clock,
      random: options.random ?? Math.random,
      ticker: new Ticker(clock),
      slices: new TimeSlices(clock),
      metrics: {
        open: {
          set: ({ stream }: StreamLabels, value: number) => {
            this.open[stream] = value;
          },
          remove: ({ stream }: StreamLabels) => {
            this.open[stream] = undefined;
          },
        },
        messages: {
          add: ({ stream }: StreamLabels, amount = 1) => {
            this.messages[stream] = (this.messages[stream] ?? 0) + amount;
          },
        },
        broadcastSeconds: {
          observe: ({ stream }: { stream: string }, seconds: number) => {
            this.broadcasts.push([stream, seconds]);
          },
        },
        slowClientsCut: {
          add: () => {
            this.slowClientsCut += 1;
          },
        },
      },
    };
    this.#hubs = {
      all: new DataHub("test", "all", this.#data, parts),
      flags: new DataHub("test", "flags", this.#data, parts),
    };
    this.#compiled = new CompiledData(this.#data, this.#offset, parts.clientStreams === "values");
    this.clientStreams = new ClientStreams("test", parts);
    const app = new Hono<{ Bindings: HttpBindings }>();
    options.routes?.(app);
    app.get("*", (c) => {
      this.#answer(c.env.incoming.url ?? "", new NodeResponseWriter(c.env.outgoing));
      return RESPONSE_ALREADY_SENT;
    });
    this.#server = createAdaptorServer({ fetch: sparingHijackedResponses(app.fetch) });
    if (options.way === "http" || options.routes !== undefined) return;
    const front = FastPath.before(
      this.#server as Server,
      ({ url }, reply) => this.#answer(url, reply),
      60_000,
    );
    this.#stopFront = () => front.closeIdle();
  }

  #answer(url: string, reply: ResponseWriter): true {
    const [path = "", query] = url.split("?");
    const [, what, key = ""] = path.split("/");
    if (what === "all" || what === "flags") this.#hubs[what].open(reply, HEADERS);
    else if (what === "ping")
      this.clientStreams.open("browser", this.#stateFor("browser"), reply, HEADERS, undefined);
    else {
      const context = new EvaluationContext([new KindContext("user", key, false, {})]);
      const asked = { context, withReasons: query === "withReasons=true" };
      this.clientStreams.open("mobile", this.#stateFor("mobile"), reply, HEADERS, asked);
    }
    return true;
  }

  static async start(options: StreamServerOptions = {}): Promise<StreamServer> {
    const server = new StreamServer(options);
    server.#server.listen({ port: 0, host: "127.0.0.1", backlog: 8192 });
    await once(server.#server, "listening");
    return server;
  }

  get hub(): DataHub {
    return this.#hubs.all;
  }

  get data(): FlagData {
    return this.#data;
  }

  /** Makes changes as an environment would hand them to its hubs. */
  change(changes: readonly Change[], above = true, offset = this.#offset + 1): void {
    this.#data = withChanges(this.#data, changes);
    this.#offset = offset;
    const position = { offset, stamp: `s${offset}` };
    const update = { data: this.#data, position, changes: changes.map((change) => ({ ...change, above })) };
    for (const hub of Object.values(this.#hubs)) hub.update(update);
    if (this.#compiled.apply(this.#data, changes, offset))
      this.clientStreams.update((sdkKind) => this.#stateFor(sdkKind));
  }

  #stateFor(sdkKind: ClientSdkKind): ResultsState {
    return { view: this.#compiled.view(sdkKind), version: this.#offset };
  }

  /** A client that sends `head` (its first line, or all of it) and is closed with the server. */
  async client(head: string): Promise<RawClient> {
    const { port } = this.#server.address() as AddressInfo;
    const client = await RawClient.connect(port, head);
    this.#clients.add(client);
    return client;
  }

  /** So many clients, each of which has received its first event. */
  async clients(count: number, head: string): Promise<RawClient[]> {
    const clients: RawClient[] = [];
    for (let n = 0; n < count; n += 1) {
      const client = await this.client(head);
      await client.untilEvents(1);
      clients.push(client);
    }
    return clients;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.abort();
    await Promise.all([...Object.values(this.#hubs), this.clientStreams].map((hub) => hub.close(0)));
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#stopFront();
    await closed;
  }
}
