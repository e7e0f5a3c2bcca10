import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../base/clock.ts";
import { describeError, UserError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import { type FolderLock, lockFolder } from "./private-server/folder-lock.ts";
import { SupervisedRedis } from "./private-server/supervised-redis.ts";
import { maxSocketPathBytes } from "./private-server/unix-socket.ts";

/** What a private Redis needs. */
export interface PrivateRedisParts {
  /** `[Main] dataDir`: where it keeps its data and its socket. Made if absent. */
  readonly dataDir: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** A Redis of our own, for one machine without one. */
export interface PrivateRedis {
  /** How to connect to it: nobody but this user can. */
  readonly settings: { readonly kind: "unix"; readonly path: string; readonly db: number };
  /** Ends it, its data saved, and unlocks the folder. May be called again. */
  stop(): Promise<void>;
}

/** Where the private Redis on a `[Main] dataDir` can be reached while it runs. */
export function privateRedisSocket(dataDir: string): string {
  return join(resolve(dataDir), "redis.sock");
}

/**
 * Starts a `redis-server` on `dataDir` and resolves when it answers. It listens on a unix socket only, keeps what it
 * is told (append-only file, synced every second), is started again if it ends by itself, and ends with this process
 * however that ends. Data of an earlier run are there again.
 *
 * Rejects with a {@link UserError} that says what to do if there is no `redis-server`, if the folder cannot be used or
 * is in use, or if Redis cannot live with what it finds there.
 */
export async function startPrivateRedis(parts: PrivateRedisParts): Promise<PrivateRedis> {
  const { logger, clock, random } = parts;
  const folder = resolve(parts.dataDir);
  const socketPath = privateRedisSocket(parts.dataDir);
  requireShortPath(socketPath);
  const version = await installedVersion();
  const lock = await lockDataFolder(folder, clock);
  const redis = new SupervisedRedis(folder, socketPath, logger, clock, random);
  try {
    await redis.start();
  } catch (error) {
    await lock.release();
    throw error;
  }
  logger.info("private Redis is ready", { event: "private_redis.ready", folder, version });

  let stopped: Promise<void> | undefined;
  return {
    settings: { kind: "unix", path: socketPath, db: 0 },
    stop() {
      stopped ??= redis.stop().then(() => lock.release());
      return stopped;
    },
  };
}

/** The system would cut a longer path off without a word. */
function requireShortPath(socketPath: string): void {
  const bytes = Buffer.byteLength(socketPath);
  if (bytes > maxSocketPathBytes)
    throw new UserError(
      `the private Redis's socket ${socketPath} has a path of ${bytes} bytes, and ${maxSocketPathBytes} are possible. ` +
        "Set [Main] dataDir to a shorter path",
    );
}

async function installedVersion(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("redis-server", ["--version"]);
    return /v=(\S+)/.exec(stdout)?.[1] ?? stdout.trim();
  } catch (error) {
    throw new UserError(
      [
        `no Redis is configured, and redis-server, to start one, cannot be run: ${describeError(error)}`,
        "Install it:",
        "  apt-get install redis-server   (Debian, Ubuntu)",
        "  apk add redis                  (Alpine)",
        "  brew install redis             (macOS)",
        "or set [Redis] url to one that runs already.",
      ].join("\n"),
      { cause: error },
    );
  }
}

async function lockDataFolder(folder: string, clock: Clock): Promise<FolderLock> {
  const lock = await makeAndLock(folder, clock);
  if (typeof lock === "string")
    throw new UserError(
      `the data folder ${folder} is in use by ${lock}. Stop it, or set [Main] dataDir to another folder`,
    );
  return lock;
}

async function makeAndLock(folder: string, clock: Clock): Promise<FolderLock | string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await lockFolder(folder, clock);
  } catch (error) {
    throw new UserError(
      `the data folder ${folder} cannot be used: ${describeError(error)}. ` +
        `Set [Main] dataDir to a folder that this user${userId()} can write to`,
      { cause: error },
    );
  }
}

/** In containers users have a number and no name. */
function userId(): string {
  const id = process.getuid?.();
  return id === undefined ? "" : ` (uid ${id})`;
}
