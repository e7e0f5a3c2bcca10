import { defineConfig } from "vitest/config";

/** `unit` is pure and fast, `integration` uses a real Redis, `system` starts real processes through the CLI. */
const project = (name: string, timeoutMs: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    maxWorkers: 2,
    projects: [project("unit", 10_000), project("integration", 60_000), project("system", 120_000)],
  },
});
