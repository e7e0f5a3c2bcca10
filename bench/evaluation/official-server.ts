/** The floor: LaunchDarkly's own evaluator for Node behind a bare Hono route. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import * as launchdarkly from "@launchdarkly/node-server-sdk";
import { Hono } from "hono";
import { benchDataOf } from "./flags.ts";
import { ENVIRONMENT_ID, serveBench } from "./protocol.ts";

/** Values by flag, and beside them what else is known of each. */
interface AllFlags {
  readonly $flagsState: Readonly<Record<string, object>>;
  readonly [key: string]: unknown;
}

const revived = launchdarkly.reviveFullPayload(structuredClone(benchDataOf(process.argv)));
const items: Readonly<Record<string, Readonly<Record<string, launchdarkly.LDFeatureStoreItem>>>> = {
  features: revived.flags,
  segments: revived.segments,
};
const client = launchdarkly.init("sdk-key", {
  useLdd: true,
  sendEvents: false,
  diagnosticOptOut: true,
  featureStore: {
    get: (kind, key, callback) => callback(items[kind.namespace]?.[key] ?? null),
    all: (kind, callback) => callback(items[kind.namespace] ?? {}),
    initialized: (callback) => callback(true),
    init: (_data, callback) => callback(),
    upsert: (_kind, _item, callback) => callback(),
    delete: (_kind, _key, _version, callback) => callback(),
    close: () => undefined,
  },
});
await client.waitForInitialization({ timeout: 5 });

const app = new Hono();
app.get(`/sdk/evalx/${ENVIRONMENT_ID}/contexts/:context`, async (c) => {
  const context = JSON.parse(Buffer.from(c.req.param("context"), "base64url").toString());
  const state = (await client.allFlagsState(context, { clientSideOnly: true })).toJSON() as AllFlags;
  const results: Record<string, object> = {};
  for (const [key, about] of Object.entries(state.$flagsState))
    results[key] = { value: state[key], ...about };
  return c.json(results);
});
const server = createAdaptorServer({ fetch: app.fetch }) as Server;
// Longer than the other variant has its turns.
server.keepAliveTimeout = 600_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 8192 });
await once(server, "listening");

serveBench((server.address() as AddressInfo).port);
