/**
 * The floor: a bare Hono route that puts each request into a Redis stream, one XADD each. `bytes` keeps bodies as they
 * are; `text` is cheaper, and right only for bodies that are not compressed.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { Redis } from "ioredis";
import { serveBench } from "./protocol.ts";

const [, , redisUrl = "", bodies] = process.argv;
const redis = new Redis(redisUrl);
const app = new Hono();
app.post("/bulk", async (c) => {
  const body = bodies === "text" ? await c.req.text() : Buffer.from(await c.req.arrayBuffer());
  await redis.xadd("bench", "*", "body", body);
  return c.body(null, 202);
});
const server = createAdaptorServer({ fetch: app.fetch }) as Server;
// Longer than the other variant has its turns.
server.keepAliveTimeout = 600_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 8192 });
await once(server, "listening");

serveBench((server.address() as AddressInfo).port);
