import { createGzip, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inspectGzip } from "../../../../services/edge/intake/gzip.ts";

const MAX = 100_000;

describe("a body that says it is gzip", () => {
  it("is fine up to the limit, and shows how its content begins", async () => {
    const inspected = await inspectGzip(gzipSync(`[${" ".repeat(MAX - 2)}]`), MAX);
    expect(inspected).toMatchObject({ kind: "fine" });
    expect(inspected.kind === "fine" && inspected.start.subarray(0, 2).toString()).toBe("[ ");
  });

  it.each([
    ["one byte more than the limit", gzipSync(Buffer.alloc(MAX + 1)), "too_large_inflated"],
    ["cut off", gzipSync("[1,2,3]").subarray(0, -9), "broken_gzip"],
    ["only the first two bytes", Buffer.from([0x1f, 0x8b]), "broken_gzip"],
    ["damaged", Buffer.concat([gzipSync("[]").subarray(0, 10), Buffer.from("nonsense")]), "broken_gzip"],
    ["plain text", Buffer.from("[]"), "not_gzip"],
    ["one byte", Buffer.from([0x1f]), "not_gzip"],
  ])("that is %s", async (_what, body, kind) => {
    expect(await inspectGzip(body, MAX)).toEqual({ kind });
  });

  it("that has two members is the content of both", async () => {
    const half = gzipSync(Buffer.alloc(MAX / 2 + 1));
    expect(await inspectGzip(Buffer.concat([half, half]), MAX)).toEqual({ kind: "too_large_inflated" });
  });

  it("that would be ten gigabytes costs no more than the limit", async () => {
    const bomb = await bombOf(10 * 1024 ** 3);
    const { user, system } = process.cpuUsage();
    const before = process.memoryUsage.rss();
    for (let n = 0; n < 20; n += 1)
      expect(await inspectGzip(bomb, 10 * 1024 ** 2)).toEqual({ kind: "too_large_inflated" });
    const cost = process.cpuUsage({ user, system });
    expect((cost.user + cost.system) / 20 / 1000).toBeLessThan(300);
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 ** 2);
  });
});

/** The bytes of a gzip of so many zeros; made of one block of 64 MiB again and again, which takes no time. */
async function bombOf(bytes: number): Promise<Buffer> {
  const gzip = createGzip();
  const parts: Buffer[] = [];
  gzip.on("data", (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => gzip.on("end", resolve));
  gzip.end(Buffer.alloc(64 * 1024 ** 2));
  await ended;
  const member = Buffer.concat(parts);
  return Buffer.concat(Array.from({ length: bytes / (64 * 1024 ** 2) }, () => member));
}
