import { readFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { Deployment } from "../../support/deployment.ts";
import { stopAll } from "../../support/relay-process.ts";

const OPERATE = new URL("../../../docs/operate.md", import.meta.url);
const ROLES = ["ingestor", "edge", "forwarder"] as const;
const PREFIX = "launchdarkly_relay_";

/** The labels of metrics, by name. */
type Labels = Map<string, readonly string[]>;

/** What the table in docs/operate.md says that a role exposes. */
function documented(role: string): Labels {
  const rows = readFileSync(OPERATE, "utf8").matchAll(/^\| `(\w+)` *\| ([\w, ]+) \| ([^|]*)\|/gm);
  return new Map(
    [...rows]
      .map(([, name = "", roles = "", labels = ""]) => ({ name, roles: roles.trim().split(", "), labels }))
      .filter(({ roles }) => roles.includes(role) || roles.includes("all"))
      .map(({ name, labels }) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, label = ""]) => label)]),
  );
}

/** What a role exposes, without the metrics of Node and of the process; one without any series has no labels. */
function exposed(text: string): Labels {
  const found: Labels = new Map();
  for (const [, name = "", type] of text.matchAll(new RegExp(`^# TYPE ${PREFIX}(\\w+) (\\w+)$`, "gm"))) {
    const sample = new RegExp(
      `^${PREFIX}${name}${type === "histogram" ? "_count" : ""}(?:\\{(.*)\\})? `,
      "m",
    );
    const series = sample.exec(text);
    const labels = [...(series?.[1] ?? "").matchAll(/(\w+)="/g)].map(([, label = ""]) => label);
    found.set(name, series === null ? ["no series"] : labels);
  }
  return found;
}

/** Series of counters and histograms that have counted something. */
function counted(text: string): string[] {
  return [...text.matchAll(new RegExp(`^${PREFIX}(\\w+_(?:total|count)(?:\\{.*\\})?) (\\S+)$`, "gm"))]
    .filter(([, , value]) => value !== "0")
    .map(([, series = ""]) => series);
}

const sorted = (labels: Labels): [string, string[]][] =>
  [...labels].map(([name, of]): [string, string[]] => [name, [...of].sort()]).sort();

afterEach(stopAll);

it("exposes on every role, from the start, the metrics and labels of the table in docs/operate.md", async () => {
  const key = "sdk-0123456789-spree";
  await using deployment = await Deployment.open(`[Environment "Spree"]\nsdkKey = ${key}`);
  deployment.ld.environment(key);
  await deployment.start(...ROLES);
  for (const role of ROLES) {
    const response = await fetch(`${deployment.role(role).adminUrl}/metrics`);
    const text = await response.text();
    expect(sorted(exposed(text)), role).toEqual(sorted(documented(role)));
    expect(counted(text), role).toEqual([]);
  }
});
