import { existsSync, readFileSync } from "node:fs";

/**
 * Ends the process with a line that says what to do, unless this Node can run the project and its packages are there.
 * JavaScript, and imported before anything of the project is: it must run on whatever `node` a machine has.
 */
export function requireSetup() {
  const packageFile = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const names = Object.keys(packageFile.devDependencies);
  const oldest = Number(/\d+/.exec(packageFile.engines.node)[0]);
  if (!names.every((name) => existsSync(new URL(`../node_modules/${name}/package.json`, import.meta.url))))
    end(
      `the packages are not installed yet. Run scripts/setup first, which installs them and Node ${oldest}`,
    );
  if (Number(process.versions.node.split(".")[0]) < oldest)
    end(
      `this is Node ${process.version}, and it takes ${oldest} or newer. Run scripts/setup, which installs one, and ` +
        "then npm start, npm run demo or npx ld-relay, which use it",
    );
}

function end(problem) {
  process.stderr.write(`ld-relay: ${problem}.\n`);
  process.exit(1);
}
