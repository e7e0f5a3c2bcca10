import * as z from "zod";
import { waitingTime } from "../values/duration.ts";
import { headerNames, origins, text } from "../values/text.ts";
import { valueType } from "../values/value-type.ts";
import { ineffective, setting, settingWithDefault } from "./setting.ts";

/** What stands for the environment's id. */
export const ENVIRONMENT_ID = "$CID";

const prefixTemplate = valueType(
  text.traits.name,
  text.schema.refine(
    (template) => template.includes(ENVIRONMENT_ID),
    `must contain ${ENVIRONMENT_ID}, so that each environment has a prefix of its own`,
  ),
);
const monitoringInterval = valueType(
  waitingTime.traits.name,
  waitingTime.schema.refine((ms) => ms >= 100, "must be at least 100ms"),
);

/** `[OfflineMode]`: environments from an archive, and no connection to LaunchDarkly. */
export const offlineModeSettings = z.object({
  fileDataSource: setting(text, {
    variable: "FILE_DATA_SOURCE",
    unset: "not offline",
    description:
      "The offline archive from which environments, keys and flags come: see [offline.md](offline.md). Every role reads it. LaunchDarkly is not contacted, and events of SDKs are accepted and discarded.",
  }),
  fileDataSourceMonitoringInterval: settingWithDefault(monitoringInterval, "1s", {
    variable: "FILE_DATA_SOURCE_MONITORING_INTERVAL",
    description:
      "How often the archive is looked at; when it has changed, it is read again. At least `100ms`.",
  }),
  envDatastorePrefix: settingWithDefault(prefixTemplate, `launchdarkly-${ENVIRONMENT_ID}`, {
    variable: "ENV_DATASTORE_PREFIX",
    description: `The prefix in Redis of each environment: \`${ENVIRONMENT_ID}\` stands for its client-side ID.`,
  }),
  envAllowedOrigin: setting(origins, {
    variable: "ENV_ALLOWED_ORIGIN",
    unset: "every origin",
    description: "The origins of web pages that may connect, for all environments.",
  }),
  envAllowedHeader: setting(headerNames, {
    variable: "ENV_ALLOWED_HEADER",
    unset: "none",
    description: "Headers that web pages may send besides the SDK's own, for all environments.",
  }),
  envDatastoreTableName: ineffective(
    text,
    "it has no effect: it belongs to DynamoDB, and flags are kept in Redis",
    { variable: "ENV_DATASTORE_TABLE_NAME" },
  ),
});
