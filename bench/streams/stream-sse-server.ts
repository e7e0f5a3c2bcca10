/** For comparison: Hono's own way to stream. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { changedFlag, serveBench } from "./server.ts";

const streams = new Set<SSEStreamingApi>();
const app = new Hono();
app.get("/all", (c) =>
  streamSSE(c, async (stream) => {
    await stream.writeSSE({ event: "put", data: '{"path":"/","data":{"flags":{},"segments":{}}}' });
    streams.add(stream);
    await new Promise<void>((resolve) => {
      stream.onAbort(() => {
        streams.delete(stream);
        resolve();
      });
    });
  }),
);
const server = createAdaptorServer({ fetch: app.fetch });
server.listen({ port: 0, host: "127.0.0.1", backlog: 8192 });
await once(server, "listening");

let version = 1;
serveBench({
  port: (server.address() as AddressInfo).port,
  change: () => {
    version += 1;
    const data = `{"path":"/flags/flag","data":${changedFlag(version)}}`;
    for (const stream of streams) void stream.writeSSE({ event: "patch", data });
  },
});
