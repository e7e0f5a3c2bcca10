/** The floor: a bare Hono route that puts each request into a Redis stream of its own accord, one XADD each. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { Redis } from "ioredis";
import { serveBench } from "./protocol.ts";

const redis = new Redis(process.argv[2] ?? "");
const app = new Hono();
app.post("/bulk", async (c) => {
  await redis.xadd("bench", "*", "body", Buffer.from(await c.req.arrayBuffer()));
  return c.body(null, 202);
});
const server = createAdaptorServer({ fetch: app.fetch });
server.listen({ port: 0, host: "127.0.0.1", backlog: 8192 });
await once(server, "listening");

serveBench((server.address() as AddressInfo).port);
