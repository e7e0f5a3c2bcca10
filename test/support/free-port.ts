import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the range that systems draw from for outgoing connections and for port 0 (32768 and up on Linux), so that
 * nobody takes the port by accident while its owner is stopped between two starts.
 */
const FIRST = 20_000;
const COUNT = 12_000;
const handedOut = new Set<number>();

/** A TCP port of 127.0.0.1 that nobody listens on; never the same twice in one process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, "127.0.0.1");
    await once(probe, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  }
  probe.close();
  await once(probe, "close");
  return true;
}
