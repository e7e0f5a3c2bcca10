/** `node scripts/run.js FILE ARGUMENTS…` runs a program of the checkout's tools, once they are installed. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { requireSetup } from "./require-setup.js";

requireSetup();
const [node, , file, ...args] = process.argv;
process.argv = [node, resolve(file), ...args];
await import(pathToFileURL(resolve(file)).href);
