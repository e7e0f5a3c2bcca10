import { describe, expect, it } from "vitest";
import { type Configuration, readConfiguration } from "../../../shared/config/configuration.ts";
import type { Variables } from "../../../shared/config/environment-variables.ts";

const read = (text: string, variables: Variables = {}) =>
  readConfiguration({ file: { name: "relay.conf", text }, variables });
function offlineOf(text: string, variables?: Variables): Configuration["offline"] {
  const result = read(text, variables);
  if (result.kind === "invalid") throw new Error(result.problems.join("\n"));
  return result.configuration.offline;
}

describe("[OfflineMode]", () => {
  it("needs nothing but the archive", () => {
    const offline = offlineOf("[OfflineMode]\nfileDataSource = flags.tar.gz");
    expect(offline).toMatchObject({ archivePath: "flags.tar.gz", monitoringIntervalMs: 1000 });
    expect(offline?.environments.prefixOf("id-1")).toBe("launchdarkly-id-1");
  });

  it("can be given in variables, of which some are those of auto-configuration, too", () => {
    const offline = offlineOf("", {
      FILE_DATA_SOURCE: "a.tar",
      FILE_DATA_SOURCE_MONITORING_INTERVAL: "100ms",
      ENV_DATASTORE_PREFIX: "ld:$CID:$CID",
      ENV_ALLOWED_ORIGIN: "https://a.example,https://b.example",
      ENV_ALLOWED_HEADER: "x-one",
    });
    expect(offline).toMatchObject({ archivePath: "a.tar", monitoringIntervalMs: 100 });
    expect(offline?.environments).toMatchObject({
      allowedOrigins: ["https://a.example", "https://b.example"],
      allowedHeaders: ["x-one"],
    });
    expect(offline?.environments.prefixOf("$&")).toBe("ld:$&:$&");
  });

  it("is off without one", () => {
    expect(offlineOf('[Environment "A"]\nsdkKey = k')).toBeUndefined();
  });

  it.each([
    ["fileDataSourceMonitoringInterval = 99ms", "must be at least 100ms"],
    ["envDatastorePrefix = launchdarkly", "must contain $CID"],
  ])("refuses %s", (line, problem) => {
    const result = read(`[OfflineMode]\nfileDataSource = a\n${line}`);
    expect(result).toMatchObject({ kind: "invalid", problems: [expect.stringContaining(problem)] });
  });

  it.each<[string, string, Variables, string]>([
    [
      "other settings alone",
      '[Environment "A"]\nsdkKey = k\n[OfflineMode]\nenvAllowedHeader = x',
      {},
      "must specify offline mode filename",
    ],
    [
      "their variables alone",
      '[Environment "A"]\nsdkKey = k',
      { ENV_DATASTORE_PREFIX: "p-$CID" },
      "must specify offline mode filename",
    ],
    [
      "an environment beside it",
      '[Environment "A"]\nsdkKey = k\n[OfflineMode]\nfileDataSource = a',
      {},
      "cannot configure specific environments if offline mode is enabled",
    ],
    [
      "an environment in a variable",
      "[OfflineMode]\nfileDataSource = a",
      { LD_ENV_B: "k" },
      "cannot configure specific environments if offline mode is enabled",
    ],
    [
      "auto-configuration beside it",
      "[OfflineMode]\nfileDataSource = a\n[AutoConfig]\nkey = rel-1",
      {},
      "cannot specify both auto-configuration key and file data source",
    ],
  ])("refuses %s", (_, text, variables, problem) => {
    const result = read(text, variables);
    expect(result).toMatchObject({
      kind: "invalid",
      problems: expect.arrayContaining([expect.stringContaining(problem)]),
    });
  });
});
