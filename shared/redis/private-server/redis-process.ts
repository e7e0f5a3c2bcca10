import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { DeadlineError, withDeadline } from "../../base/deadline.ts";
import { describeError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { parseRedisLogLine } from "./redis-log-line.ts";

/** A `redis-server` that dies with us. */
export interface RedisProcess {
  /** How it ended, in words. Resolves when nothing of it runs any more. */
  readonly ended: Promise<string>;
  /** Lets it save and end, kills it after `deadlineMs`, and resolves when it is gone. */
  end(deadlineMs: number): Promise<void>;
}

/**
 * Runs `redis-server` and waits for our end beside it. Its standard input is a pipe that only we hold open, so it
 * ends however we die, SIGKILL included, and then Redis is told to save and end. (Shells give background commands
 * /dev/null as input, hence descriptor 3.)
 */
const guardScript = `
exec 3<&0
redis-server "$@" 3<&- & redis=$!
( read -r _ <&3; kill "$redis" ) & guard=$!
wait "$redis"; status=$?
kill "$guard" 2>/dev/null; wait "$guard"
exit "$status"
`;

/** How many of Redis's last lines explain why it ended. */
const lastLinesKept = 5;

/** Starts a Redis whose only door is `socketPath` and whose data live in `folder`. What it logs goes to `logger`. */
export function startRedisProcess(folder: string, socketPath: string, logger: Logger): RedisProcess {
  const child = spawn("/bin/sh", ["-c", guardScript, "redis-guard", ...redisArguments(folder, socketPath)], {
    stdio: "pipe",
    // A session of its own: Ctrl-C in our terminal is for us, and we stop Redis last.
    detached: true,
  });
  const lastLines: string[] = [];
  const keep = (line: string): void => {
    lastLines.push(line);
    if (lastLines.length > lastLinesKept) lastLines.shift();
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const parsed = parseRedisLogLine(line);
    if (parsed === undefined) return;
    logger[parsed.level](`redis: ${parsed.message}`, { event: "private_redis.output" });
    keep(parsed.message);
  });
  createInterface({ input: child.stderr }).on("line", keep);

  const ended = new Promise<string>((resolve) => {
    // Not "exit": that is the guard's. "close" comes when Redis, too, has let go of its output.
    child.once("close", (status) => resolve(`${endOf(status)}. Its last output: ${lastLines.join(" / ")}`));
    child.once("error", (error) => resolve(`it could not be started: ${describeError(error)}`));
  });
  return {
    ended,
    async end(deadlineMs) {
      child.stdin.destroy();
      try {
        await withDeadline(ended, deadlineMs, "stopping the private Redis");
      } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
        logger.warn("the private Redis does not stop, killing it", { event: "private_redis.killed", error });
        killGroup(child);
        await ended;
      }
    },
  };
}

/** Durable like a database: the log is synced every second, and a full memory refuses writes instead of forgetting. */
function redisArguments(folder: string, socketPath: string): string[] {
  return Object.entries({
    dir: folder,
    port: "0",
    unixsocket: socketPath,
    unixsocketperm: "700",
    "protected-mode": "yes",
    daemonize: "no",
    logfile: "",
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    "maxmemory-policy": "noeviction",
  }).flatMap(([name, value]) => [`--${name}`, value]);
}

/** In words, what a shell's exit status says about the command that it ran. */
function endOf(status: number | null): string {
  if (status === null) return "its guard was killed";
  return status > 128 ? `signal ${status - 128} ended it` : `it exited with ${status}`;
}

/** Guard and Redis share a process group, whose id is the guard's. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
