#!/usr/bin/env node
/** The `ld-relay` command: in a checkout (`npx ld-relay`, `npm start`) its sources, in the npm package what was built of them. */
import { existsSync } from "node:fs";

const sources = new URL("../services/cli.ts", import.meta.url);
const built = new URL("../dist/ld-relay.js", import.meta.url);
const isCheckout = existsSync(sources);
if (isCheckout) {
  const { requireSetup } = await import("./require-setup.js");
  requireSetup();
}
await import(String(isCheckout ? sources : built));
