import { describe, expect, it } from "vitest";
import { guardedBody } from "../../../shared/upstream/guarded-body.ts";

describe("a guarded stream body", () => {
  const through = async (chunks: string[], maxEventBytes: number, silenceMs = 10_000): Promise<string> => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        if (silenceMs === 10_000) controller.close();
      },
    });
    return new Response(body.pipeThrough(guardedBody(silenceMs, maxEventBytes))).text();
  };

  it("passes any number of events on, however they are cut", async () => {
    const chunks = ["data: 1\n", "\ndata: 2\n\n", "data: 3\r\n\r", "\ndata: 4\n\n"];
    expect(await through(chunks, 10)).toBe(chunks.join(""));
  });

  it("ends when one event grows too large", async () => {
    await expect(through(["data: 12345678901234567890\n\n"], 10)).resolves.toBeDefined();
    await expect(through(["data: 123", "45678901234567890"], 10)).rejects.toThrow(/larger than 10 bytes/);
  });

  it("ends when nothing comes", async () => {
    await expect(through(["data: 1\n\n"], 100, 20)).rejects.toThrow(/nothing came for 20 ms/);
  });
});
