import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".github/workflows");

const permission = z.enum(["read", "write", "none"]);
const step = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    uses: z.string().regex(/^[\w-]+\/[\w-]+@v\d+$/),
    run: z.string(),
    with: z.record(z.string(), z.unknown()),
    env: z.record(z.string(), z.string()),
    if: z.string(),
  })
  .partial()
  .refine((one) => (one.uses === undefined) !== (one.run === undefined), "a step either uses or runs");
const job = z.strictObject({
  needs: z.string().optional(),
  strategy: z.unknown().optional(),
  "runs-on": z.literal("ubuntu-latest"),
  "timeout-minutes": z.number().max(360),
  permissions: z.record(z.string(), permission).optional(),
  steps: z.array(step).nonempty(),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  // Whatever a job may write it must be given by itself.
  permissions: z.strictObject({ contents: z.literal("read") }),
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});
const workflowIn = (file: string) => workflow.parse(parse(readFileSync(join(FOLDER, file), "utf8")));
const commandsOf = ({ steps }: z.infer<typeof job>) => steps.flatMap(({ run }) => run ?? []);

describe.each(readdirSync(FOLDER))("the workflow %s", (file) => {
  it("is one, pins its actions to a major version and lets nothing write but what must", () => {
    expect(workflowIn(file).name).toBe(file.replace(".yml", ""));
  });

  it("runs scripts that there are", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    for (const command of Object.values(workflowIn(file).jobs).flatMap(commandsOf)) {
      for (const [script] of command.matchAll(/(?<=^|\s)(scripts|\.ci)\/\S+/g))
        expect(readFileSync(join(ROOT, script), "utf8"), script).toMatch(/^#!/);
      for (const [, name = ""] of command.matchAll(/npm run (\S+)/g)) expect(scripts).toHaveProperty(name);
    }
  });
});

describe("a release", () => {
  const { on, jobs } = workflowIn("release.yml");

  it("is made by a tag: checks, then the image, then the package", () => {
    expect(on).toEqual({ push: { tags: ["v*.*.*"] } });
    expect(Object.keys(jobs)).toEqual(["check", "image", "npm"]);
    expect([jobs.image?.needs, jobs.npm?.needs]).toEqual(["check", "image"]);
    expect(commandsOf(jobs.check as z.infer<typeof job>)).toContain(".ci/run");
  });

  it("says of image and package what is in them and where they come from", () => {
    const build = jobs.image?.steps.find(({ uses }) => uses?.startsWith("docker/build-push-action@"));
    expect(build?.with).toMatchObject({ push: true, sbom: true, provenance: "mode=max" });
    expect(jobs.image?.permissions).toMatchObject({ packages: "write", "id-token": "write" });
    expect(jobs.npm?.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(commandsOf(jobs.npm as z.infer<typeof job>).at(-1)).toContain("npm publish --provenance");
  });

  it.each([
    ["v1.2.3", "## [1.2.3] - 2026-01-31", 0],
    ["v1.2.3", "## [Unreleased]", 1],
    ["v1.2.3", "## [1.2.3]", 1],
    ["v1.2.4", "## [1.2.4] - 2026-01-31", 1],
    ["1.2.3", "## [1.2.3] - 2026-01-31", 1],
  ])("by the tag %s with the heading %s of the changelog ends its check with %i", (tag, heading, code) => {
    const checkout = tempFolder();
    onTestFinished(() => removeFolder(checkout));
    mkdirSync(join(checkout, "scripts"));
    cpSync(join(ROOT, "scripts/check-release"), join(checkout, "scripts/check-release"));
    writeFileSync(join(checkout, "package.json"), '{\n  "name": "x",\n  "version": "1.2.3",\n  "a": 1\n}\n');
    writeFileSync(join(checkout, "CHANGELOG.md"), `# Changelog\n\n${heading}\n`);
    const { status } = spawnSync(join(checkout, "scripts/check-release"), [tag]);
    expect(status).toBe(code);
  });
});

describe("every night", () => {
  const { on, jobs } = workflowIn("nightly.yml");

  it("200 rounds of chaos run, and every benchmark that there is", () => {
    expect(on).toHaveProperty("schedule");
    expect(commandsOf(jobs.chaos as z.infer<typeof job>)).toContain("npm run test:chaos -- --rounds 200");
    const { matrix } = z
      .object({ matrix: z.object({ name: z.array(z.string()) }) })
      .parse(jobs.bench?.strategy);
    const known = readFileSync(join(ROOT, "bench/run.ts"), "utf8").matchAll(/^ {2}(\w+): bench/gm);
    expect(matrix.name).toEqual([...known].map(([, name]) => name));
  });
});
