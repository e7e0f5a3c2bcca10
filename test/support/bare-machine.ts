import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { tempFolder } from "./temp-folder.ts";

/** How a script ended, and all that it said. */
export interface ScriptEnd {
  readonly code: number;
  readonly output: string;
}

/** What every Unix has, as far as our scripts use it. */
const ORDINARY_COMMANDS = [
  "sh",
  "cat",
  "cksum",
  "cut",
  "dirname",
  "env",
  "ln",
  "mkdir",
  "rm",
  "sed",
  "uname",
];

/** A machine that has only ordinary commands, and stand-ins for others that a test gives it, to try scripts on. */
export class BareMachine {
  readonly folder = tempFolder();
  readonly #commands = join(this.folder, "commands");
  readonly #calls = join(this.folder, "calls");

  constructor() {
    mkdirSync(this.#commands);
    writeFileSync(this.#calls, "");
    for (const name of ORDINARY_COMMANDS) symlinkSync(whereIs(name), join(this.#commands, name));
  }

  /** Gives the machine a command: a body in POSIX sh, of which every call is kept. */
  install(name: string, body = ""): void {
    const path = join(this.#commands, name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>"${this.#calls}"\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** Takes a command away again. */
  remove(name: string): void {
    rmSync(join(this.#commands, name));
  }

  /** What the body of one command can do to install another. */
  installing(name: string): string {
    return `echo "#!/bin/sh" >"${join(this.#commands, name)}"; /bin/chmod +x "${join(this.#commands, name)}"`;
  }

  /** The calls of installed commands since the last time this was asked. */
  takeCalls(): string[] {
    const calls = readFileSync(this.#calls, "utf8").split("\n").slice(0, -1);
    writeFileSync(this.#calls, "");
    return calls;
  }

  /** Runs a script of ours on it. */
  run(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<ScriptEnd> {
    const options = { cwd: this.folder, env: { PATH: this.#commands, ...env } };
    return new Promise((resolve) => {
      execFile("/bin/sh", [script, ...args], options, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr });
      });
    });
  }
}

/** The full path of a command of the real machine. */
function whereIs(name: string): string {
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (found === undefined) throw new Error(`this machine has no ${name}`);
  return found;
}
