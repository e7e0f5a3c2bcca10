import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the range that systems draw from for outgoing connections and for port 0 (32768 and up on Linux), so that
 * nobody takes the port by accident while its owner is stopped between two starts.
 */
const FIRST = 20_000;
const COUNT = 12_000;
/** Test workers run side by side, and must not draw a port that another has drawn and not yet listened on. */
const SHARES = 8;
const SHARE = COUNT / SHARES;
const first = FIRST + (Number(process.env.VITEST_POOL_ID ?? 0) % SHARES) * SHARE;
let drawn = Math.floor(Math.random() * SHARE);

/** A TCP port of 127.0.0.1 that nobody listens on; the same again only after all others. */
export async function freePort(): Promise<number> {
  for (;;) {
    drawn = (drawn + 1) % SHARE;
    const port = first + drawn;
    if (await isFree(port)) return port;
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
