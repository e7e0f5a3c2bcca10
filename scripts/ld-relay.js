#!/usr/bin/env node
/** The `ld-relay` command of a checkout: `npx ld-relay` and `npm start`. */
import { requireSetup } from "./require-setup.js";

requireSetup("dependencies");
await import("../services/cli.ts");
