import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { DataHub } from "../../../services/edge/streams/server/data-hub.ts";
import type { StreamView } from "../../../services/edge/streams/server/message.ts";
import { Slices } from "../../../services/edge/streams/slices.ts";
import type { StreamLabels } from "../../../services/edge/streams/stream-metrics.ts";
import type { StreamLimits } from "../../../services/edge/streams/stream-parts.ts";
import { sparingTakenResponses } from "../../../services/edge/streams/taken-response.ts";
import { Ticker } from "../../../services/edge/streams/ticker.ts";
import { type Clock, systemClock } from "../../../shared/base/clock.ts";
import type { Random } from "../../../shared/base/random.ts";
import { type Change, type FlagData, NO_DATA, withChanges } from "../../../shared/model/item.ts";
import { RawClient } from "./raw-client.ts";

export interface StreamServerOptions {
  readonly limits?: Partial<StreamLimits>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly data?: FlagData;
  /** Registers what a test needs besides the streams, before them. */
  readonly routes?: (app: Hono<{ Bindings: HttpBindings }>) => void;
}

/** A real HTTP server on a port of its own with the hubs of one environment behind Hono routes. */
export class StreamServer {
  readonly open: Record<string, number | undefined> = {};
  readonly messages: Record<string, number> = {};
  slowClientsCut = 0;
  readonly #hubs: Record<StreamView, DataHub>;
  readonly #server: ReturnType<typeof createAdaptorServer>;
  readonly #clients = new Set<RawClient>();
  #data: FlagData;

  private constructor(options: StreamServerOptions) {
    const clock = options.clock ?? systemClock;
    this.#data = options.data ?? NO_DATA;
    const parts = {
      limits: {
        heartbeatIntervalMs: 0,
        maxClientConnectionTimeMs: 0,
        slowClientDeadlineMs: 30_000,
        ...options.limits,
      },
      clock,
      random: options.random ?? Math.random,
      ticker: new Ticker(clock),
      slices: new Slices(clock),
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
    const app = new Hono<{ Bindings: HttpBindings }>();
    options.routes?.(app);
    for (const view of ["all", "flags"] as const)
      app.get(`/${view}`, (c) => {
        this.#hubs[view].open(c.env.outgoing, { "X-Ld-Envid": "env-1" });
        return RESPONSE_ALREADY_SENT;
      });
    this.#server = createAdaptorServer({ fetch: sparingTakenResponses(app.fetch) });
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

  /** Makes changes as a replica would hand them to both hubs. */
  change(changes: readonly Change[], above = true): void {
    this.#data = withChanges(this.#data, changes);
    const update = { data: this.#data, changes: changes.map((change) => ({ ...change, above })) };
    for (const hub of Object.values(this.#hubs)) hub.update(update);
  }

  /** A client that sends `head` (its first line, or all of it) and is closed with the server. */
  async client(head: string): Promise<RawClient> {
    const { port } = this.#server.address() as AddressInfo;
    const client = await RawClient.connect(port, head);
    this.#clients.add(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.abort();
    await Promise.all(Object.values(this.#hubs).map((hub) => hub.close(0)));
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }
}
