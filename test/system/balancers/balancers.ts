import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../simulator/free-port.ts";
import { type RunningProcess, startProcess } from "../../support/child-process.ts";
import { eventually } from "../../support/eventually.ts";
import { removeFolder, tempFolder } from "../../support/temp-folder.ts";

export const BALANCERS = ["haproxy", "nginx"] as const;
export type BalancerName = (typeof BALANCERS)[number];

/** Where packages put what only administrators run. */
const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/** Whether this machine has a load balancer. */
export function isInstalled(name: BalancerName): boolean {
  return spawnSync(name, ["-v"], { env: { PATH } }).status === 0;
}

/** A load balancer with the configuration of `deploy/`, in front of edges on this machine. */
export interface Balancer extends AsyncDisposable {
  readonly name: BalancerName;
  readonly port: number;
  /** What it has logged. */
  readonly log: readonly string[];
}

export async function startBalancer(name: BalancerName, edgePorts: readonly number[]): Promise<Balancer> {
  const port = await freePort();
  const folder = tempFolder();
  // nginx as root works as somebody else, in folders of its own.
  chmodSync(folder, 0o755);
  const text =
    name === "haproxy" ? haproxy(port, await freePort(), edgePorts) : nginx(port, folder, edgePorts);
  const file = join(folder, name);
  writeFileSync(file, text);
  const args =
    name === "haproxy"
      ? ["-db", "-f", file]
      : ["-p", folder, "-e", "stderr", "-c", file, "-g", "daemon off;"];
  const child: RunningProcess = await startProcess({ name, file: name, args, cwd: folder, env: { PATH } });
  await eventually(`${name} to listen`, () => {
    if (!child.running) throw new Error(child.lastWords());
    return listens(port);
  });
  return {
    name,
    port,
    log: child.lines,
    async [Symbol.asyncDispose]() {
      if (child.running) await child.stop();
      removeFolder(folder);
    },
  };
}

/** The example with other addresses: edges by port instead of by Docker's DNS. */
function haproxy(port: number, healthPort: number, edgePorts: readonly number[]): string {
  const servers = edgePorts.map((edge, index) => `server edge${index} 127.0.0.1:${edge} check`).join("\n  ");
  return replaceAll(example("haproxy.cfg"), [
    [/^resolvers docker\n(?: .*\n)*/gm, ""],
    ["bind :8030", `bind 127.0.0.1:${port}`],
    ["bind 127.0.0.1:8404", `bind 127.0.0.1:${healthPort}`],
    [/server-template .*/g, servers],
  ]);
}

function nginx(port: number, folder: string, edgePorts: readonly number[]): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const folders = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ");
  return replaceAll(example("nginx.conf"), [
    ["pid /run/nginx.pid", `pid ${folder}/pid`],
    ["http {", `http { ${folders}`],
    ["listen 8030", `listen 127.0.0.1:${port}`],
    ...edgePorts.map((edge, index): [string, string] => [`edge-${index + 1}:8030`, `127.0.0.1:${edge}`]),
  ]);
}

function example(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../deploy/${name}`, import.meta.url)), "utf8");
}

/** Throws when there is nothing to replace: the example has changed then, and this must, too. */
function replaceAll(text: string, changes: readonly (readonly [string | RegExp, string])[]): string {
  return changes.reduce((before, [what, by]) => {
    const after = before.replaceAll(what, by);
    if (after === before) throw new Error(`the example has no ${what}`);
    return after;
  }, text);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
