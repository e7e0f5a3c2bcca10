import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeError } from "../../shared/base/errors.ts";
import { freePort } from "../../simulator/free-port.ts";
import { type Exit, type RunningProcess, startProcess } from "./child-process.ts";
import { eventually, type Patience } from "./eventually.ts";
import { removeFolder, tempFolder } from "./temp-folder.ts";

const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The ports that a relay under test listens on. */
export interface RelayPorts {
  /** Of `[Main] port`: where SDKs connect. */
  readonly port: number;
  /** Of `[Admin] port`: probes and metrics. */
  readonly adminPort: number;
}

/** How to start the command. */
export interface RelayOptions {
  /** Without one, all three run in one process. */
  readonly role?: "ingestor" | "edge" | "forwarder";
  /**
   * The configuration file's text, or a function that makes it from the ports; written as it is. Without one there is
   * no file, and the relay reads environment variables alone.
   */
  readonly config?: string | ((ports: RelayPorts) => string);
  /** The ports that the configuration names; free ones unless given. */
  readonly ports?: RelayPorts;
  /** Environment variables in addition to ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments of the command. */
  readonly args?: readonly string[];
  /** The script to run, relative to the project's root; another one than the command only in tests of this file. */
  readonly entry?: string;
}

/** A line of JSON that the relay has logged; a line of another form has it as its `text`. */
export type LogLine = Readonly<Record<string, unknown>>;

const relays = new Set<RelayProcess>();

/** Two ports that nobody listens on, for a relay. */
export async function freeRelayPorts(): Promise<RelayPorts> {
  return { port: await freePort(), adminPort: await freePort() };
}

/**
 * Starts the relay as operators do: a process of its own, by the command, with a configuration file. Resolves once
 * the process runs; {@link RelayProcess.waitUntilReady} says when it serves.
 */
export async function startRelay(options: RelayOptions): Promise<RelayProcess> {
  const { role, config, env, args = [], entry = "services/cli.ts" } = options;
  const ports = options.ports ?? (await freeRelayPorts());
  const folder = tempFolder();
  const file = join(folder, "ld-relay.conf");
  if (config !== undefined) writeFileSync(file, typeof config === "string" ? config : config(ports));
  const place = config === undefined ? ["--from-env"] : ["--config", file];
  const name = `the relay (${role ?? "all in one"})`;
  const child = await startProcess({
    name,
    file: process.execPath,
    args: [join(PROJECT_ROOT, entry), ...(role === undefined ? [] : [role]), ...place, ...args],
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...env },
    // As under a service manager: whoever started it decides when it stops.
    ownGroup: true,
  });
  const relay = new RelayProcess(name, child, ports);
  relays.add(relay);
  void child.exited.then(() => {
    relays.delete(relay);
    removeFolder(folder);
  });
  return relay;
}

/**
 * Kills every relay that still runs, and rejects if there was one. Made for `afterEach`: a test that forgets a
 * process fails, and does not disturb the next.
 */
export async function stopAll(): Promise<void> {
  const left = [...relays].filter(({ running }) => running);
  await Promise.all(left.map((relay) => relay.kill()));
  if (left.length > 0) throw new Error(`the test left running: ${left.map(({ name }) => name).join(", ")}`);
}

/** A relay that was started by {@link startRelay}. */
export class RelayProcess implements AsyncDisposable {
  readonly name: string;
  /** Where SDKs connect. */
  readonly url: string;
  /** Where probes and metrics are. */
  readonly adminUrl: string;
  /** How it ended, once it has. */
  readonly exited: Promise<Exit>;
  readonly #process: RunningProcess;
  readonly #logs: LogLine[] = [];

  constructor(name: string, child: RunningProcess, { port, adminPort }: RelayPorts) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
    this.exited = child.exited;
    this.#process = child;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** Everything it has written to stdout and stderr, line by line. */
  get output(): readonly string[] {
    return this.#process.lines;
  }

  /** Its output as log lines. */
  get logs(): readonly LogLine[] {
    for (const line of this.output.slice(this.#logs.length)) this.#logs.push(logLine(line));
    return this.#logs;
  }

  /** The first line, past or to come, that `matches`. Rejects with the last output if it never comes. */
  waitForLog(matches: (line: LogLine) => boolean, patience?: Patience): Promise<LogLine> {
    return this.#whileRunning("a log line", () => this.logs.find(matches), patience);
  }

  /** Waits until `/readyz` on the admin port answers 200. Rejects with the last output if it never does. */
  async waitUntilReady(patience?: Patience): Promise<void> {
    await this.#whileRunning("readiness", () => this.running && isReady(`${this.adminUrl}/readyz`), patience);
  }

  /**
   * SIGINT, as Ctrl-C does: in order, without sending clients elsewhere first. Rejects, after a SIGKILL, if it has not
   * ended within `deadlineMs`.
   */
  stop(deadlineMs?: number): Promise<Exit> {
    return this.#process.stop(deadlineMs, "SIGINT");
  }

  /** SIGTERM, as an orchestrator does: an edge drains first. Else like {@link stop}. */
  terminate(deadlineMs?: number): Promise<Exit> {
    return this.#process.stop(deadlineMs, "SIGTERM");
  }

  /** SIGKILL: a crash. */
  kill(): Promise<Exit> {
    return this.#process.kill();
  }

  /** SIGSTOP: a pause of any length, with all connections open. */
  suspend(): void {
    this.#process.suspend();
  }

  /** SIGCONT: the end of a {@link suspend}. */
  resume(): void {
    this.#process.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop();
  }

  async #whileRunning<T extends object | true>(
    what: string,
    look: () => T | false | undefined | Promise<T | false | undefined>,
    patience?: Patience,
  ): Promise<T> {
    const found = await eventually(
      `${what} of ${this.name}`,
      async () => {
        const { running } = this;
        if (!running) await this.exited;
        return (await look()) || (running ? undefined : "ended");
      },
      patience,
    ).catch((cause: unknown) => {
      throw new Error(`${describeError(cause)}; it last said:\n${this.#process.lastWords()}`, { cause });
    });
    if (found === "ended")
      throw new Error(`${this.name} ended without ${what}:\n${this.#process.lastWords()}`);
    return found;
  }
}

function logLine(line: string): LogLine {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null) return parsed as LogLine;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { text: line };
}

/** Throws, with what the relay says, while it is not ready. */
async function isReady(url: string): Promise<true> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${body}`);
  return true;
}
