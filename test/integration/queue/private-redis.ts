import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";

/** A `redis-server` of a test's own, which can be stopped, frozen and started again with its data. */
export class PrivateRedis {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(): Promise<PrivateRedis> {
    const redis = new PrivateRedis(await freePort(), await mkdtemp(join(tmpdir(), "events-redis-")));
    await redis.resume();
    return redis;
  }

  get settings(): RedisSettings {
    return { kind: "tcp", host: "127.0.0.1", port: this.port, tls: false, db: 0 };
  }

  /** Starts the server, with the data of before if there are any. */
  async resume(): Promise<void> {
    const args = ["--port", `${this.port}`, "--bind", "127.0.0.1", "--dir", this.#folder];
    const quick = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];
    this.#process = spawn("redis-server", [...args, ...quick], { stdio: "ignore" });
    await this.client(async (client) => client.ping());
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Asks the server over a connection of its own. */
  async client<T>(ask: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis({ port: this.port, host: "127.0.0.1", retryStrategy: () => 20 });
    client.on("error", () => undefined);
    try {
      return await ask(client);
    } finally {
      client.disconnect();
    }
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
