/**
 * Says which product files have no test at their mirrored path (exit code 1 if there are more than are allowed):
 * `services/edge/http/cors.ts` belongs to `test/unit/edge/http/cors.test.ts` or `test/integration/edge/http/cors.test.ts`.
 * Files of types alone need none. `--list` prints all without one.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";

/** Where a test of a whole room says more than one for each of its files: the room, the test, and why. */
const TESTED_TOGETHER: readonly { readonly files: RegExp; readonly by: string; readonly why: string }[] = [
  {
    files: /^services\/(?:cli|all-in-one|\w+\/main)\.ts$/,
    by: "test/system/command",
    why: "they only build the real parts of a process",
  },
  {
    files: /^services\/(?:cli|operator)\//,
    by: "test/system/command",
    why: "what a command prints is seen by running it",
  },
  {
    files: /^services\/edge\/evaluation\//,
    by: "test/unit/edge/evaluation/as-node-evaluates.test.ts",
    why: "results are compared with LaunchDarkly's evaluator and with the cases beside that test",
  },
  {
    files: /^services\/edge\/routes\//,
    by: "test/unit/edge/app.test.ts",
    why: "a route is seen by a request",
  },
  {
    files: /^services\/edge\/streams\//,
    by: "test/integration/edge/streams",
    why: "what a stream does is seen by a client on a socket",
  },
  {
    files: /^services\/edge\/http\/(?:fast-path|response)\//,
    by: "test/integration/edge/http/fast-path/fast-path.test.ts",
    why: "what a connection does is seen by a client on a socket",
  },
  {
    files: /^services\/forwarder\/summarise\//,
    by: "test/unit/forwarder/summarise/summarise.test.ts",
    why: "events go in and events come out, as in SDKs",
  },
  {
    files: /^shared\/config\//,
    by: "test/unit/config",
    why: "a setting is seen by reading a configuration",
  },
  {
    files: /-scripts?\.ts$/,
    by: "test/integration",
    why: "Lua runs in a real Redis, where its only caller is tested",
  },
  {
    files: /-(?:metrics|gauges?)\.ts$/,
    by: "test/system/metrics/documented-metrics.test.ts",
    why: "metrics are compared with the documented table",
  },
];
/** How many other files are without a test of their own. May only become smaller. */
const ALLOWED = 125;

const files = execFileSync("git", ["ls-files", "services/**/*.ts", "services/*.ts", "shared/**/*.ts"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => existsSync(file));
const withCode = files.filter((file) => !isTypesAlone(readFileSync(file, "utf8")));
const untested = withCode.filter((file) => !hasMirroredTest(file));
const alone = untested.filter((file) => !TESTED_TOGETHER.some((room) => room.files.test(file)));
const problems = TESTED_TOGETHER.filter(({ by }) => !existsSync(by)).map(({ by }) => `${by} is gone`);

if (process.argv.includes("--list")) console.log(untested.join("\n"));
console.log(
  `${withCode.length} product files: ${withCode.length - untested.length} with a test at the mirrored path, ` +
    `${untested.length - alone.length} tested with their room, ${alone.length} without`,
);
if (alone.length > ALLOWED) problems.push(`only ${ALLOWED} may be without a test:\n${alone.join("\n")}`);
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}

function hasMirroredTest(file: string): boolean {
  const path = file.replace(/^[^/]+\//, "").replace(/\.ts$/, ".test.ts");
  return ["unit", "integration"].some((project) => existsSync(`test/${project}/${path}`));
}

/** Whether nothing but exports of types is left to run. */
function isTypesAlone(source: string): boolean {
  const code = stripTypeScriptTypes(source).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  return code.replace(/\bexport\s*\{\s*\}\s*;?|;/g, "").trim() === "";
}
