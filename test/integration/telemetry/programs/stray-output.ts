import { EventEmitter } from "node:events";
import { createLogger } from "../../../../shared/telemetry/logger.ts";
import { captureStrayOutput } from "../../../../shared/telemetry/stray-output.ts";

captureStrayOutput(createLogger({ level: "debug", role: "edge" }));
for (let i = 0; i < 3; i++) console.warn("[WARN] a library says %s", "something");
console.error(new Error("odd"));
console.log("two\nlines");
const emitter = new EventEmitter();
for (let i = 0; i < 12; i++) emitter.on("x", () => undefined);
process.emitWarning("old", "DeprecationWarning", "DEP0");
