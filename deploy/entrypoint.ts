#!/usr/bin/env node
/**
 * The image's entry point. No shell stands before it: shells drop variables with `-`, `.` or a blank in their names,
 * as `LD_ENV_pre-prod` is one.
 */
import { existsSync } from "node:fs";
import { imageArguments } from "./image-arguments.ts";

process.argv.splice(2, process.argv.length, ...imageArguments(process.argv.slice(2), existsSync));
await import("../services/cli.ts");
