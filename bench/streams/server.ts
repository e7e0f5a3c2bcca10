import type { ServerReply, ServerRequest } from "./protocol.ts";
import { machineMs } from "./protocol.ts";

/** What every server of the benchmark can do, however it streams. */
export interface BenchServer {
  readonly port: number;
  /** Sends a change to all clients. */
  change(): void;
}

/** The change that is measured: about 2 KB, as a flag with some rules is. */
export function changedFlag(version: number): string {
  return `{"key":"flag","version":${version},"on":true,"salt":"${"s".repeat(1_950)}"}`;
}

/** The first message of a stream, which floors send as it is. */
export const FIRST_EVENT = 'event: put\ndata: {"path":"/","data":{"flags":{},"segments":{}}}\n\n';

/** Answers the parent's requests for `server`. */
export function serveBench(server: BenchServer): void {
  const reply = (message: ServerReply): void => {
    process.send?.(message);
  };
  process.on("message", (request: ServerRequest) => {
    switch (request.ask) {
      case "memory":
        return reply({ rssBytes: settledRss() });
      case "change": {
        const changedAtMs = machineMs();
        server.change();
        return reply({ changedAtMs });
      }
    }
  });
  reply({ port: server.port });
}

/**
 * Memory without garbage, and without the room that V8 keeps for the garbage to come: after a storm of connects
 * that is up to 32 MB, however many streams there are, which would be counted as theirs.
 */
function settledRss(): number {
  const gc = globalThis.gc;
  if (gc === undefined) throw new Error("run with --expose-gc");
  for (let n = 0; n < 2; n += 1) gc({ type: "major", execution: "sync", flavor: "last-resort" });
  return process.memoryUsage.rss();
}
