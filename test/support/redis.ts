import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { RedisSettings } from "../../shared/config/redis-settings.ts";
import { freePort } from "../../simulator/free-port.ts";
import { type RunningProcess, startProcess } from "./child-process.ts";
import { eventually } from "./eventually.ts";
import { removeFolder, tempFolder } from "./temp-folder.ts";

/** What may be different from a Redis that keeps everything in an append-only file. */
export interface RedisOptions {
  /** Whether data survive an end of the process (`appendfsync everysec`); `true` unless told otherwise. */
  readonly appendOnly?: boolean;
  /** Whether it listens on a unix socket as well. */
  readonly unixSocket?: boolean;
  /** More of what `redis.conf` takes, for example `{ "maxmemory-policy": "allkeys-lru" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts a `redis-server` of one's own on a free port of 127.0.0.1, its data in a folder under the temp folder. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const redis = new TestRedis(await freePort(), tempFolder(), options);
  try {
    await redis.start();
    return redis;
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
}

/** A real Redis that can be stopped, killed, frozen, emptied and started again, always at the same port. */
export class TestRedis implements AsyncDisposable {
  readonly port: number;
  /** As `[Redis] url` takes it. */
  readonly url: string;
  /** The unix socket, if one was asked for. */
  readonly socketPath: string | undefined;
  readonly #folder: string;
  readonly #options: RedisOptions;
  #process: RunningProcess | undefined;

  constructor(port: number, folder: string, options: RedisOptions) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.socketPath = options.unixSocket ? join(folder, "redis.sock") : undefined;
    this.#folder = folder;
    this.#options = options;
  }

  /** As parts of the relay take it. */
  get settings(): RedisSettings {
    return { kind: "tcp", host: "127.0.0.1", port: this.port, tls: false, db: 0 };
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

  /** Starts it with the data that are there, and waits until it serves. Rejects with its output if it does not. */
  async start(): Promise<void> {
    if (this.#process?.running) return;
    mkdirSync(this.#dataFolder, { recursive: true });
    const server = await startProcess({
      name: "redis-server",
      file: "redis-server",
      args: Object.entries(this.#settings()).flatMap(([name, value]) => [`--${name}`, value]),
      cwd: this.#folder,
    });
    this.#process = server;
    const state = await eventually("redis-server to answer PING", async () => {
      if (!server.running) return "ended";
      return (await ping(this.port)) && "serving";
    });
    if (state === "ended") throw new Error(`redis-server ended at its start:\n${server.lastWords()}`);
  }

  /** SIGTERM; data stay for the next {@link start}. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** SIGKILL; data stay as far as they were written. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Kills it, removes its data and starts it: the same address, and nothing in it. */
  async empty(): Promise<void> {
    await this.kill();
    rmSync(this.#dataFolder, { recursive: true, force: true });
    await this.start();
  }

  /** Copies the data as they are now, every acknowledged write among them, and says where, for {@link restore}. */
  backup(): string {
    const copy = mkdtempSync(join(this.#folder, "backup-"));
    cpSync(this.#dataFolder, copy, { recursive: true });
    return copy;
  }

  /** Kills it, and starts it with the data of an earlier {@link backup}: all writes since then are lost. */
  async restore(backup: string): Promise<void> {
    await this.kill();
    rmSync(this.#dataFolder, { recursive: true, force: true });
    cpSync(backup, this.#dataFolder, { recursive: true });
    await this.start();
  }

  /** SIGSTOP: connections stay open and are accepted, and nothing answers. */
  suspend(): void {
    this.#process?.suspend();
  }

  /** Ends a {@link suspend}. */
  resume(): void {
    this.#process?.resume();
  }

  /** Ends it for good and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    removeFolder(this.#folder);
  }

  get #dataFolder(): string {
    return join(this.#folder, "data");
  }

  #settings(): Readonly<Record<string, string>> {
    return {
      port: String(this.port),
      bind: "127.0.0.1",
      dir: this.#dataFolder,
      save: "",
      appendonly: this.#options.appendOnly === false ? "no" : "yes",
      ...(this.socketPath === undefined ? {} : { unixsocket: this.socketPath }),
      ...this.#options.settings,
    };
  }
}

/** Whether a Redis at `port` answers PING with PONG; not while it is still loading its data. */
function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once("connect", () => socket.write("PING\r\n"));
    socket.once("data", (answer) => done(answer.toString().startsWith("+PONG")));
    socket.once("error", () => done(false));
    socket.once("end", () => done(false));
  });
}
