/** Ours: a real `StreamHub` behind a real Hono route. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { StreamHub } from "../../services/edge/streams/hub.ts";
import { Slices } from "../../services/edge/streams/slices.ts";
import { sparingTakenResponses } from "../../services/edge/streams/taken-response.ts";
import { Ticker } from "../../services/edge/streams/ticker.ts";
import { systemClock } from "../../shared/base/clock.ts";
import { NO_DATA, parseItem, withChanges } from "../../shared/model/item.ts";
import { changedFlag, serveBench } from "./server.ts";

const nothing = (): void => undefined;
const hub = new StreamHub("bench", "all", NO_DATA, {
  limits: {
    heartbeatIntervalMs: 600_000,
    maxClientConnectionTimeMs: 3_600_000,
    slowClientDeadlineMs: 30_000,
  },
  clock: systemClock,
  random: Math.random,
  ticker: new Ticker(systemClock),
  slices: new Slices(systemClock),
  metrics: {
    open: { set: nothing, remove: nothing },
    messages: { add: nothing },
    slowClientsCut: { add: nothing },
  },
});
const app = new Hono<{ Bindings: HttpBindings }>();
app.get("/all", (c) => {
  hub.open(c.env.outgoing);
  return RESPONSE_ALREADY_SENT;
});
const server = createAdaptorServer({ fetch: sparingTakenResponses(app.fetch) });
server.listen({ port: 0, host: "127.0.0.1", backlog: 8192 });
await once(server, "listening");

let version = 1;
serveBench({
  port: (server.address() as AddressInfo).port,
  change: () => {
    version += 1;
    const change = { kind: "flags", key: "flag", item: parseItem(changedFlag(version)) } as const;
    hub.update({ data: withChanges(NO_DATA, [change]), changes: [{ ...change, above: true }] });
  },
});
