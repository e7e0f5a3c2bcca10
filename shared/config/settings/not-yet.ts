import * as z from "zod";
import { list, password, text } from "../values/text.ts";
import { refused } from "./setting.ts";

const AUTO_CONFIG = "auto-configuration is not supported yet; list the environments, and remove this setting";
const FILTERS = "payload filters are not supported yet; remove this setting";

/** `[AutoConfig]`. Its variables other than the key are shared with offline mode. */
export const autoConfigSettings = z.object({
  key: refused(password, AUTO_CONFIG, { variable: "AUTO_CONFIG_KEY" }),
  envDatastorePrefix: refused(text, AUTO_CONFIG, { variable: "ENV_DATASTORE_PREFIX" }),
  envDatastoreTableName: refused(text, AUTO_CONFIG, { variable: "ENV_DATASTORE_TABLE_NAME" }),
  envAllowedOrigin: refused(list, AUTO_CONFIG, { variable: "ENV_ALLOWED_ORIGIN" }),
  envAllowedHeader: refused(list, AUTO_CONFIG, { variable: "ENV_ALLOWED_HEADER" }),
  cacheKey: refused(password, AUTO_CONFIG, { variable: "AUTO_CONFIG_CACHE_KEY" }),
  cacheEncryptionKey: refused(password, AUTO_CONFIG, { variable: "AUTO_CONFIG_CACHE_ENCRYPTION_KEY" }),
});

/** `[Filters "PROJECT"]`. */
export const filterSettings = z.object({
  keys: refused(list, FILTERS, { variable: "LD_FILTER_KEYS_" }),
});
