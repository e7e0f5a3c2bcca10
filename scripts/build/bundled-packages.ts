import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** A package that the build has put into its files. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it, an SPDX expression. */
  readonly license: string;
  /** What its authors want to be passed on. */
  readonly text: string;
}

const packageFile = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** The packages that these modules, as paths below `root`, come from. Throws for one that does not say its license. */
export function bundledPackages(modules: readonly string[], root: string): BundledPackage[] {
  const folders = new Set(
    modules.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...folders].sort().map((folder) => {
    const { name, version, license } = packageFile.parse(
      JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")),
    );
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file === undefined ? "" : readFileSync(join(root, folder, file), "utf8").trim();
    return { name, version, license, text };
  });
}

/** The licenses, to be passed on with the bundle. */
export function licenseText(packages: readonly BundledPackage[]): string {
  const parts = packages.map(({ name, version, license, text }) =>
    [`${name} ${version} (${license})`, text].filter((part) => part !== "").join("\n\n"),
  );
  return `The files in this folder contain the following packages.\n\n${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** The packages as a software bill of materials in CycloneDX, which scanners of images find by the file's name. */
export function softwareBill(packages: readonly BundledPackage[]): string {
  const components = packages.map(({ name, version, license }) => ({
    type: "library",
    name,
    version,
    licenses: [{ expression: license }],
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
  }));
  return `${JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", version: 1, components }, null, 1)}\n`;
}
