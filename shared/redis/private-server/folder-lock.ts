import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rename, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { askListener } from "./unix-socket.ts";

/** A folder that only this process may use. */
export interface FolderLock {
  /** Lets another process have the folder. */
  release(): Promise<void>;
}

/** Who tried at the very same moment has replaced our socket within this time. */
const confirmationMs = 100;

/**
 * Locks `folder` for as long as this process lives, or returns in words who has it.
 *
 * The lock is a unix socket named `lock` that the holder listens on. Unlike a file with a process id it cannot
 * outlive its holder, however that ends: nobody answers any more, and the file that stays is replaced. Replacing is
 * a `rename`, so of several that find the lock free the last one wins, and all see that a moment later.
 *
 * Rejects with what the file system says if the folder cannot be written to.
 */
export async function lockFolder(folder: string, clock: Clock): Promise<FolderLock | string> {
  const path = join(folder, "lock");
  const holder = await askHolder(path);
  if (holder !== undefined) return holder;

  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    connection.end(`process ${process.pid}\n`, () => connection.destroy());
  });
  const ownPath = join(folder, randomBytes(4).toString("hex"));
  const listening = once(server, "listening");
  server.listen(ownPath);
  await listening;
  const { ino } = await stat(ownPath);
  await rename(ownPath, path);

  await clock.sleep(confirmationMs);
  if ((await stat(path)).ino !== ino) {
    server.close();
    return (await askHolder(path)) ?? "another process";
  }
  return {
    async release() {
      await rm(path, { force: true });
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}

/** What the holder of the lock says of itself; `undefined` if there is none. A busy one may say nothing. */
async function askHolder(path: string): Promise<string | undefined> {
  const introduction = await askListener(path, "");
  return introduction === "" ? "another process" : introduction;
}
