import * as z from "zod";
import { duration } from "../values/duration.ts";
import { flag } from "../values/number.ts";
import { list, password, text } from "../values/text.ts";
import { ineffective, refused } from "./setting.ts";

const AUTO_CONFIG = "auto-configuration is not supported yet; list the environments, and remove this setting";
const OFFLINE_MODE = "offline mode is not supported yet; remove this setting";
const FILTERS = "payload filters are not supported yet; remove this setting";
const PROXY = "an outbound proxy is not supported yet; remove this setting";
const WITHOUT_PROXY = "it has no effect without a url and ntlmAuth";

/** `[AutoConfig]`. Its variables other than the key are shared with offline mode. */
export const autoConfigSettings = z.object({
  key: refused(password, AUTO_CONFIG, { variable: "AUTO_CONFIG_KEY" }),
  envDatastorePrefix: refused(text, AUTO_CONFIG, { variable: "ENV_DATASTORE_PREFIX" }),
  envDatastoreTableName: refused(text, AUTO_CONFIG, { variable: "ENV_DATASTORE_TABLE_NAME" }),
  envAllowedOrigin: refused(list, AUTO_CONFIG, { variable: "ENV_ALLOWED_ORIGIN" }),
  envAllowedHeader: refused(list, AUTO_CONFIG, { variable: "ENV_ALLOWED_HEADER" }),
});

/** `[OfflineMode]`. */
export const offlineModeSettings = z.object({
  fileDataSource: refused(text, OFFLINE_MODE, { variable: "FILE_DATA_SOURCE" }),
  fileDataSourceMonitoringInterval: refused(duration, OFFLINE_MODE, {
    variable: "FILE_DATA_SOURCE_MONITORING_INTERVAL",
  }),
  envDatastorePrefix: refused(text, OFFLINE_MODE, {}),
  envDatastoreTableName: refused(text, OFFLINE_MODE, {}),
  envAllowedOrigin: refused(list, OFFLINE_MODE, {}),
  envAllowedHeader: refused(list, OFFLINE_MODE, {}),
});

/** `[Filters "PROJECT"]`. */
export const filterSettings = z.object({
  keys: refused(list, FILTERS, { variable: "LD_FILTER_KEYS_" }),
});

/** `[Proxy]`. */
export const proxySettings = z.object({
  url: refused(password, PROXY, { variable: "PROXY_URL" }),
  ntlmAuth: refused(flag, PROXY, { variable: "PROXY_AUTH_NTLM", off: false }),
  user: ineffective(text, WITHOUT_PROXY, { variable: "PROXY_AUTH_USER" }),
  password: ineffective(password, WITHOUT_PROXY, { variable: "PROXY_AUTH_PASSWORD" }),
  domain: ineffective(text, WITHOUT_PROXY, { variable: "PROXY_AUTH_DOMAIN" }),
  caCertFiles: refused(list, PROXY, { variable: "PROXY_CA_CERTS" }),
});
