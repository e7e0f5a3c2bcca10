/**
 * Says which references lead nowhere (exit code 1 if any): relative links in Markdown, the files that comments name,
 * and citations of numbered rules such as `(R1.6)`, which are headings or bold beginnings in docs/.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** R, S: docs/protocol/. L, W, F, C, E: docs/architecture.md. */
const RULE = /[RSLWFCE]\d+(?:\.\d+)?/;
const CITATION = new RegExp(`\\((${RULE.source}(?:(?:, | and | to )${RULE.source})*)\\)`, "g");
const DEFINITION = new RegExp(`^(?:#+ |[-*] |\\d+\\. )?(?:\\*\\*)?(${RULE.source})\\b`, "gm");
const LINK = /\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)/g;
const NAMED_DOCUMENT = /\bdocs\/[\w/-]+\.md\b/g;

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => existsSync(file));
const textOf = (file: string): string => readFileSync(file, "utf8");
const documents = files.filter((file) => file.endsWith(".md"));
const sources = files.filter((file) => /\.(ts|mjs|js|ya?ml|sh|conf)$/.test(file));

const rules = new Set(
  documents
    .filter((file) => file.startsWith("docs/"))
    .flatMap((file) => [...textOf(file).matchAll(DEFINITION)].map(([, rule]) => rule)),
);
const problems = [...documents.flatMap(brokenLinks), ...[...documents, ...sources].flatMap(danglingNames)];
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}

function brokenLinks(file: string): string[] {
  return [...textOf(file).matchAll(LINK)].flatMap(([, path = "", anchor]) => {
    const target = path === "" ? file : join(dirname(file), path);
    if (!existsSync(target)) return `${file}: no file ${path}`;
    if (anchor === undefined || !target.endsWith(".md") || anchorsOf(target).has(anchor)) return [];
    return `${file}: no heading #${anchor} in ${target}`;
  });
}

function danglingNames(file: string): string[] {
  const text = textOf(file);
  const named = [...text.matchAll(NAMED_DOCUMENT)].map(([name]) => name);
  const cited = [...text.matchAll(CITATION)].flatMap(([, list = ""]) =>
    [...list.matchAll(new RegExp(RULE, "g"))].map(([rule]) => rule),
  );
  return [
    ...named.filter((name) => !existsSync(name)).map((name) => `${file}: no document ${name}`),
    ...cited.filter((rule) => !rules.has(rule)).map((rule) => `${file}: no rule ${rule} in docs/`),
  ];
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(file: string): ReadonlySet<string> {
  return new Set(
    [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{Letter}\p{Number}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
