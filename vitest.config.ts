import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Hundreds of relays are started, and half of the time of a start is to read the sources: later ones find them compiled.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL("node_modules/.cache/node-compile", import.meta.url),
);

/** `unit` is pure and fast, `integration` uses a real Redis, `system` starts real processes through the CLI. */
const project = (name: string, timeoutMs: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    // Most of what integration and system tests do is to wait.
    maxWorkers: 3,
    projects: [project("unit", 10_000), project("integration", 60_000), project("system", 120_000)],
  },
});
