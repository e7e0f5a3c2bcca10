/**
 * `npm run build` makes `dist/`, which users run: the command and the image's two programs as plain JavaScript with
 * source maps, everything that they import included, in chunks that only load what a role needs.
 */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "rolldown";
import { bundledPackages, licenseText, softwareBill } from "./build/bundled-packages.ts";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");

rmSync(DIST, { recursive: true, force: true });
const { output } = await build({
  cwd: ROOT,
  input: {
    "ld-relay": "services/cli.ts",
    entrypoint: "deploy/entrypoint.ts",
    healthcheck: "deploy/healthcheck.ts",
  },
  platform: "node",
  // Its ES modules, from which what is not used can be left out. Node itself would be given the other kind.
  resolve: { alias: { bullmq: join(ROOT, "node_modules/bullmq/dist/esm/index.js") } },
  treeshake: {
    // BullMQ does not say that its files only define things: an edge would load its workers.
    moduleSideEffects: [{ test: /\/node_modules\/bullmq\//, sideEffects: false }],
  },
  logLevel: "warn",
  output: {
    dir: DIST,
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    minify: { compress: true, mangle: false, codegen: true },
  },
});
for (const { fileName } of output.filter((file) => file.type === "chunk" && file.isEntry))
  chmodSync(join(DIST, fileName), 0o755);
const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
const packages = bundledPackages(
  modules.map((id) => relative(ROOT, id)),
  ROOT,
);
writeFileSync(join(DIST, "THIRD-PARTY-LICENSES.txt"), licenseText(packages));
writeFileSync(join(DIST, "ld-relay.cdx.json"), softwareBill(packages));
const chunks = output.filter(({ type }) => type === "chunk");
console.log(`dist/: ${chunks.length} files of JavaScript, with ${packages.length} packages in them`);
